//! Runs a provider as a process that Terraform starts: handshake, mutual TLS, and the life of the process around them.
//!
//! ```no_run
//! use std::process::ExitCode;
//! use tfplugin::serve::{About, Serve};
//! # struct Provider;
//! # impl tfplugin::proto::provider_server::Provider for Provider {}
//!
//! fn main() -> ExitCode {
//!     let about = About {
//!         name: "example",
//!         address: "registry.terraform.io/example/example",
//!         install: "`terraform init` installs it.",
//!     };
//!     Serve::new(about).run(Provider)
//! }
//! ```

mod about;
mod broker;
mod certificate;
mod client_certificate;
mod connection;
mod controller;
mod environment;
mod error;
mod handshake;
mod interrupt;
mod lifetime;
mod listener;
mod logging;
mod orphan;
mod p521;
pub mod panic;
mod process;
mod reattach;
mod scrub;
mod stdio;
pub mod stop;
mod workers;

use std::fmt;
use std::pin::Pin;
use std::process::ExitCode;

pub use about::About;
pub use scrub::Scrubber;
pub use stop::{StopListener, StopSignal};

use crate::proto::provider_server::Provider;

/// Work to be done before the process ends.
type Hook = Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

/// A provider process, about to start.
pub struct Serve {
    about: About,
    debug: bool,
    stop: StopSignal,
    on_shutdown: Option<Hook>,
}

impl Serve {
    /// A process that Terraform starts.
    #[must_use]
    pub fn new(about: About) -> Self {
        Self {
            about,
            debug: false,
            stop: StopSignal::new(),
            on_shutdown: None,
        }
    }

    /// A process that a developer starts and to which Terraform attaches: it says how on stdout, speaks plaintext,
    /// serves many commands, and ends with Ctrl-C.
    #[must_use]
    pub fn debug(mut self, debug: bool) -> Self {
        self.debug = debug;
        self
    }

    /// Passes every logged or printed text through `scrubber`, panics included.
    #[must_use]
    pub fn scrubber(self, scrubber: Scrubber) -> Self {
        scrub::install(scrubber);
        self
    }

    /// The signal that the service's StopProvider gives; it is also given when the process has to end.
    #[must_use]
    pub fn stop_signal(mut self, stop: StopSignal) -> Self {
        self.stop = stop;
        self
    }

    /// Runs `hook` when the process ends, after the last rpc. It has 1.5 s: the host is waiting.
    #[must_use]
    pub fn on_shutdown<F, R>(mut self, hook: F) -> Self
    where
        F: FnOnce() -> R + Send + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        self.on_shutdown = Some(Box::new(|| Box::pin(hook())));
        self
    }

    /// Serves until the host says that it is done, or is gone. Call it from `main`, outside of any async runtime, and
    /// return what it returns: 1 when there was nobody to serve or it could not be served, with the reason on stderr.
    ///
    /// An rpc is dropped where it awaits when its client disappears. Work that must finish, because a half of it would
    /// leave something behind that nobody knows of, belongs in a task of its own.
    pub fn run(self, service: impl Provider) -> ExitCode {
        process::run(self, service)
    }
}

impl fmt::Debug for Serve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Serve")
            .field("about", &self.about)
            .field("debug", &self.debug)
            .finish_non_exhaustive()
    }
}
