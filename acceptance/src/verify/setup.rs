//! What a machine with Rust and Terraform still lacks: the target that plugins compile to.

use anyhow::Result;

use crate::process::Process;
use crate::repository;
use crate::screen::Progress;
use crate::step::{Context, Report, Step};

pub(super) const STEP: Step = Step {
    name: "setup",
    shows: "the WebAssembly target is there and the plugins are built",
    carry: set_up,
};

const TARGET: &str = "wasm32-unknown-unknown";

fn set_up(_: &Context, progress: &Progress) -> Result<Report> {
    if has_target()? {
        return Ok(Report::one_passed());
    }
    progress.note("adding the WebAssembly target");
    let added = Process::new("rustup").args(["target", "add", TARGET]).run();
    if added.is_ok_and(|finished| finished.status.success()) {
        return Ok(Report::one_passed());
    }
    Ok(Report::not_run(
        "plugins",
        "this Rust toolchain cannot compile to wasm32-unknown-unknown and rustup could not add it",
        "rustup target add wasm32-unknown-unknown",
    ))
}

/// Whether the compiler that cargo uses here carries the target's standard library.
fn has_target() -> Result<bool> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let printed = Process::new(rustc)
        .args(["--print", "target-libdir", "--target", TARGET])
        .dir(repository::root())
        .stdout()?;
    let folder = std::path::PathBuf::from(String::from_utf8_lossy(&printed).trim());
    Ok(folder.is_dir())
}
