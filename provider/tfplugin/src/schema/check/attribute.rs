//! What is wrong with an attribute.

use std::collections::BTreeSet;

use super::{Check, Inside, Kind};
use crate::schema::{Attribute, AttributeType, Mode, Nested, NestedNesting};
use crate::value::{Path, Type, msgpack};

impl Check<'_> {
    pub(super) fn attribute(
        &mut self,
        attribute: &Attribute,
        siblings: &BTreeSet<&str>,
        path: &Path,
        inside: Inside,
    ) {
        if attribute.description.is_empty() {
            self.found(path, "a description is missing");
        }
        self.deprecation(attribute.deprecation.as_deref(), path);
        self.mode(attribute, path, inside);
        self.write_only(attribute, path, inside);
        self.default(attribute, path);
        self.identity(attribute, path, inside);
        self.key(attribute, path, inside);
        self.changes_with(attribute, siblings, path);
        match &attribute.ty {
            AttributeType::Plain(ty) => self.plain_type(ty, path),
            AttributeType::Nested(nested) => self.nested_type(attribute, nested, path, inside),
        }
    }

    fn mode(&mut self, attribute: &Attribute, path: &Path, inside: Inside) {
        if !self.kind.computes() && attribute.mode.is_computed() {
            self.found(path, "nothing computes a value here: make it optional");
        }
        if inside.computed && attribute.mode != Mode::Computed {
            self.found(
                path,
                "it is inside a computed attribute: make it computed too",
            );
        }
        if attribute.replace && self.kind != Kind::Resource {
            self.found(path, "only a resource can be replaced");
        }
    }

    fn write_only(&mut self, attribute: &Attribute, path: &Path, inside: Inside) {
        if inside.write_only && !attribute.write_only {
            self.found(
                path,
                "it is inside a write-only attribute: make it write-only too",
            );
        }
        if !attribute.write_only {
            return;
        }
        if self.kind != Kind::Resource {
            self.found(
                path,
                "only a resource has state that a write-only attribute stays out of",
            );
        }
        if attribute.mode.is_computed() {
            self.found(
                path,
                "a write-only attribute is given in configuration, never computed",
            );
        }
        if attribute.replace {
            self.found(
                path,
                "a write-only value is never stored, so no change of it can be seen",
            );
        }
    }

    fn default(&mut self, attribute: &Attribute, path: &Path) {
        let Some(default) = &attribute.default else {
            return;
        };
        if attribute.mode != Mode::OptionalComputed {
            self.found(
                path,
                "only an optional and computed attribute can have a default",
            );
        }
        if default.is_null() || !default.is_wholly_known() {
            self.found(path, "a default is a known value");
        } else if let Err(error) = msgpack::encode(default, &attribute.ty.implied_type()) {
            self.found(
                path,
                format!("the default does not have the attribute's type: {error}"),
            );
        }
    }

    fn identity(&mut self, attribute: &Attribute, path: &Path, inside: Inside) {
        if !attribute.identity {
            return;
        }
        if self.kind != Kind::Resource || inside.nested {
            self.found(
                path,
                "only an attribute at the root of a resource can identify it",
            );
        }
        let plain = match &attribute.ty {
            AttributeType::Plain(Type::List(element)) => is_primitive(element),
            AttributeType::Plain(ty) => is_primitive(ty),
            AttributeType::Nested(_) => false,
        };
        if !plain {
            self.found(
                path,
                "what identifies is a bool, a number, a string or a list of those",
            );
        }
        if attribute.sensitive || attribute.write_only {
            self.found(
                path,
                "what identifies is stored and shown: it cannot be a secret",
            );
        }
    }

    fn key(&mut self, attribute: &Attribute, path: &Path, inside: Inside) {
        if !attribute.key {
            return;
        }
        if !inside.collection {
            self.found(
                path,
                "a key tells the elements of a collection apart, and this is in none",
            );
        }
        if attribute.mode == Mode::Computed {
            self.found(
                path,
                "a key that only the provider gives cannot tell configured elements apart",
            );
        }
        if !matches!(&attribute.ty, AttributeType::Plain(ty) if is_primitive(ty)) {
            self.found(path, "a key is a bool, a number or a string");
        }
    }

    fn changes_with(&mut self, attribute: &Attribute, siblings: &BTreeSet<&str>, path: &Path) {
        if !attribute.changes_with.is_empty() && !attribute.mode.is_computed() {
            self.found(path, "only a computed value changes with others");
        }
        for other in &attribute.changes_with {
            if *other == attribute.name {
                self.found(path, "an attribute does not change with itself");
            } else if !siblings.contains(other.as_str()) {
                self.found(
                    path,
                    format!("it changes with `{other}`, which is not beside it"),
                );
            }
        }
    }

    fn plain_type(&mut self, ty: &Type, path: &Path) {
        match ty {
            Type::Bool | Type::Number | Type::String | Type::Dynamic => {}
            Type::List(element) | Type::Set(element) | Type::Map(element) => {
                if element.has_dynamic() {
                    let what = "a collection has one element type: it cannot hold a dynamic one";
                    self.found(path, what);
                }
                self.plain_type(element, path);
            }
            Type::Tuple(elements) => {
                for element in elements {
                    self.plain_type(element, path);
                }
            }
            Type::Object(object) => {
                if !object.optional.is_empty() {
                    self.found(
                        path,
                        "attributes of an object type in a schema cannot be optional",
                    );
                }
                for element in object.attributes.values() {
                    self.plain_type(element, path);
                }
            }
        }
    }

    fn nested_type(&mut self, attribute: &Attribute, nested: &Nested, path: &Path, inside: Inside) {
        if nested.attributes.is_empty() {
            self.found(path, "an object without attributes holds nothing");
        }
        if nested.nesting != NestedNesting::Single && nested.object_type().has_dynamic() {
            let what = "a collection has one element type: it cannot hold a dynamic one";
            self.found(path, what);
        }
        let set = nested.nesting == NestedNesting::Set;
        if set && !inside.set {
            self.set_of_objects(&nested.attributes, path);
        }
        let names = || nested.attributes.iter().map(|one| one.name.as_str());
        self.names(names(), path);
        let inside = Inside {
            collection: nested.nesting != NestedNesting::Single,
            set: inside.set || set,
            computed: attribute.mode == Mode::Computed,
            write_only: attribute.write_only,
            nested: true,
        };
        self.attributes(&nested.attributes, &names().collect(), path, inside);
    }
}

fn is_primitive(ty: &Type) -> bool {
    matches!(ty, Type::Bool | Type::Number | Type::String)
}
