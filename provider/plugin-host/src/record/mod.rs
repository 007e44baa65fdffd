//! What plugins give, as plain values with safe text.

mod access;
mod credential;
mod device;
mod finding;
mod object;
mod supply;

pub use access::{AccessFacts, Edge, Effect, Mode, Object, Permission, Subject};
pub use credential::{Application, Credential};
pub use device::DeviceRecord;
pub use finding::{Finding, Severity};
pub(crate) use object::opaque;
pub use object::{Action, Change, Desired, Managed, Stamp};
pub use supply::{Pool, Quota, Supply};

use crate::text::{is_plain, visible};

/// Bytes of one text of a record; real ones have a few dozen.
const TEXT_BYTES: usize = 1024;

/// A guest's text, safe to show and of bounded length.
fn short(text: String) -> String {
    if is_plain(&text, TEXT_BYTES) {
        return text;
    }
    visible(&text, TEXT_BYTES)
}

/// Labels with safe text, sorted.
fn labels(labels: Vec<(String, String)>) -> Vec<(String, String)> {
    let safe = |(name, value): (String, String)| (short(name), short(value));
    let mut labels: Vec<_> = labels.into_iter().map(safe).collect();
    labels.sort();
    labels
}

/// A value of an open set, or what the contract says to take for one that is not known.
fn one_of(value: String, known: &[&str], fallback: &str) -> String {
    if known.contains(&value.as_str()) {
        value
    } else {
        fallback.to_owned()
    }
}
