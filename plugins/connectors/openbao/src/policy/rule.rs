//! What one `path` of a policy says.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Malformed;
use super::hcl::{Item, Value};
use crate::time;

/// Says that a path has a rule of its own which gives nothing: it takes from broader ones.
const NONE: &str = "none";
const DENY: &str = "deny";
const CAPABILITIES: [&str; 9] = [
    "create", DENY, "delete", "list", "patch", "read", "scan", "sudo", "update",
];
/// What makes a permission depend on the request, or on others.
const CONDITIONS: [&str; 7] = [
    "allowed_parameters",
    "control_group",
    "denied_parameters",
    "max_wrapping_ttl",
    "mfa_methods",
    "min_wrapping_ttl",
    "required_parameters",
];

/// A path and what may be done there.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Rule {
    /// With its wildcards, without a slash at its beginning.
    pub(crate) path: String,
    /// In order; `deny` or `none` alone.
    pub(crate) capabilities: Vec<String>,
    /// What else decides, by name; empty when nothing does.
    pub(crate) condition: String,
    /// When it ends, in seconds since 1970.
    pub(crate) expires_at: Option<u32>,
}

impl Rule {
    /// None when it ended before `now`.
    pub(super) fn read(path: &str, item: &Item, now: u32) -> Result<Option<Self>, Malformed> {
        let Value::Object(body) = &item.value else {
            return Err(item.malformed("`path` is followed by no block"));
        };
        let mut given: BTreeSet<String> = BTreeSet::new();
        let (mut old, mut expires_at) = (None, None);
        let mut conditions: BTreeSet<&str> = BTreeSet::new();
        for attribute in body {
            let name = attribute.keys.first().map_or("", String::as_str);
            match (name, &attribute.value) {
                ("capabilities", Value::List(list)) => {
                    for one in list {
                        given.insert(capability(one, attribute)?);
                    }
                }
                ("capabilities", _) => return Err(attribute.malformed("`capabilities` is no list")),
                ("policy", Value::Text(word)) => old = Some(word.as_str()),
                ("expiration", Value::Text(text)) if !text.is_empty() => {
                    let end = time::seconds(text);
                    let unknown = || attribute.malformed("`expiration` is no time");
                    expires_at = Some(end.ok_or_else(unknown)?);
                }
                _ => conditions.extend(CONDITIONS.into_iter().find(|known| *known == name)),
            }
        }
        given.extend(short_hand(old, item)?);
        if expires_at.is_some_and(|end| end <= now) {
            return Ok(None);
        }
        Ok(Some(Self {
            path: path.strip_prefix('/').unwrap_or(path).to_owned(),
            capabilities: settled(given),
            condition: conditions.into_iter().collect::<Vec<_>>().join(", "),
            expires_at,
        }))
    }
}

fn capability(value: &Value, at: &Item) -> Result<String, Malformed> {
    match value {
        Value::Text(word) if CAPABILITIES.contains(&word.as_str()) => Ok(word.clone()),
        Value::Text(word) => Err(at.malformed(&format!("`{word}` is no capability"))),
        _ => Err(at.malformed("a capability is no text")),
    }
}

/// What `policy = "write"` stands for.
fn short_hand(word: Option<&str>, at: &Item) -> Result<Vec<String>, Malformed> {
    let words: &[&str] = match word {
        None | Some("") => &[],
        Some("deny") => &[DENY],
        Some("read") => &["read", "list"],
        Some("write") => &["create", "read", "update", "delete", "list"],
        Some("sudo") => &["create", "read", "update", "delete", "list", "sudo"],
        Some(other) => return Err(at.malformed(&format!("`policy` cannot be `{other}`"))),
    };
    Ok(words.iter().map(|&word| word.to_owned()).collect())
}

fn settled(given: BTreeSet<String>) -> Vec<String> {
    if given.contains(DENY) {
        return vec![DENY.to_owned()];
    }
    if given.is_empty() {
        return vec![NONE.to_owned()];
    }
    given.into_iter().collect()
}
