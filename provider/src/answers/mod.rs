//! Answers that the access crate and the declarations give together, one noun a file.

mod change;
mod credentials;
mod orphans;
mod picture;
mod reach;

pub use change::{Authority, ChangeAuthority};
pub use credentials::{CredentialPlace, CredentialPlaces};
pub use orphans::orphans;
pub use picture::{Drawn, Line, Picture, Side, Station, words};
pub use reach::EffectiveAccess;

use portcullis_access::Missing;

use crate::known::Known;
use crate::party::Party;

/// What is missing for an answer about these parties, each as a clause that is safe to print.
#[must_use]
pub fn missing(missing: &Missing, parties: &[&Party], known: &Known<'_>) -> Vec<String> {
    let undecided = parties.iter().filter_map(|party| party.undecided(known));
    let groups = missing.groups.iter();
    let groups = groups.map(|group| format!("nobody says who is in {group}"));
    let sources = missing.sources.iter();
    let sources = sources.map(|(name, why)| {
        let why = portcullis_model::visible(why, 300);
        format!("connector {name} did not tell all: {why}")
    });
    undecided.chain(groups).chain(sources).collect()
}
