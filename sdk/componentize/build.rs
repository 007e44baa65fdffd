//! Compiles `still/still.rs` for the machine that plugins are built on, see `src/still.rs`.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a build script speaks to cargo on standard output and fails by panicking"
)]

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=still/still.rs");
    let variable = |name| env::var_os(name).unwrap_or_default();
    let library = PathBuf::from(variable("OUT_DIR")).join("still.so");
    let linux = variable("CARGO_CFG_TARGET_OS") == "linux"
        && variable("CARGO_CFG_TARGET_POINTER_WIDTH") == "64";
    if !linux {
        fs::write(&library, []).expect("cargo's folder for this script can be written");
        return;
    }
    let status = Command::new(variable("RUSTC"))
        .args(["--edition=2024", "--crate-type=cdylib", "-Copt-level=2"])
        .args(["-Cpanic=abort", "-Cstrip=symbols", "-Clink-arg=-nostdlib"])
        .arg("--target")
        .arg(variable("TARGET"))
        .arg("-o")
        .arg(&library)
        .arg("still/still.rs")
        .status()
        .expect("the rustc that compiles this crate starts");
    assert!(status.success(), "still/still.rs does not compile");
}
