//! A connector to the reference platform of the testkit with one bug, which its configuration chooses. Without a bug it
//! is in order. Each bug is what one case of the conformance suite must find.
#![allow(
    clippy::indexing_slicing,
    reason = "a JSON value that is not there reads as null"
)]

mod listing;
mod pools;
mod tokens;

use std::time::Duration;

use portcullis_plugin::{
    Application, Change, Client, Connector, Credential, Credentials, Desired, DevicePage, Failure,
    HttpAccess, Inventory, Managed, Manifest, Objects, SecretAccess, Stamp,
};
use serde::Deserialize;

const TOKEN: &str = "PLATFORM_TOKEN";

/// The connector.
#[derive(Debug)]
pub struct Faulty;

/// Where the platform is, and what is wrong.
#[derive(Debug, Deserialize, portcullis_plugin::Config)]
pub struct Config {
    url: String,
    #[serde(default)]
    bug: Bug,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, portcullis_plugin::Config)]
#[serde(rename_all = "kebab-case")]
enum Bug {
    #[default]
    None,
    // Of listings.
    LosesLastPage,
    RepeatsFirstPage,
    UnstableOrder,
    DeniesUnknownFields,
    RemembersInsteadOfReading,
    TakesErrorsForNothing,
    TakesGarbageForNothing,
    CallsEverythingInternal,
    CallsRefusalUnreachable,
    IgnoresStatus,
    EchoesAnswers,
    // Of objects.
    ForgetsAttributes,
    CannotFindByName,
    PlansForEver,
    ForgetsToken,
    PlansNoUpdate,
    DeletesNothing,
    FailsOnGone,
    // Of credentials.
    IssuesForEachTry,
    ForgetsTtl,
    RevokesNothing,
    FailsOnRevoked,
}

impl Config {
    fn has(&self, bug: Bug) -> bool {
        self.bug == bug
    }

    fn client(&self) -> Client {
        Client::new(&self.url)
            .bearer(TOKEN)
            .deadline(Duration::from_secs(20))
    }
}

impl Connector for Faulty {
    const MANIFEST: Manifest = Manifest::connector(
        "faulty",
        env!("CARGO_PKG_VERSION"),
        env!("CARGO_PKG_DESCRIPTION"),
    )
    .http(&[HttpAccess::new(
        "config:url",
        &["GET", "POST", "PUT", "DELETE"],
        "/v1",
    )])
    .secrets(&[SecretAccess::new(TOKEN, "authorization", "config:url")])
    .objects(&["pool"]);
    type Config = Config;
}

impl Inventory for Faulty {
    fn list_inventory(config: &Config, cursor: Option<&str>) -> Result<DevicePage, Failure> {
        listing::page(config, cursor)
    }
}

impl Objects for Faulty {
    fn read(config: &Config, _: &str, id: &str, name: &str) -> Result<Option<Managed>, Failure> {
        pools::read(config, id, name)
    }

    fn plan(
        config: &Config,
        prior: Option<&Managed>,
        desired: &Desired,
    ) -> Result<Change, Failure> {
        pools::plan(config, prior, desired)
    }

    fn apply(
        config: &Config,
        prior: Option<&Managed>,
        change: &Change,
        stamp: &Stamp,
    ) -> Result<Managed, Failure> {
        pools::apply(config, prior, change, stamp)
    }

    fn delete(config: &Config, prior: &Managed, _: &Stamp) -> Result<(), Failure> {
        pools::delete(config, prior)
    }
}

impl Credentials for Faulty {
    fn issue(
        config: &Config,
        application: &Application,
        stamp: &Stamp,
    ) -> Result<Credential, Failure> {
        tokens::issue(config, application, stamp)
    }

    fn revoke(config: &Config, id: &str, _: &Stamp) -> Result<(), Failure> {
        tokens::revoke(config, id)
    }
}

portcullis_plugin::export_connector!(Faulty: Inventory, Objects, Credentials);
