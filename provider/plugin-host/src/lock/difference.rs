//! What an upgrade changes, for the person who has to agree to it.

use std::fmt;

use serde::Serialize;

use super::Entry;
use crate::text::visible;

/// Bytes of one value that is shown.
const VALUE_BYTES: usize = 256;

/// One difference between what is pinned and what is offered.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case", tag = "change")]
pub enum Change {
    /// A value is another one. Texts are made safe for terminals.
    Value {
        /// Which: `version`, `world`, `source`, `sha256` or `signer`.
        of: &'static str,
        /// What is pinned.
        from: String,
        /// What is offered.
        to: String,
    },
    /// It asks for something that it did not ask for.
    AsksFor {
        /// A line of [`Entry::rights`].
        right: String,
    },
    /// It no longer asks for something.
    NoLongerAsksFor {
        /// A line of [`Entry::rights`].
        right: String,
    },
}

impl Entry {
    /// What the plugin asks for, one line for each thing, safe for terminals.
    #[must_use]
    pub fn rights(&self) -> Vec<String> {
        super::rights::lines(&self.http, &self.secrets, &self.signatures, &self.objects)
    }

    /// What is different in `offered`; empty when nothing is that a reviewer should know of.
    #[must_use]
    pub fn changes_to(&self, offered: &Self) -> Vec<Change> {
        let signer = |entry: &Self| {
            entry
                .signer
                .as_ref()
                .map_or("none".to_owned(), ToString::to_string)
        };
        let values = [
            ("version", self.version.clone(), offered.version.clone()),
            (
                "world",
                self.world.name().to_owned(),
                offered.world.name().to_owned(),
            ),
            ("source", self.source.clone(), offered.source.clone()),
            ("sha256", self.sha256.clone(), offered.sha256.clone()),
            ("signer", signer(self), signer(offered)),
        ];
        let values = values.into_iter().filter(|(_, from, to)| from != to);
        let values = values.map(|(of, from, to)| Change::Value {
            of,
            from: visible(&from, VALUE_BYTES),
            to: visible(&to, VALUE_BYTES),
        });
        let (before, after) = (self.rights(), offered.rights());
        let gained = after.iter().filter(|right| !before.contains(right));
        let lost = before.iter().filter(|right| !after.contains(right));
        let gained = gained.map(|right| Change::AsksFor {
            right: right.clone(),
        });
        let lost = lost.map(|right| Change::NoLongerAsksFor {
            right: right.clone(),
        });
        values.chain(gained).chain(lost).collect()
    }
}

/// One line as a diff has it: `~ version 0.1.0 -> 0.2.0`, `+ POST https://api.example.com/ in apply`.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value { of, from, to } => write!(f, "~ {of} {from} -> {to}"),
            Self::AsksFor { right } => write!(f, "+ {right}"),
            Self::NoLongerAsksFor { right } => write!(f, "- {right}"),
        }
    }
}
