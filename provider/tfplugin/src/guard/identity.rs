//! Rule 13: an identity is known and does not change.

use super::{Breach, Rule};
use crate::value::{Path, Value};

/// What is wrong with `new`, after `old` for the same object where there was one. While planning, parts of a new
/// object's identity may still be unknown.
pub(super) fn breaches(old: Option<&Value>, new: Option<&Value>, planning: bool) -> Vec<Breach> {
    let root = Path::root();
    let old = old.filter(|old| !old.is_null());
    let Some(new) = new.filter(|new| !new.is_null()) else {
        return match old {
            Some(old) => vec![Breach::values(Rule::Identity, &root, old, &Value::Null)],
            None => Vec::new(),
        };
    };
    if !planning && !new.is_wholly_known() {
        return vec![Breach::new(
            Rule::Identity,
            &root,
            "a known identity",
            "an unknown one",
        )];
    }
    let (Some(Value::Map(old)), Value::Map(new)) = (old, new) else {
        return Vec::new();
    };
    let changed = old.iter().filter_map(|(name, was)| {
        let is = new.get(name).unwrap_or(&Value::Null);
        let kept = was == is || !was.is_wholly_known() || was.is_null();
        (!kept).then(|| Breach::values(Rule::Identity, &root.attribute(name), was, is))
    });
    changed.collect()
}
