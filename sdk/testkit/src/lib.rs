//! Test portcullis plugins without Terraform, and hold connectors to what hosts rely on.
//!
//! One test runs a plugin twice: natively, where a debugger can follow it and no time passes, and as the component that
//! users run, in the real sandbox behind the real gate, against a local server. Results are the same records either way.
//! [`Fixture`] is what the plugin is given, [`Script`] what its platform answers, [`conform`] the suite of cases that
//! every connector has to pass.

mod component;
pub mod conform;
mod exchange;
mod fault;
mod fixture;
mod log;
mod message;
mod native;
mod plugin;
mod proxy;
mod records;
mod reference;
mod script;
mod secrets;
mod server;
mod stopped;
mod way;

pub use component::{Component, ComponentError, NOW};
pub use exchange::{Answer, Asked, Exchange, write_exchanges};
pub use fixture::{Fixture, FixtureError};
pub use plugin::{Issued, Plugin};
pub use portcullis_plugin_host::{
    AccessFacts, Action, Application, AwsKeys, Change, Desired, DeviceRecord, Finding, Managed,
    Severity, Stamp, Supply,
};
pub use script::Script;
pub use stopped::Stopped;
