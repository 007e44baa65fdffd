//! Lines for the operator, shown with the plugin's name in the provider's log.
//!
//! ```
//! use portcullis_plugin::log;
//!
//! log::error("the API answered with status 500 three times");
//! log::warn("2 nodes report no devices");
//! log::info("read 12 nodes");
//! log::debug("page 3 of 4");
//! ```

use crate::host::log as write;

/// Logs what went wrong.
pub fn error(message: &str) {
    write("error", message);
}

/// Logs what may need attention.
pub fn warn(message: &str) {
    write("warn", message);
}

/// Logs what an operator may want to know.
pub fn info(message: &str) {
    write("info", message);
}

/// Logs what only a developer wants to know.
pub fn debug(message: &str) {
    write("debug", message);
}

/// Logs a panic before the guest aborts: to the host, panic, abort and failed allocation all look like one trap.
pub fn install_panic_hook() {
    std::panic::set_hook(Box::new(|panic| error(&panic.to_string())));
}
