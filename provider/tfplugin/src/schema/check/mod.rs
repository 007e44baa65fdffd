//! What is wrong with a schema.
//!
//! Core does not refuse every invalid schema when it loads one, and then every command fails later with a message about
//! something else. So a provider's own tests run this over all its schemas.

mod attribute;
mod function;
mod set;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;

use super::{Attribute, Block, BlockNesting, NestedBlock, ProviderSchema, Schema};
use crate::value::Path;

/// Something wrong with a schema.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The kind and name of what was checked: `resource portcullis_gpu_pool`.
    pub subject: String,
    /// The attribute or block.
    pub path: Path,
    /// What is wrong with it and what would be right.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.steps() {
            [] => write!(f, "{}: {}", self.subject, self.what),
            _ => write!(f, "{}: {}: {}", self.subject, self.path, self.what),
        }
    }
}

/// What a schema is the schema of; some things make sense in one and not in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The provider block.
    Provider,
    /// A managed resource.
    Resource,
    /// A data source.
    DataSource,
    /// An ephemeral resource.
    EphemeralResource,
    /// The configuration of a search for resources.
    ListResource,
    /// The configuration of an action.
    Action,
}

impl Kind {
    /// Names at the root that Terraform's own language takes.
    fn reserved(self) -> &'static [&'static str] {
        match self {
            Self::Provider => &["alias", "version"],
            Self::Resource | Self::DataSource | Self::EphemeralResource => &[
                "connection",
                "count",
                "depends_on",
                "for_each",
                "lifecycle",
                "provider",
                "provisioner",
            ],
            // Theirs stands in a block of its own, `config`.
            Self::ListResource | Self::Action => &[],
        }
    }

    /// Whether the provider may give values here.
    fn computes(self) -> bool {
        match self {
            Self::Resource | Self::DataSource | Self::EphemeralResource => true,
            Self::Provider | Self::ListResource | Self::Action => false,
        }
    }
}

impl ProviderSchema {
    /// Everything wrong with any of its schemas.
    #[must_use]
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = self.provider.check(Kind::Provider, "provider");
        let kinds = [
            (Kind::Resource, "resource", &self.resources),
            (Kind::DataSource, "data source", &self.data_sources),
            (
                Kind::EphemeralResource,
                "ephemeral resource",
                &self.ephemeral_resources,
            ),
            (Kind::ListResource, "list resource", &self.list_resources),
            (Kind::Action, "action", &self.actions),
        ];
        for (kind, noun, schemas) in kinds {
            for (name, schema) in schemas {
                problems.extend(schema.check(kind, &format!("{noun} {name}")));
            }
        }
        for (name, function) in &self.functions {
            problems.extend(function.check(name));
        }
        problems
    }
}

impl Schema {
    /// Everything wrong with this schema, which `subject` names in the messages.
    #[must_use]
    pub fn check(&self, kind: Kind, subject: &str) -> Vec<Problem> {
        let mut check = Check {
            kind,
            subject,
            problems: Vec::new(),
        };
        let root = Path::root();
        if self.version < 0 {
            check.found(&root, "the version must not be negative");
        }
        if kind != Kind::Provider && self.block.description.is_empty() {
            check.found(&root, "a description is missing");
        }
        for name in self
            .block
            .names()
            .filter(|name| kind.reserved().contains(name))
        {
            check.found(&root.attribute(name), "the name is reserved by Terraform");
        }
        check.block(&self.block, &root, Inside::default());
        check.problems
    }
}

impl Block {
    /// The names of its attributes and nested blocks, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let attributes = self.attributes.iter().map(|one| one.name.as_str());
        attributes.chain(self.blocks.iter().map(|one| one.name.as_str()))
    }
}

/// What surrounds the attribute or block being checked.
#[derive(Clone, Copy, Default)]
struct Inside {
    /// A collection, whose elements are told apart by a key.
    collection: bool,
    /// A set, at any depth above.
    set: bool,
    /// An attribute that only the provider gives.
    computed: bool,
    /// An attribute that is write-only.
    write_only: bool,
    /// Anything but the root.
    nested: bool,
}

/// A check under way.
struct Check<'a> {
    kind: Kind,
    subject: &'a str,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn found(&mut self, path: &Path, what: impl Into<String>) {
        self.problems.push(Problem {
            subject: self.subject.to_owned(),
            path: path.clone(),
            what: what.into(),
        });
    }

    fn block(&mut self, block: &Block, path: &Path, inside: Inside) {
        self.names(block.names(), path);
        self.deprecation(block.deprecation.as_deref(), path);
        let siblings: BTreeSet<_> = block.names().collect();
        self.attributes(&block.attributes, &siblings, path, inside);
        for nested in &block.blocks {
            self.nested_block(nested, &path.attribute(&nested.name), inside);
        }
    }

    fn nested_block(&mut self, nested: &NestedBlock, path: &Path, inside: Inside) {
        if nested.block.description.is_empty() {
            self.found(path, "a description is missing");
        }
        let (min, max) = nested.nesting.limits();
        if max > 0 && min > max {
            let what = format!("at least {min} and at most {max} blocks cannot both be");
            self.found(path, what);
        }
        let set = matches!(nested.nesting, BlockNesting::Set { .. });
        if set && !inside.set {
            self.set_of_blocks(&nested.block, path);
        }
        let inside = Inside {
            collection: !matches!(nested.nesting, BlockNesting::Single { .. }),
            set: inside.set || set,
            nested: true,
            ..inside
        };
        self.block(&nested.block, path, inside);
    }

    /// Names that stand side by side.
    fn names<'n>(&mut self, names: impl Iterator<Item = &'n str>, path: &Path) {
        let mut seen = BTreeSet::new();
        for name in names {
            if !is_identifier(name) {
                let what =
                    "a name is lowercase letters, digits and underscores, and starts with no digit";
                self.found(&path.attribute(name), what);
            }
            if !seen.insert(name) {
                self.found(&path.attribute(name), "the name stands twice here");
            }
        }
    }

    fn deprecation(&mut self, deprecation: Option<&str>, path: &Path) {
        if deprecation == Some("") {
            self.found(path, "a deprecation has to say what to use instead");
        }
    }

    fn attributes(
        &mut self,
        attributes: &[Attribute],
        siblings: &BTreeSet<&str>,
        path: &Path,
        inside: Inside,
    ) {
        for attribute in attributes {
            self.attribute(
                attribute,
                siblings,
                &path.attribute(&attribute.name),
                inside,
            );
        }
    }
}

fn is_identifier(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}
