//! What says that a role is ours, whose it is, and what was declared of it: its tags.
//!
//! Tags have no room for JSON. What was declared stands in them in base64, in as many pieces as it takes.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portcullis_plugin::objects::Mark;
use portcullis_plugin::{Failure, Stamp};
use serde_json::{Map, Value};

const MANAGED_BY: &str = "managed-by";
const PORTCULLIS: &str = "portcullis";
const WORKLOAD: &str = "portcullis:workload";
const FENCE: &str = "portcullis:fence";
const DECLARED: &str = "portcullis:declared.";
/// Characters of the value of a tag.
const VALUE: usize = 256;
/// Pieces of what was declared: a role has 50 tags.
const PIECES: usize = 40;

/// Tags of a role by their keys.
pub(super) type Tags = BTreeMap<String, String>;

/// The tags of a role of that workload.
///
/// # Errors
/// When more was declared than they can hold.
pub(super) fn tags(
    workload: &str,
    declared: &Map<String, Value>,
    stamp: &Stamp,
) -> Result<Tags, Failure> {
    let text = STANDARD.encode(Value::Object(declared.clone()).to_string());
    let pieces: Vec<&str> = text
        .as_bytes()
        .chunks(VALUE)
        .map(|piece| std::str::from_utf8(piece).unwrap_or_default())
        .collect();
    if pieces.len() > PIECES {
        return Err(Failure::limit(format!(
            "What is declared of `{workload}` takes {} tags, and a role has room for {PIECES}.",
            pieces.len()
        ))
        .remedy("Shorten `purpose`, or name fewer audiences."));
    }
    let mut tags = Tags::from([
        (MANAGED_BY.to_owned(), PORTCULLIS.to_owned()),
        (WORKLOAD.to_owned(), workload.to_owned()),
        (FENCE.to_owned(), stamp.fence.to_string()),
    ]);
    for (number, piece) in pieces.into_iter().enumerate() {
        tags.insert(format!("{DECLARED}{number}"), piece.to_owned());
    }
    Ok(tags)
}

/// Keys that are ours among the tags of a role and not wanted any more.
pub(super) fn stale<'t>(has: &'t Tags, wants: &Tags) -> Vec<&'t str> {
    let ours = has.keys().filter(|key| key.starts_with("portcullis:"));
    let stale = ours.filter(|key| !wants.contains_key(*key));
    stale.map(String::as_str).collect()
}

/// The mark of a role; none when it is not ours. Nothing was declared of it when that cannot be read any more.
pub(super) fn of(tags: &Tags) -> Option<Mark> {
    if tags.get(MANAGED_BY)? != PORTCULLIS {
        return None;
    }
    let fence = tags.get(FENCE).and_then(|fence| fence.parse().ok());
    Some(Mark {
        workload: tags.get(WORKLOAD)?.clone(),
        fence: fence.unwrap_or_default(),
        declared: declared(tags),
    })
}

fn declared(tags: &Tags) -> Map<String, Value> {
    let mut text = String::new();
    for number in 0..PIECES {
        match tags.get(&format!("{DECLARED}{number}")) {
            Some(piece) => text.push_str(piece),
            None => break,
        }
    }
    let bytes = STANDARD.decode(text).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// Whether a role may be changed for that workload by that stamp; planning has none.
///
/// # Errors
/// When the role is somebody else's, or was changed by a later stamp.
pub(super) fn check(
    role: &str,
    tags: &Tags,
    workload: &str,
    stamp: Option<&Stamp>,
) -> Result<(), Failure> {
    let adopt = format!(
        "hand it over by tagging it `{MANAGED_BY}` = `{PORTCULLIS}` and `{WORKLOAD}` = `{workload}`"
    );
    let role = format!("The role `{role}`");
    Mark::check(of(tags).as_ref(), &role, workload, stamp, &adopt)
}

#[cfg(test)]
mod tests {
    use super::{check, of, stale, tags};
    use portcullis_plugin::Stamp;
    use serde_json::{Map, Value, json};

    fn stamp(fence: u32) -> Stamp {
        Stamp {
            token: "t".to_owned(),
            fence,
        }
    }

    fn object(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn what_was_declared_comes_back_from_tags_that_aws_takes() {
        let wanted = object(&json!({"purpose": "ü \"{}\" ".repeat(100), "expires_at": null}));
        let tags = tags("production/fraud", &wanted, &stamp(3)).unwrap();
        assert!(tags.len() > 6);
        let plain = |c: char| c.is_ascii_alphanumeric() || "_.:/=+-@".contains(c);
        assert!(
            tags.values()
                .all(|value| value.len() <= 256 && value.chars().all(plain)),
            "{tags:?}"
        );
        let mark = of(&tags).unwrap();
        assert_eq!(
            (mark.workload.as_str(), mark.fence, &mark.declared),
            ("production/fraud", 3, &wanted)
        );
        let fewer = super::tags("production/fraud", &Map::new(), &stamp(4)).unwrap();
        assert_eq!(stale(&tags, &fewer).len(), tags.len() - fewer.len());
        let huge = object(&json!({"purpose": "x".repeat(20_000)}));
        assert_eq!(
            super::tags("a/b", &huge, &stamp(1)).unwrap_err().kind,
            "limit"
        );
    }

    #[test]
    fn what_is_not_ours_or_later_than_us_is_left_alone() {
        let mine = tags("a/b", &Map::new(), &stamp(5)).unwrap();
        assert!(check("r", &mine, "a/b", Some(&stamp(5))).is_ok());
        assert!(check("r", &mine, "a/b", None).is_ok());
        for (tags, of, fence, said) in [
            (mine.clone(), "a/c", 6, "belongs to `a/b`"),
            (mine.clone(), "a/b", 4, "under fence 5"),
            (super::Tags::new(), "a/b", 6, "not made by portcullis"),
        ] {
            let refused = check("r", &tags, of, Some(&stamp(fence))).unwrap_err();
            assert_eq!(refused.kind, "refused");
            assert!(refused.message.contains(said), "{refused:?}");
        }
    }
}
