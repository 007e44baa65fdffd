//! The mark by which what is ours is told from everything else on the server: in the metadata of entities, and in comments
//! at the beginning of policies.

use std::collections::BTreeMap;

use portcullis_plugin::objects::Mark;
use portcullis_plugin::{Failure, Stamp};
use serde_json::Value;

const MANAGED_BY: &str = "managed-by";
const US: &str = "portcullis";
const WORKLOAD: &str = "workload";
const FENCE: &str = "fence";
const DECLARED: &str = "declared";
/// Longest value that metadata of an entity may have, in bytes.
const VALUE_BYTES: usize = 500;

/// The mark as metadata, its long value in pieces.
pub(super) fn metadata(mark: &Mark) -> BTreeMap<String, String> {
    let mut metadata = BTreeMap::from([
        (MANAGED_BY.to_owned(), US.to_owned()),
        (WORKLOAD.to_owned(), mark.workload.clone()),
        (FENCE.to_owned(), mark.fence.to_string()),
    ]);
    let text = Value::Object(mark.declared.clone()).to_string();
    let mut piece = String::new();
    let mut pieces = Vec::new();
    for c in text.chars() {
        if piece.len() + c.len_utf8() > VALUE_BYTES {
            pieces.push(std::mem::take(&mut piece));
        }
        piece.push(c);
    }
    pieces.push(piece);
    for (number, piece) in pieces.into_iter().enumerate() {
        metadata.insert(format!("{DECLARED}-{number}"), piece);
    }
    metadata
}

/// None when the metadata is not ours. What cannot be read any more of what was declared is empty, so that the next plan mends
/// it.
pub(super) fn of_metadata(metadata: &BTreeMap<String, String>) -> Option<Mark> {
    let piece = |number: usize| metadata.get(&format!("{DECLARED}-{number}"));
    let text: String = (0..).map_while(piece).map(String::as_str).collect();
    read(|name| match name {
        DECLARED => Some(text.as_str()),
        _ => metadata.get(name).map(String::as_str),
    })
}

/// The mark as comments of a policy.
pub(super) fn comments(mark: &Mark) -> String {
    let declared = Value::Object(mark.declared.clone());
    format!(
        "# {MANAGED_BY}: {US}\n# {WORKLOAD}: {}\n# {FENCE}: {}\n# {DECLARED}: {declared}\n",
        mark.workload, mark.fence
    )
}

/// The mark of a policy, and its text without it; no mark when it is not ours.
pub(super) fn of_comments(text: &str) -> (Option<Mark>, &str) {
    let mut said: BTreeMap<&str, &str> = BTreeMap::new();
    let mut rest = text;
    for name in [MANAGED_BY, WORKLOAD, FENCE, DECLARED] {
        let Some((line, after)) = rest.split_once('\n') else {
            break;
        };
        let value = line
            .strip_prefix("# ")
            .and_then(|line| line.strip_prefix(name));
        let Some(value) = value.and_then(|value| value.strip_prefix(": ")) else {
            break;
        };
        said.insert(name, value);
        rest = after;
    }
    match read(|name| said.get(name).copied()) {
        Some(mark) => (Some(mark), rest),
        None => (None, text),
    }
}

fn read<'t>(value: impl Fn(&str) -> Option<&'t str>) -> Option<Mark> {
    if value(MANAGED_BY)? != US {
        return None;
    }
    Some(Mark {
        workload: value(WORKLOAD)?.to_owned(),
        fence: value(FENCE)
            .and_then(|text| text.parse().ok())
            .unwrap_or_default(),
        declared: serde_json::from_str(value(DECLARED).unwrap_or_default()).unwrap_or_default(),
    })
}

/// Whether something that is there may be changed for a workload under a stamp.
///
/// # Errors
/// As [`Mark::check`].
pub(super) fn check(
    mark: Option<&Mark>,
    thing: &str,
    workload: &str,
    stamp: Option<&Stamp>,
) -> Result<(), Failure> {
    Mark::check(mark, thing, workload, stamp, "remove what is there")
}

#[cfg(test)]
mod tests {
    use super::{comments, metadata, of_comments, of_metadata};
    use portcullis_plugin::Stamp;
    use portcullis_plugin::objects::Mark;
    use serde_json::{Value, json};

    fn mark() -> Mark {
        let declared = json!({"owner": "team:ml", "purpose": "ü".repeat(700)});
        let Value::Object(declared) = declared else {
            unreachable!()
        };
        let stamp = Stamp {
            token: "t".to_owned(),
            fence: 7,
        };
        Mark::of("production/a", &declared, &stamp, None)
    }

    #[test]
    fn a_mark_is_read_as_it_was_written() {
        let mark = mark();
        let metadata = metadata(&mark);
        assert!(
            metadata.values().all(|value| value.len() <= 512),
            "{metadata:?}"
        );
        assert_eq!(of_metadata(&metadata), Some(mark.clone()));
        let text = comments(&mark) + "path \"a\" {}\n";
        assert_eq!(of_comments(&text), (Some(mark), "path \"a\" {}\n"));
    }

    #[test]
    fn what_somebody_else_wrote_is_not_ours() {
        for text in [
            "",
            "path \"a\" {}",
            "# managed-by: terraform\n# workload: a\n",
            "# workload: a\n# managed-by: portcullis\n",
        ] {
            assert_eq!(of_comments(text), (None, text));
        }
        let mut metadata = metadata(&mark());
        metadata.remove("managed-by");
        assert_eq!(of_metadata(&metadata), None);
    }
}
