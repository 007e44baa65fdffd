//! What says so.

use jiff::Timestamp;
use portcullis_model::{Name, visible};

use crate::{Access, Mode, Source};

/// Longest text of a source that is repeated, in characters.
const SHOWN_CHARS: usize = 200;

/// What says that a step can be taken. Texts are safe to print.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// A membership declared in the configuration being planned.
    Configuration,
    /// A membership recorded in the ledger.
    Ledger,
    /// A declared grant that ends.
    Granted {
        /// How the declaration is known.
        name: String,
        /// When it ends.
        until: Timestamp,
        /// Who says so.
        source: Source,
    },
    /// What a connector read.
    Read {
        /// The connector.
        source: Name,
        /// When it read it.
        at: Timestamp,
        /// What grants it, `Role infer/deployer` for example.
        granted_by: String,
        /// The condition under which it holds, in the platform's notation; empty without one. It is taken to hold.
        condition: String,
        /// When it ends; `None` when it does not.
        until: Option<Timestamp>,
        /// What kind of privilege it is.
        mode: Mode,
    },
}

impl Evidence {
    /// Whether a connector read it, rather than anybody having declared it.
    #[must_use]
    pub const fn is_read(&self) -> bool {
        matches!(self, Self::Read { .. })
    }

    pub(crate) fn of(fact: u32, access: &Access) -> Option<Self> {
        let fact = access.facts.get(fact)?;
        let origin = access.origins.get(fact.origin as usize)?;
        Some(Self::Read {
            source: origin.source.clone(),
            at: origin.observed_at,
            granted_by: visible(access.texts.get(fact.granted_by), SHOWN_CHARS),
            condition: visible(access.texts.get(fact.condition), SHOWN_CHARS),
            until: access.texts.get(fact.until).parse().ok(),
            mode: fact.mode,
        })
    }
}
