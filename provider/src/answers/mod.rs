//! Answers that the access crate and the declarations give together, one noun a file.

mod change;
mod credentials;
mod orphans;
mod reach;

pub use change::{Authority, ChangeAuthority};
pub use credentials::{CredentialPlace, CredentialPlaces};
pub use orphans::orphans;
pub use reach::EffectiveAccess;

use portcullis_access::Missing;

/// What is missing, each as a clause that is safe to print.
#[must_use]
pub fn missing(missing: &Missing) -> Vec<String> {
    let groups = missing.groups.iter();
    let groups = groups.map(|group| format!("nobody says who is in {group}"));
    let sources = missing.sources.iter();
    let sources = sources.map(|(name, why)| {
        let why = portcullis_model::visible(why, 300);
        format!("connector {name} did not tell all: {why}")
    });
    groups.chain(sources).collect()
}
