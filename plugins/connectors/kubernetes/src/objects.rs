//! The part `objects`: identities as service accounts, and splits as roles with their bindings.
//!
//! What is ours carries a mark, and what carries none is never changed; see [`mark`].

mod account;
mod admission;
mod allows;
mod compile;
mod facts;
mod grant;
mod mark;
mod offboarding;
mod place;
mod split;
mod store;

use portcullis_plugin::{Change, Desired, Failure, Managed, Objects, Stamp};

use crate::{Config, Kubernetes};
use account::Account;
use grant::Grant;
use store::Store;

/// What a workload is to the cluster.
pub(crate) const IDENTITY: &str = "identity";
/// What a permission split is to the cluster.
pub(crate) const GRANT: &str = "grant";
/// What offboarding an identity will find; read and never written.
pub(crate) const OFFBOARDING: &str = "offboarding";

impl Objects for Kubernetes {
    fn read(config: &Config, kind: &str, id: &str, name: &str) -> Result<Option<Managed>, Failure> {
        let store = Store::new(config);
        match kind {
            IDENTITY => account::read(&store, id, name),
            GRANT => grant::read(&store, config, id, name),
            OFFBOARDING => offboarding::read(&store, id, name),
            other => Err(unknown(other)),
        }
    }

    fn plan(
        config: &Config,
        prior: Option<&Managed>,
        desired: &Desired,
    ) -> Result<Change, Failure> {
        let store = Store::new(config);
        match desired.kind.as_str() {
            IDENTITY => Account::of(desired)?.plan(&store, prior, desired),
            GRANT => Grant::of(&store, config, desired)?.plan(&store, prior, desired),
            other => Err(unknown(other)),
        }
    }

    fn apply(
        config: &Config,
        prior: Option<&Managed>,
        change: &Change,
        stamp: &Stamp,
    ) -> Result<Managed, Failure> {
        let store = Store::new(config);
        match change.kind.as_str() {
            IDENTITY => Account::of_change(change)?.apply(&store, prior, stamp),
            GRANT => Grant::of_change(&store, config, change)?.apply(&store, config, prior, stamp),
            other => Err(unknown(other)),
        }
    }

    fn delete(config: &Config, prior: &Managed, stamp: &Stamp) -> Result<(), Failure> {
        let store = Store::new(config);
        match prior.kind.as_str() {
            IDENTITY => offboarding::delete(&store, prior, stamp),
            GRANT => grant::delete(&store, prior, stamp),
            other => Err(unknown(other)),
        }
    }
}

fn unknown(kind: &str) -> Failure {
    Failure::internal(format!(
        "The host asked for an object of kind `{kind}`; this connector keeps `{IDENTITY}` and `{GRANT}`."
    ))
}
