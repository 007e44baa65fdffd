//! Rules 4, 8, 10, 12 and 13: what ApplyResourceChange may answer.

use super::{Breach, Rule, compatible, identity, secret, write_only};
use crate::schema::Schema;
use crate::value::{Path, Value};

/// An applied change and what was planned.
#[derive(Debug, Clone, Copy)]
pub struct Apply<'a> {
    /// The resource's schema.
    pub schema: &'a Schema,
    /// The state before; null when the object was to be created.
    pub prior: &'a Value,
    /// The plan; null when the object was to be destroyed.
    pub planned: &'a Value,
    /// The answer.
    pub new: &'a Value,
    /// Whether the answer carries an error.
    pub failed: bool,
    /// Whether the answer asks for the leniency of old providers.
    pub legacy_type_system: bool,
    /// The planned identity, where the resource has any.
    pub planned_identity: Option<&'a Value>,
    /// The answer's identity, where the resource has any.
    pub new_identity: Option<&'a Value>,
}

impl Apply<'_> {
    /// Every rule that the answer breaks.
    #[must_use]
    pub fn breaches(&self) -> Vec<Breach> {
        let block = &self.schema.block;
        let mut found = write_only::breaches(block, self.new);
        if self.legacy_type_system {
            let root = Path::root();
            found.push(Breach::new(Rule::NotLegacy, &root, "`false`", "`true`"));
        }
        if self.failed {
            self.after_failure(&mut found);
        } else {
            let ty = block.implied_type();
            unknowns(Rule::Applied, self.new, &mut found);
            found.extend(compatible::breaches(
                Rule::Applied,
                self.planned,
                self.new,
                &ty,
            ));
            if !self.new.is_null() {
                let (old, new) = (self.planned_identity, self.new_identity);
                found.extend(identity::breaches(old, new, false));
            }
        }
        secret::redact(block, found)
    }

    /// What went wrong is not known here, but what exists must stay in state, and be known by its id.
    fn after_failure(&self, found: &mut Vec<Breach>) {
        unknowns(Rule::FailedApply, self.new, found);
        let root = Path::root();
        if self.new.is_null() && !self.prior.is_null() {
            let expected = "the state of the object, which may still exist";
            found.push(Breach::new(Rule::FailedApply, &root, expected, "`null`"));
        }
        let has_id = self.schema.block.attribute("id").is_some();
        if has_id && !self.new.is_null() && self.new.part("id").is_null() {
            let path = root.attribute("id");
            found.push(Breach::new(
                Rule::FailedApply,
                &path,
                "the id of what exists",
                "`null`",
            ));
        }
    }
}

/// Every unknown in an answer that must not hold any.
pub(super) fn unknowns(rule: Rule, value: &Value, found: &mut Vec<Breach>) {
    at(rule, value, &Path::root(), found);
}

fn at(rule: Rule, value: &Value, path: &Path, found: &mut Vec<Breach>) {
    match value.bare() {
        Value::Unknown(_) => {
            found.push(Breach::value(rule, path, "a known value", value));
        }
        Value::Map(entries) => {
            for (key, part) in entries {
                at(rule, part, &path.attribute(key), found);
            }
        }
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                at(rule, item, &path.index(index), found);
            }
        }
        _ => {}
    }
}
