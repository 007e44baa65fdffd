//! Whether a later value keeps what an earlier one, still partly unknown, promised.

use std::collections::BTreeMap;

use super::shown::shown;
use super::{Breach, Rule};
use crate::value::{Path, Type, Typed, Value};

/// Every place where `later` does not keep what `earlier` promised, as a breach of `rule`.
pub(super) fn breaches(rule: Rule, earlier: &Value, later: &Value, ty: &Type) -> Vec<Breach> {
    let mut compare = Compare {
        rule,
        found: Vec::new(),
    };
    compare.values(earlier, later, ty, &Path::root());
    compare.found
}

struct Compare {
    rule: Rule,
    found: Vec<Breach>,
}

impl Compare {
    fn values(&mut self, earlier: &Value, later: &Value, ty: &Type, path: &Path) {
        match (ty, earlier, later) {
            // Until a dynamic value has a type, anything may become of it.
            (Type::Dynamic, Value::Null | Value::Unknown(_), _) => {}
            (_, Value::Unknown(promise), later) => {
                if !promise.allows(later) {
                    let expected = format!("a value within {promise}");
                    self.found
                        .push(Breach::value(self.rule, path, expected, later));
                }
            }
            (Type::Dynamic, Value::Dynamic(earlier), Value::Dynamic(later)) => {
                if earlier.ty == later.ty {
                    self.values(&earlier.value, &later.value, &earlier.ty, path);
                } else if !self.grown(earlier, later, path) {
                    let types = [&earlier.ty, &later.ty]
                        .map(|ty| format!("a value of type `{}`", ty.to_json()));
                    let [expected, found] = types;
                    self.found
                        .push(Breach::new(self.rule, path, expected, found));
                }
            }
            (Type::List(element), Value::List(earlier), Value::List(later)) => {
                self.lists(earlier, later, |_| element, path);
            }
            (Type::Tuple(types), Value::List(earlier), Value::List(later)) => {
                self.lists(
                    earlier,
                    later,
                    |index| types.get(index).unwrap_or(&Type::Dynamic),
                    path,
                );
            }
            (Type::Set(element), Value::List(earlier), Value::List(later)) => {
                self.sets(earlier, later, element, path);
            }
            (Type::Map(element), Value::Map(earlier), Value::Map(later)) => {
                self.maps(earlier, later, element, path);
            }
            (Type::Object(object), Value::Map(_), Value::Map(_)) => {
                for (name, ty) in &object.attributes {
                    self.values(
                        earlier.part(name),
                        later.part(name),
                        ty,
                        &path.attribute(name),
                    );
                }
            }
            (_, earlier, later) if earlier == later => {}
            (_, earlier, later) => {
                self.found
                    .push(Breach::values(self.rule, path, earlier, later));
            }
        }
    }

    /// Compares dynamic objects and tuples whose parts became known: their types then differ, but only where they were
    /// unknown. False where the types differ otherwise.
    fn grown(&mut self, earlier: &Typed, later: &Typed, path: &Path) -> bool {
        if !narrows(&earlier.ty, &later.ty) {
            return false;
        }
        self.values(&earlier.value, &later.value, &earlier.ty, path);
        true
    }

    fn maps(
        &mut self,
        earlier: &BTreeMap<String, Value>,
        later: &BTreeMap<String, Value>,
        ty: &Type,
        path: &Path,
    ) {
        for (key, earlier) in earlier {
            match later.get(key) {
                Some(later) => self.values(earlier, later, ty, &path.key(key)),
                None => {
                    let path = path.key(key);
                    self.found
                        .push(Breach::new(self.rule, &path, "an element", "none"));
                }
            }
        }
        for key in later.keys().filter(|key| !earlier.contains_key(*key)) {
            self.found.push(Breach::new(
                self.rule,
                &path.key(key),
                "no such element",
                "one",
            ));
        }
    }

    fn lists<'t>(
        &mut self,
        earlier: &[Value],
        later: &[Value],
        ty: impl Fn(usize) -> &'t Type,
        path: &Path,
    ) {
        if earlier.len() != later.len() {
            let [expected, found] =
                [earlier, later].map(|items| format!("{} elements", items.len()));
            self.found
                .push(Breach::new(self.rule, path, expected, found));
            return;
        }
        for (index, (earlier, later)) in earlier.iter().zip(later).enumerate() {
            self.values(earlier, later, ty(index), &path.index(index));
        }
    }

    /// Each member keeps the promise of some member, and each promise is kept by some; equal ones may have merged.
    fn sets(&mut self, earlier: &[Value], later: &[Value], ty: &Type, path: &Path) {
        let keeps =
            |earlier: &Value, later: &Value| breaches(self.rule, earlier, later, ty).is_empty();
        let lost = earlier
            .iter()
            .find(|earlier| !later.iter().any(|later| keeps(earlier, later)));
        let new = later
            .iter()
            .find(|later| !earlier.iter().any(|earlier| keeps(earlier, later)));
        if let Some(lost) = lost {
            let expected = format!("a member like {}", shown(lost));
            let found = Value::List(later.to_vec());
            self.found
                .push(Breach::value(self.rule, path, expected, &found));
        } else if let Some(new) = new {
            self.found
                .push(Breach::value(self.rule, path, "no other members", new));
        } else if later.len() > earlier.len() {
            let expected = format!("at most {} members", earlier.len());
            let found = format!("{} members", later.len());
            self.found
                .push(Breach::new(self.rule, path, expected, found));
        }
    }
}

/// Whether `later` is `earlier` with some dynamic parts decided.
fn narrows(earlier: &Type, later: &Type) -> bool {
    match (earlier, later) {
        (Type::Dynamic, _) => true,
        (Type::List(a), Type::List(b))
        | (Type::Set(a), Type::Set(b))
        | (Type::Map(a), Type::Map(b)) => narrows(a, b),
        (Type::Tuple(a), Type::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| narrows(a, b))
        }
        (Type::Object(a), Type::Object(b)) => {
            a.attributes.len() == b.attributes.len()
                && a.attributes
                    .iter()
                    .zip(&b.attributes)
                    .all(|((a_name, a), (b_name, b))| a_name == b_name && narrows(a, b))
        }
        (a, b) => a == b,
    }
}
