//! Compiling the plugin crate to a core module.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::BuildError;

const TARGET: &str = "wasm32-unknown-unknown";

/// A profile of our own, given on the command line so that it is the same in every author's workspace: a tenth larger than
/// the smallest and a quarter faster, and with one codegen unit because the split into several is not stable.
const PROFILE: &str = "component";
const PROFILE_SETTINGS: [&str; 6] = [
    "inherits=\"release\"",
    "opt-level=2",
    "lto=\"fat\"",
    "codegen-units=1",
    "panic=\"abort\"",
    "strip=true",
];

/// Compiles `package` and gives the path of the module.
pub(crate) fn compile(workspace: &Path, package: &str) -> Result<PathBuf, BuildError> {
    let root = workspace_root(workspace, package)?;
    let target_dir =
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let mut command = cargo(workspace);
    command.args([
        "build",
        "--target",
        TARGET,
        "--package",
        package,
        "--profile",
        PROFILE,
    ]);
    command.arg("--target-dir").arg(&target_dir);
    for setting in PROFILE_SETTINGS {
        command
            .arg("--config")
            .arg(format!("profile.{PROFILE}.{setting}"));
    }
    command.env("CARGO_ENCODED_RUSTFLAGS", remapped_paths(&root));
    let status = command.status().map_err(BuildError::NoCargo)?;
    if !status.success() {
        return Err(BuildError::Cargo {
            package: package.to_owned(),
        });
    }
    let file = format!("{}.wasm", package.replace('-', "_"));
    Ok(target_dir.join(TARGET).join(PROFILE).join(file))
}

/// The name of the package whose `Cargo.toml` lies in `folder`.
pub(crate) fn package_in(folder: &Path) -> Result<String, BuildError> {
    let output = cargo(folder)
        .args(["read-manifest"])
        .stderr(Stdio::inherit())
        .output()
        .map_err(BuildError::NoCargo)?;
    let package: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let name = package.get("name").and_then(serde_json::Value::as_str);
    name.map(str::to_owned).ok_or_else(|| BuildError::Cargo {
        package: folder.display().to_string(),
    })
}

fn workspace_root(workspace: &Path, package: &str) -> Result<PathBuf, BuildError> {
    let failed = || BuildError::Cargo {
        package: package.to_owned(),
    };
    let output = cargo(workspace)
        .args(["locate-project", "--workspace", "--message-format", "plain"])
        .stderr(Stdio::inherit())
        .output()
        .map_err(BuildError::NoCargo)?;
    let manifest = String::from_utf8(output.stdout).map_err(|_| failed())?;
    let root = Path::new(manifest.trim())
        .parent()
        .filter(|_| output.status.success());
    root.map(Path::to_owned).ok_or_else(failed)
}

fn cargo(workspace: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace);
    command
}

/// Paths end up in panic messages; without this, two machines would build two different components.
fn remapped_paths(root: &Path) -> OsString {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::home_dir().map(|home| home.join(".cargo")));
    let mut flags = OsString::from("--remap-path-prefix=");
    flags.push(root);
    flags.push("=/plugin");
    if let Some(home) = home {
        flags.push("\u{1f}--remap-path-prefix=");
        flags.push(home);
        flags.push("=/cargo");
    }
    flags
}
