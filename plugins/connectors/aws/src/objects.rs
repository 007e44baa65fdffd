//! The part `objects`: a workload's identity as a role that its own tokens may take on, and a split as policies.
//!
//! What is ours lies under the paths `/portcullis/<workload>/` and `/portcullis-splits/<split>/` and carries a mark; what carries
//! none is never changed.

mod compile;
mod grant;
mod identity;
mod mark;
mod offboarding;
mod role;
mod split;
mod trust;
mod wanted;

use portcullis_plugin::{Change, Desired, Failure, Managed, Objects, Stamp};

use crate::api::Service;
use crate::{Aws, Config};
use grant::Grant;
use identity::Identity;

/// What a workload is to the account.
const IDENTITY: &str = "identity";
/// What a split is to the account.
const GRANT: &str = "grant";

impl Objects for Aws {
    fn read(config: &Config, kind: &str, id: &str, name: &str) -> Result<Option<Managed>, Failure> {
        let iam = Service::iam(&config.iam);
        match kind {
            IDENTITY => identity::read(&iam, id, name),
            GRANT => grant::read(&iam, id, name),
            other => Err(unknown(other)),
        }
    }

    fn plan(
        config: &Config,
        prior: Option<&Managed>,
        desired: &Desired,
    ) -> Result<Change, Failure> {
        let iam = Service::iam(&config.iam);
        let (name, attributes) = (&desired.name, &desired.attributes);
        match desired.kind.as_str() {
            IDENTITY => Identity::of(name, attributes)?.plan(&iam, prior, desired),
            GRANT => Grant::of(name, attributes)?.plan(&iam, prior, desired),
            other => Err(unknown(other)),
        }
    }

    fn apply(
        config: &Config,
        prior: Option<&Managed>,
        change: &Change,
        stamp: &Stamp,
    ) -> Result<Managed, Failure> {
        let iam = Service::iam(&config.iam);
        let (name, attributes) = (&change.name, &change.attributes);
        match change.kind.as_str() {
            IDENTITY => Identity::of(name, attributes)?.apply(&iam, prior, stamp),
            GRANT => Grant::of(name, attributes)?.apply(&iam, prior, stamp),
            other => Err(unknown(other)),
        }
    }

    fn delete(config: &Config, prior: &Managed, stamp: &Stamp) -> Result<(), Failure> {
        let iam = Service::iam(&config.iam);
        match prior.kind.as_str() {
            IDENTITY => offboarding::delete(&iam, prior, stamp),
            GRANT => grant::delete(&iam, prior, stamp),
            other => Err(unknown(other)),
        }
    }
}

fn unknown(kind: &str) -> Failure {
    Failure::internal(format!(
        "The host asked for an object of kind `{kind}`; this connector keeps `{IDENTITY}` and `{GRANT}`."
    ))
}
