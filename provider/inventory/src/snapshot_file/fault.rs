//! Why a snapshot file does not count.

use jiff::{SignedDuration, Timestamp};
use portcullis_model::Reason;

/// Why a snapshot file does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotFault {
    /// It cannot be read; what was found, as a clause.
    Unreadable(String),
    /// A newer version of portcullis wrote it; its form.
    Newer(u32),
    /// What was given as public key is none.
    Key,
    /// Its signature is missing or cannot be read; what was found, as a clause.
    Signature(String),
    /// Another key signed it.
    AnotherKey,
    /// It is not what was signed.
    Tampered,
    /// It is older than allowed.
    Old {
        /// When the oldest of what it tells was true.
        observed_at: Timestamp,
        /// How old it may be.
        max_age: SignedDuration,
    },
    /// It says that it is from the future.
    Ahead(Timestamp),
}

impl SnapshotFault {
    /// The fault of the snapshot at that place, such as a path in backticks, as a diagnostic.
    #[must_use]
    pub fn reason(&self, place: &str) -> Reason {
        let (code, summary, found, remedy) = self.words();
        Reason {
            code: code.to_owned(),
            summary: summary.to_owned(),
            asked: format!("Asked for the GPU snapshot {place}."),
            found,
            remedy: remedy.to_owned(),
        }
    }

    fn words(&self) -> (&'static str, &'static str, String, &'static str) {
        match self {
            Self::Unreadable(found) => (
                "snapshot-unreadable",
                "GPU snapshot cannot be read",
                format!("Found: {}.", printable(found)),
                "Make it with `portcullis inventory snapshot` or `publish`, and let this user read it.",
            ),
            Self::Newer(form) => (
                "snapshot-newer",
                "GPU snapshot is of a newer version",
                format!("It has form {form}, which this version does not know."),
                "Upgrade portcullis here, or make the snapshot with this version.",
            ),
            Self::Key => (
                "snapshot-key-invalid",
                "Key of GPU snapshots is none",
                "`key` is no minisign public key.".to_owned(),
                "Give the second line of the file that ends in `.pub`.",
            ),
            Self::Signature(found) => (
                "snapshot-unsigned",
                "GPU snapshot has no signature that counts",
                format!("Found: {}.", printable(found)),
                "Make it with `portcullis inventory snapshot --sign-with <key>`, and keep the file that ends in `.minisig` \
                 beside it.",
            ),
            Self::AnotherKey => (
                "snapshot-another-key",
                "GPU snapshot is signed by another key",
                "The key in `key` did not make its signature.".to_owned(),
                "Ask whoever published it which key is theirs, and put that into `key` if it is to be trusted.",
            ),
            Self::Tampered => (
                "snapshot-tampered",
                "GPU snapshot is not what was signed",
                "The file was changed after it was signed, or its signature is of another file."
                    .to_owned(),
                "Get the file and its signature again, both from one run of `portcullis inventory snapshot`.",
            ),
            Self::Old {
                observed_at,
                max_age,
            } => (
                "snapshot-too-old",
                "GPU snapshot is too old",
                format!(
                    "What it tells was last seen at {}, and may be at most {max_age:#} old.",
                    observed_at.strftime("%F %T UTC")
                ),
                "Take it again, or raise `max_age` in the connector's `config`.",
            ),
            Self::Ahead(taken_at) => (
                "snapshot-from-the-future",
                "GPU snapshot is from the future",
                format!(
                    "It says that it was taken at {}, which has not come yet, so that its age cannot be told.",
                    taken_at.strftime("%F %T UTC")
                ),
                "Set the clock of the host that took it, or of this one, and take it again.",
            ),
        }
    }
}

/// A parser's words on one line, short, without control characters.
fn printable(text: &str) -> String {
    const SHOWN_CHARS: usize = 200;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars()
        .take(SHOWN_CHARS)
        .flat_map(|c| match c {
            '\'' | '"' => c.to_string().chars().collect::<Vec<_>>(),
            c => c.escape_debug().collect(),
        })
        .collect()
}
