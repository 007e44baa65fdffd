//! Rule 6: objects in nested attributes.

use std::collections::BTreeSet;

use super::plan::in_attributes;
use super::{Breach, Rule};
use crate::schema::{Nested, NestedNesting};
use crate::value::{Path, Value};

/// The three values of one place that a plan is judged by.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) prior: &'a Value,
    pub(super) config: &'a Value,
    pub(super) planned: &'a Value,
}

impl<'a> Place<'a> {
    /// The attribute or element `name` of each.
    pub(super) fn part(self, name: &str) -> Self {
        Self {
            prior: self.prior.part(name),
            config: self.config.part(name),
            planned: self.planned.part(name),
        }
    }

    /// The element `index` of each; null where there is none.
    pub(super) fn item(self, index: usize) -> Self {
        let item = |value: &'a Value| value.items().get(index).unwrap_or(&Value::Null);
        Self {
            prior: item(self.prior),
            config: item(self.config),
            planned: item(self.planned),
        }
    }

    /// The keys of either map, the configured or the planned one.
    pub(super) fn labels(self) -> BTreeSet<&'a str> {
        let maps = [self.config, self.planned].into_iter();
        let maps = maps.filter_map(|value| match value.bare() {
            Value::Map(entries) => Some(entries),
            _ => None,
        });
        maps.flat_map(|entries| entries.keys().map(String::as_str))
            .collect()
    }
}

/// Checks a nested attribute that is configured and planned otherwise than configured.
pub(super) fn in_objects(nested: &Nested, there: Place<'_>, path: &Path, found: &mut Vec<Breach>) {
    let Place {
        config, planned, ..
    } = there;
    if planned.is_null() || planned.is_unknown() || config.is_unknown() {
        found.push(Breach::values(
            Rule::NestedAttributes,
            path,
            config,
            planned,
        ));
        return;
    }
    match nested.nesting {
        NestedNesting::Single => in_attributes(&nested.attributes, there, path, found),
        NestedNesting::Map => {
            for key in there.labels() {
                element(nested, there.part(key), &path.key(key), found);
            }
        }
        NestedNesting::List | NestedNesting::Set => {
            let (wanted, got) = (config.items().len(), planned.items().len());
            if wanted != got {
                let (wanted, got) = (format!("{wanted} objects"), format!("{got} objects"));
                found.push(Breach::new(Rule::NestedAttributes, path, wanted, got));
            } else if nested.nesting == NestedNesting::List {
                for index in 0..got {
                    element(nested, there.item(index), &path.index(index), found);
                }
            }
        }
    }
}

fn element(nested: &Nested, there: Place<'_>, path: &Path, found: &mut Vec<Breach>) {
    if there.config.is_null() && there.planned.is_null() {
        return;
    }
    let absent = there.config.is_null() || there.planned.is_null();
    if absent || there.planned.is_unknown() != there.config.is_unknown() {
        let (config, planned) = (there.config, there.planned);
        found.push(Breach::values(
            Rule::NestedAttributes,
            path,
            config,
            planned,
        ));
    } else if !there.planned.is_unknown() {
        in_attributes(&nested.attributes, there, path, found);
    }
}
