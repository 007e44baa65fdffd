//! The part `objects`: identities as JWT roles with their entities, and splits as ACL policies.
//!
//! What is ours carries a mark, and what carries none is never changed; see [`mark`].

mod carrier;
mod compile;
mod entity;
mod grant;
mod login;
mod mark;
mod offboarding;
mod role;
mod settings;

use portcullis_plugin::{Change, Desired, Failure, Managed, Objects, Stamp};

use crate::api::Api;
use crate::{Config, OpenBao};
use grant::Grant;
use login::Login;

/// What a workload is to the server.
pub(crate) const IDENTITY: &str = "identity";
/// What the sides of a split may do there.
pub(crate) const GRANT: &str = "grant";
/// What offboarding an identity will find; read and never written.
pub(crate) const OFFBOARDING: &str = "offboarding";

impl Objects for OpenBao {
    fn read(config: &Config, kind: &str, id: &str, name: &str) -> Result<Option<Managed>, Failure> {
        let api = Api::new(config);
        match kind {
            IDENTITY => login::read(&api, id, name),
            GRANT => grant::read(&api, id, name),
            OFFBOARDING => offboarding::read(&api, id, name),
            other => Err(unknown(other)),
        }
    }

    fn plan(
        config: &Config,
        prior: Option<&Managed>,
        desired: &Desired,
    ) -> Result<Change, Failure> {
        let api = Api::new(config);
        match desired.kind.as_str() {
            IDENTITY => Login::new(&desired.name, &desired.attributes)?.plan(&api, prior, desired),
            GRANT => Grant::new(&desired.name, &desired.attributes)?.plan(&api, prior, desired),
            other => Err(unknown(other)),
        }
    }

    fn apply(
        config: &Config,
        _prior: Option<&Managed>,
        change: &Change,
        stamp: &Stamp,
    ) -> Result<Managed, Failure> {
        let api = Api::new(config);
        match change.kind.as_str() {
            IDENTITY => Login::new(&change.name, &change.attributes)?.apply(&api, stamp),
            GRANT => Grant::new(&change.name, &change.attributes)?.apply(&api, stamp),
            other => Err(unknown(other)),
        }
    }

    fn delete(config: &Config, prior: &Managed, stamp: &Stamp) -> Result<(), Failure> {
        let api = Api::new(config);
        match prior.kind.as_str() {
            IDENTITY => offboarding::delete(&api, prior, stamp),
            GRANT => grant::delete(&api, prior, stamp),
            other => Err(unknown(other)),
        }
    }
}

fn unknown(kind: &str) -> Failure {
    Failure::internal(format!(
        "The host asked for an object of kind `{kind}`; this connector keeps `{IDENTITY}` and `{GRANT}`."
    ))
}
