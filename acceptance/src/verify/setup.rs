//! What a machine with Rust and Terraform still lacks: the target that plugins compile to.

use std::path::PathBuf;

use anyhow::Result;
use serde::Deserialize;

use super::selection::WORKSPACE;
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
/// The program that builds them, as their authors' own tool does.
const COMPONENTIZE: &str = "portcullis-componentize";

fn set_up(_: &Context, progress: &Progress) -> Result<Report> {
    if has_target()? || add_target(progress) {
        build_plugins(progress)?;
        return Ok(Report::one_passed());
    }
    Ok(Report::not_run(
        "plugins",
        "this Rust toolchain cannot compile to wasm32-unknown-unknown and rustup could not add it",
        "rustup target add wasm32-unknown-unknown",
    ))
}

fn add_target(progress: &Progress) -> bool {
    progress.note("adding the WebAssembly target");
    let added = Process::new("rustup").args(["target", "add", TARGET]).run();
    added.is_ok_and(|finished| finished.status.success())
}

/// Builds every first-party plugin into `target/plugins`.
fn build_plugins(progress: &Progress) -> Result<()> {
    Process::new("cargo")
        .arg("build")
        .args(WORKSPACE)
        .args(["--bin", COMPONENTIZE])
        .dir(repository::root())
        .watched(|line| progress.note(line))?
        .success("building the builder of plugins")?;
    let packages = plugin_packages()?;
    let folder = repository::target().join("plugins");
    Process::new(repository::built("debug", COMPONENTIZE))
        .args(
            packages
                .iter()
                .flat_map(|package| ["--package", package.as_str()]),
        )
        .arg("--out")
        .arg(folder)
        .dir(repository::root())
        .watched(|line| progress.note(line))?
        .success("building the plugins")
        .map(|_| ())
}

/// The packages under `plugins/`.
fn plugin_packages() -> Result<Vec<String>> {
    let printed = Process::new("cargo")
        .args(["metadata", "--format-version=1", "--no-deps", "--locked"])
        .dir(repository::root())
        .stdout()?;
    let metadata: Metadata = serde_json::from_slice(&printed)?;
    let folder = repository::root().join("plugins");
    let ours = metadata
        .packages
        .into_iter()
        .filter(|found| found.manifest_path.starts_with(&folder));
    Ok(ours.map(|found| found.name).collect())
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
}

/// Whether the compiler that cargo uses here carries the target's standard library.
fn has_target() -> Result<bool> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let printed = Process::new(rustc)
        .args(["--print", "target-libdir", "--target", TARGET])
        .dir(repository::root())
        .stdout()?;
    let folder = PathBuf::from(String::from_utf8_lossy(&printed).trim());
    Ok(folder.is_dir())
}
