//! The part `objects`: a workload's identity as a role that its own tokens may take on.
//!
//! What is ours lies under the path `/portcullis/<workload>/` and carries a mark; what carries none is never changed.

mod identity;
mod mark;
mod offboarding;
mod role;
mod trust;

use portcullis_plugin::{Change, Desired, Failure, Managed, Objects, Stamp};

use crate::api::Service;
use crate::{Aws, Config};
use identity::Identity;

/// What a workload is to the account.
const IDENTITY: &str = "identity";

impl Objects for Aws {
    fn read(config: &Config, kind: &str, id: &str, name: &str) -> Result<Option<Managed>, Failure> {
        known(kind)?;
        identity::read(&Service::iam(&config.iam), id, name)
    }

    fn plan(
        config: &Config,
        prior: Option<&Managed>,
        desired: &Desired,
    ) -> Result<Change, Failure> {
        known(&desired.kind)?;
        let identity = Identity::of(&desired.name, &desired.attributes)?;
        identity.plan(&Service::iam(&config.iam), prior, desired)
    }

    fn apply(
        config: &Config,
        prior: Option<&Managed>,
        change: &Change,
        stamp: &Stamp,
    ) -> Result<Managed, Failure> {
        known(&change.kind)?;
        let identity = Identity::of(&change.name, &change.attributes)?;
        identity.apply(&Service::iam(&config.iam), prior, stamp)
    }

    fn delete(config: &Config, prior: &Managed, stamp: &Stamp) -> Result<(), Failure> {
        known(&prior.kind)?;
        offboarding::delete(&Service::iam(&config.iam), prior, stamp)
    }
}

fn known(kind: &str) -> Result<(), Failure> {
    if kind == IDENTITY {
        return Ok(());
    }
    Err(Failure::internal(format!(
        "The host asked for an object of kind `{kind}`; this connector keeps `{IDENTITY}`."
    )))
}
