//! Private data: what the provider keeps beside the state and only it reads.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::diagnostic::{Diagnostic, Diagnostics};

/// Data kept with a resource and never shown: a fencing number, a revision. Stored as JSON, so give fields added later
/// `#[serde(default)]`. `()` for none.
pub trait Private:
    Serialize + DeserializeOwned + Default + Clone + Debug + Send + Sync + 'static
{
}

impl<T> Private for T where
    T: Serialize + DeserializeOwned + Default + Clone + Debug + Send + Sync + 'static
{
}

/// Reads what was stored. What cannot be read is replaced by nothing, with a warning: a resource must stay deletable.
pub(crate) fn decode<P: Private>(bytes: &[u8], diagnostics: &mut Diagnostics) -> P {
    if bytes.is_empty() {
        return P::default();
    }
    serde_json::from_slice(bytes).unwrap_or_else(|error| {
        let detail = format!(
            "What the provider keeps beside the state of this resource could not be read: {error}.\n\n\
             Use the version of the provider that wrote the state, or apply once to write it anew.\n\n\
             private-state-unreadable"
        );
        diagnostics.push(Diagnostic::warning("Private state cannot be read", detail));
        P::default()
    })
}

/// Writes what to store; nothing for `()`.
pub(crate) fn encode<P: Private>(private: &P, diagnostics: &mut Diagnostics) -> Vec<u8> {
    match serde_json::to_vec(private) {
        Ok(bytes) if bytes == b"null" => Vec::new(),
        Ok(bytes) => bytes,
        Err(error) => {
            let detail = format!(
                "What the provider keeps beside the state of this resource could not be written: {error}.\n\n\
                 Report this to the developers of the provider.\n\nprivate-state-unwritable"
            );
            diagnostics.push(Diagnostic::error("Private state cannot be written", detail));
            Vec::new()
        }
    }
}
