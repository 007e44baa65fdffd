//! Lines for the operator, shown with the plugin's name in the provider's log.

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

#[cfg(target_family = "wasm")]
fn write(level: &str, message: &str) {
    crate::bindings::imports::log::write(level, message);
}

#[cfg(not(target_family = "wasm"))]
fn write(level: &str, message: &str) {
    eprintln!("{level}: {message}");
}

/// Logs a panic before the guest aborts: to the host, panic, abort and failed allocation all look like one trap.
pub fn install_panic_hook() {
    std::panic::set_hook(Box::new(|panic| error(&panic.to_string())));
}
