//! The mark by which what is ours is told from everything else on the server: in the metadata of entities, and in comments
//! at the beginning of policies.

use std::collections::BTreeMap;

use portcullis_plugin::{Failure, Stamp};
use serde_json::{Map, Value};

const MANAGED_BY: &str = "managed-by";
const US: &str = "portcullis";
const WORKLOAD: &str = "workload";
const FENCE: &str = "fence";
const DECLARED: &str = "declared";
/// Longest value that metadata of an entity may have, in bytes.
const VALUE_BYTES: usize = 500;

/// For which workload an object is, as what it was declared, and the fence of the last change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// `production/fraud-scorer`
    pub(super) workload: String,
    pub(super) fence: u32,
    /// The attributes that the host desired, as they came.
    pub(super) declared: Map<String, Value>,
}

impl Mark {
    /// The mark of a change. The fence never falls.
    pub(super) fn of(
        workload: &str,
        declared: &Map<String, Value>,
        stamp: &Stamp,
        before: Option<&Self>,
    ) -> Self {
        Self {
            workload: workload.to_owned(),
            fence: stamp.fence.max(before.map_or(0, |before| before.fence)),
            declared: declared.clone(),
        }
    }

    /// The mark as metadata, its long value in pieces.
    pub(super) fn metadata(&self) -> BTreeMap<String, String> {
        let mut metadata = BTreeMap::from([
            (MANAGED_BY.to_owned(), US.to_owned()),
            (WORKLOAD.to_owned(), self.workload.clone()),
            (FENCE.to_owned(), self.fence.to_string()),
        ]);
        let text = Value::Object(self.declared.clone()).to_string();
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

    /// None when the metadata is not ours. What cannot be read any more of what was declared is empty, so that the next
    /// plan mends it.
    pub(super) fn of_metadata(metadata: &BTreeMap<String, String>) -> Option<Self> {
        let piece = |number: usize| metadata.get(&format!("{DECLARED}-{number}"));
        let text: String = (0..).map_while(piece).map(String::as_str).collect();
        Self::read(|name| match name {
            DECLARED => Some(text.as_str()),
            _ => metadata.get(name).map(String::as_str),
        })
    }

    /// The mark as comments of a policy.
    pub(super) fn comments(&self) -> String {
        let declared = Value::Object(self.declared.clone());
        format!(
            "# {MANAGED_BY}: {US}\n# {WORKLOAD}: {}\n# {FENCE}: {}\n# {DECLARED}: {declared}\n",
            self.workload, self.fence
        )
    }

    /// The mark of a policy, and its text without it; no mark when it is not ours.
    pub(super) fn of_comments(text: &str) -> (Option<Self>, &str) {
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
        match Self::read(|name| said.get(name).copied()) {
            Some(mark) => (Some(mark), rest),
            None => (None, text),
        }
    }

    fn read<'t>(value: impl Fn(&str) -> Option<&'t str>) -> Option<Self> {
        if value(MANAGED_BY)? != US {
            return None;
        }
        Some(Self {
            workload: value(WORKLOAD)?.to_owned(),
            fence: value(FENCE)
                .and_then(|text| text.parse().ok())
                .unwrap_or_default(),
            declared: serde_json::from_str(value(DECLARED).unwrap_or_default()).unwrap_or_default(),
        })
    }
}

/// Whether something that is there may be changed for a workload under a stamp.
///
/// # Errors
/// Of kind `refused` when it is not ours, is another workload's, or was changed since by somebody with a higher fence.
pub(super) fn check(
    words: &str,
    mark: Option<&Mark>,
    name: &str,
    stamp: Option<&Stamp>,
) -> Result<(), Failure> {
    match mark {
        None => Err(Failure::refused(format!(
            "The {words} is there and was not made by portcullis, so it is not taken over for `{name}`."
        ))
        .remedy("Use another name in `settings`, or remove what is there.")),
        Some(mark) if mark.workload != name => Err(Failure::refused(format!(
            "The {words} belongs to `{}`, and was asked for by `{name}`.",
            mark.workload
        ))
        .remedy("Use another name in `settings`, or remove the target of the other one.")),
        Some(mark) if stamp.is_some_and(|stamp| stamp.fence < mark.fence) => {
            Err(Failure::refused(format!(
                "The {words} was changed under fence {}, after this change was planned.",
                mark.fence
            ))
            .remedy("Plan again."))
        }
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Mark, check};
    use portcullis_plugin::Stamp;
    use serde_json::{Value, json};

    fn stamp(fence: u32) -> Stamp {
        Stamp {
            token: "t".to_owned(),
            fence,
        }
    }

    fn mark() -> Mark {
        let declared = json!({"owner": "team:ml", "purpose": "ü".repeat(700)});
        let Value::Object(declared) = declared else {
            unreachable!()
        };
        Mark::of("production/a", &declared, &stamp(7), None)
    }

    #[test]
    fn a_mark_is_read_as_it_was_written() {
        let mark = mark();
        let metadata = mark.metadata();
        assert!(
            metadata.values().all(|value| value.len() <= 512),
            "{metadata:?}"
        );
        assert_eq!(Mark::of_metadata(&metadata), Some(mark.clone()));
        let text = mark.comments() + "path \"a\" {}\n";
        assert_eq!(Mark::of_comments(&text), (Some(mark), "path \"a\" {}\n"));
    }

    #[test]
    fn what_somebody_else_wrote_is_not_ours() {
        for text in [
            "",
            "path \"a\" {}",
            "# managed-by: terraform\n# workload: a\n",
            "# workload: a\n# managed-by: portcullis\n",
        ] {
            assert_eq!(Mark::of_comments(text), (None, text));
        }
        let mut metadata = mark().metadata();
        metadata.remove("managed-by");
        assert_eq!(Mark::of_metadata(&metadata), None);
    }

    #[test]
    fn a_late_change_is_refused_and_the_fence_never_falls() {
        let mark = mark();
        assert!(check("policy `a`", Some(&mark), "production/a", Some(&stamp(7))).is_ok());
        for (mark, name, fence, said) in [
            (None, "production/a", 9, "not made by portcullis"),
            (Some(&mark), "production/b", 9, "belongs to `production/a`"),
            (Some(&mark), "production/a", 6, "under fence 7"),
        ] {
            let refused = check("policy `a`", mark, name, Some(&stamp(fence))).unwrap_err();
            assert_eq!(refused.kind, "refused");
            assert!(refused.message.contains(said), "{}", refused.message);
        }
        let later = Mark::of("production/a", &mark.declared, &stamp(3), Some(&mark));
        assert_eq!(later.fence, 7);
    }
}
