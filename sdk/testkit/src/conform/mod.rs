//! The conformance suite: what a host relies on, tried on a connector as a component, against a platform.
//!
//! Between the two stands a proxy that passes requests on, or does to them what networks and servers do. A `conform.toml`
//! says what the suite cannot know: where the platform is, what the connector is given, which objects may be created.
//!
//! ```no_run
//! use portcullis_testkit::{Component, conform::Suite};
//!
//! let component = Component::build(env!("CARGO_PKG_NAME"), env!("CARGO_MANIFEST_DIR"))?;
//! let report = Suite::read("conform.toml")?.run(&component)?;
//! assert!(report.has_passed(), "{report}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bench;
mod count;
mod credentials;
mod description;
mod faults;
mod listing;
mod objects;
mod report;
mod secrecy;

use std::path::Path;

pub use bench::ConformError;
pub use description::Suite;
pub use report::{Case, Report, Verdict};

use crate::component::Component;
use bench::Bench;

impl Suite {
    /// Tries every case on the component. The platform keeps no object that the suite created when the connector is in
    /// order.
    ///
    /// # Errors
    /// When the platform or the sandbox cannot be started. What the connector does wrong is in the report.
    pub fn run(&self, component: &Component) -> Result<Report, ConformError> {
        let bench = Bench::start(self, component)?;
        let mut cases = Vec::new();
        listing::try_all(&bench, &mut cases);
        faults::try_all(&bench, &mut cases)?;
        objects::try_all(&bench, &mut cases);
        credentials::try_all(&bench, &mut cases);
        secrecy::try_all(&bench, &mut cases);
        Ok(Report { cases })
    }

    /// Runs every function of the connector that lists, once, and gives what the platform was asked and answered,
    /// secrets scrubbed: a recording that [`Script::from_file`](crate::Script::from_file) plays once it is written with
    /// [`write_exchanges`](crate::write_exchanges).
    ///
    /// # Errors
    /// When the platform or the sandbox cannot be started, or the connector cannot list.
    pub fn record(&self, component: &Component) -> Result<Vec<crate::Exchange>, ConformError> {
        let bench = Bench::start(self, component)?;
        for listing in listing::Listing::ALL {
            if listing.is_described(self) {
                listing
                    .list(&bench.plugin(), bench::DEADLINE)
                    .map_err(ConformError::Recording)?;
            }
        }
        Ok(bench.proxy.exchanges())
    }
}

/// Reads a `conform.toml` and tries every case on the component in that file: what `portcullis plugin conform` does.
///
/// # Errors
/// When one of the files cannot be read, or the platform or the sandbox cannot be started.
pub fn conform(component: &Path, description: &Path) -> Result<Report, ConformError> {
    let component = Component::open(component)?;
    Suite::read(description)?.run(&component)
}
