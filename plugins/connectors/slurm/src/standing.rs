//! What the state of a node says of its devices.

use serde::{Deserialize, Serialize};

/// Whether work can come to a node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) enum Standing {
    /// As far as the node is concerned.
    #[default]
    Open,
    /// No, and why.
    Failed(String),
    /// Nobody can tell before it is tried.
    Doubtful,
    /// Slurm only has its name.
    Absent,
}

/// States, and flags beside them, that keep no work away.
const OPEN: [&str; 12] = [
    "IDLE",
    "MIXED",
    "ALLOCATED",
    "COMPLETING",
    "CLOUD",
    "DYNAMIC_NORM",
    "DYNAMIC_FUTURE",
    "RESERVED",
    "RESUME",
    "UNDRAIN",
    "CANCEL_REBOOT",
    "NET",
];
/// Those that do, and in which words.
const FAILED: [(&str, &str); 9] = [
    ("DOWN", "the node is down"),
    ("ERROR", "the node is in error"),
    ("FAIL", "the node is about to fail"),
    (
        "INVALID_REG",
        "the node has less than it is configured with",
    ),
    ("DRAIN", "the node is drained"),
    ("MAINTENANCE", "the node is in maintenance"),
    ("MAINT", "the node is in maintenance"),
    ("UNKNOWN", "the node has not registered"),
    ("NOT_RESPONDING", "the node does not respond"),
];
/// How much of the administrator's own words is shown.
const QUOTED_CHARS: usize = 160;

/// Of the state and its flags, in either case, with the reason that an administrator gave. A word that is not known here
/// makes a node doubtful.
pub(crate) fn standing<'w>(words: impl Iterator<Item = &'w str>, reason: &str) -> Standing {
    let words: Vec<String> = words.map(str::to_ascii_uppercase).collect();
    let has = |word: &str| words.iter().any(|found| found == word);
    if has("FUTURE") {
        return Standing::Absent;
    }
    if let Some((_, fault)) = FAILED.iter().find(|(word, _)| has(word)) {
        let quoted: String = reason.trim().chars().take(QUOTED_CHARS).collect();
        let because = if quoted.is_empty() {
            String::new()
        } else {
            format!(": {quoted}")
        };
        return Standing::Failed(format!("{fault}{because}"));
    }
    let is_open = !words.is_empty() && words.iter().all(|word| OPEN.contains(&word.as_str()));
    if is_open {
        Standing::Open
    } else {
        Standing::Doubtful
    }
}

#[cfg(test)]
mod tests {
    use super::{Standing, standing};

    #[test]
    fn the_worst_word_decides() {
        let failed = |text: &str| Standing::Failed(text.to_owned());
        for (words, expected) in [
            (vec!["idle"], Standing::Open),
            (vec!["MIXED", "CLOUD"], Standing::Open),
            (vec!["idle", "RESERVED"], Standing::Open),
            (vec!["mixed", "DRAIN"], failed("the node is drained: fan")),
            (
                vec!["IDLE", "NOT_RESPONDING", "DRAIN"],
                failed("the node is drained: fan"),
            ),
            (
                vec!["unknown", "DRAIN", "INVALID_REG"],
                failed("the node has less than it is configured with: fan"),
            ),
            (
                vec!["IDLE", "MAINTENANCE"],
                failed("the node is in maintenance: fan"),
            ),
            (vec!["IDLE", "POWERED_DOWN"], Standing::Doubtful),
            (vec!["IDLE", "PLANNED"], Standing::Doubtful),
            (vec!["SOMETHING_NEW"], Standing::Doubtful),
            (vec![], Standing::Doubtful),
            (vec!["FUTURE"], Standing::Absent),
        ] {
            assert_eq!(
                standing(words.iter().copied(), "fan"),
                expected,
                "{words:?}"
            );
        }
        assert_eq!(
            standing(["down"].into_iter(), " "),
            failed("the node is down")
        );
    }
}
