//! Secrets that the host fetches when a request needs them: from a file that is renewed, or from a command. The guest
//! sees neither the value nor where it comes from.

mod command;
mod credential;
mod source;

use std::fmt;
use std::sync::Arc;

use tokio::sync::Mutex;

use crate::http::target::Origin;
use crate::scrub::Scrubber;
use crate::secret::Secret;
pub(crate) use source::Origined;
pub use source::{CommandSource, SecretSource};

/// Seconds before its end that a credential is no longer sent, for what is on its way and for clocks that differ.
const MARGIN_SECONDS: u32 = 60;

/// The secrets of one connector that are fetched. Lives as long as the run.
#[derive(Debug, Default)]
pub(crate) struct Keyring {
    entries: Vec<Entry>,
}

struct Entry {
    of: Origined,
    /// Whoever comes while it is being fetched waits for that.
    held: Mutex<Option<Held>>,
}

/// A value with its end.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) secret: Secret,
    /// Seconds since 1970 after which it is not valid; none for as long as the run.
    pub(crate) ends: Option<u32>,
}

/// Why there is no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The secret's name.
    pub(crate) name: String,
    /// A clause that says where it comes from and what went wrong there, without any secret.
    pub(crate) reason: String,
    /// What to do.
    pub(crate) remedy: String,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("name", &self.of.name)
            .finish_non_exhaustive()
    }
}

impl Keyring {
    pub(crate) fn new(sources: &[Origined]) -> Self {
        let entry = |of: &Origined| Entry {
            of: of.clone(),
            held: Mutex::default(),
        };
        Self {
            entries: sources.iter().map(entry).collect(),
        }
    }

    /// The value of a secret for requests to that origin; none when it is not one that is fetched, or not for there.
    /// What is fetched is known to the scrubber before anybody has it. `now` is in seconds since 1970.
    pub(crate) async fn value(
        &self,
        name: &str,
        origin: &Origin,
        now: u32,
        scrubber: &Arc<Scrubber>,
    ) -> Option<Result<Secret, Fault>> {
        let mut entries = self.entries.iter();
        let entry = entries.find(|entry| entry.of.name == name && entry.of.is_for(origin))?;
        let mut held = entry.held.lock().await;
        let is_fresh = |held: &&Held| {
            held.ends
                .is_none_or(|ends| now.saturating_add(MARGIN_SECONDS) < ends)
        };
        if let Some(held) = held.as_ref().filter(is_fresh) {
            return Some(Ok(held.secret.clone()));
        }
        let fetched = entry.of.source.fetch(now, scrubber).await;
        let fetched = fetched.map_err(|(reason, remedy)| Fault {
            name: name.to_owned(),
            reason,
            remedy,
        });
        Some(fetched.map(|fetched| {
            scrubber.add(&fetched.secret);
            held.insert(fetched).secret.clone()
        }))
    }
}
