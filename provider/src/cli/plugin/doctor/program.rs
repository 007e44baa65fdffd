//! Programs that build plugins, asked for their version.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::State;

const RUSTUP: &str = "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh";
const TARGET: &str = "wasm32-unknown-unknown";
const VENV: &str = "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt";

/// Node.js that jco runs on.
const NODE_MAJOR: u32 = 20;

pub(super) fn cargo() -> State {
    asked("cargo", &["--version"], RUSTUP)
}

/// The standard library of the target, where the compiler that the project uses looks for it.
pub(super) fn wasm_target(project: &Path) -> State {
    let mend = format!("rustup target add {TARGET}");
    let output = Command::new("rustc")
        .args(["--print", "sysroot"])
        .current_dir(project)
        .stderr(Stdio::null())
        .output();
    let Ok(output) = output else {
        return State::missing("rustc cannot be started", RUSTUP);
    };
    let sysroot = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    match sysroot.join("lib/rustlib").join(TARGET).is_dir() {
        true => State::fine("installed"),
        false => State::missing("not installed", mend),
    }
}

pub(super) fn node() -> State {
    const MEND: &str = "install Node.js 20 or newer, such as with `apt-get install nodejs npm`";
    let state = asked("node", &["--version"], MEND);
    let State::Fine { found } = &state else {
        return state;
    };
    let major = found.trim_start_matches('v').split('.').next();
    let major: u32 = major.and_then(|text| text.parse().ok()).unwrap_or_default();
    if major < NODE_MAJOR {
        return State::missing(format!("{found}, older than {NODE_MAJOR}"), MEND);
    }
    state
}

pub(super) fn npm() -> State {
    asked("npm", &["--version"], "apt-get install npm")
}

/// jco lies in the project, in the version that the project pins.
pub(super) fn jco(project: &Path) -> State {
    const MEND: &str = "npm install";
    let above = project
        .canonicalize()
        .unwrap_or_else(|_| project.to_owned());
    let found = above
        .ancestors()
        .map(|folder| folder.join("node_modules/.bin/jco"))
        .find(|path| path.is_file());
    match found {
        Some(path) => asked(path, &["--version"], MEND),
        None => State::missing("not in node_modules", MEND),
    }
}

pub(super) fn python() -> State {
    asked(
        "python3",
        &["--version"],
        "apt-get install python3 python3-venv",
    )
}

pub(super) fn componentize_py(project: &Path) -> State {
    in_venv(project, "componentize-py", "--version")
}

pub(super) fn zig(project: &Path) -> State {
    in_venv(project, "python-zig", "version")
}

pub(super) fn minisign() -> State {
    asked("minisign", &["-v"], "apt-get install minisign")
}

pub(super) fn terraform() -> State {
    const MEND: &str = "install Terraform from https://developer.hashicorp.com/terraform/install";
    match asked("terraform", &["version"], MEND) {
        State::Fine { found } => State::Fine { found },
        missing @ State::Missing { .. } => match asked("tofu", &["version"], MEND) {
            State::Fine { found } => State::Fine { found },
            State::Missing { .. } => missing,
        },
    }
}

/// What the project's own Python environment has.
fn in_venv(project: &Path, program: &str, argument: &str) -> State {
    let path = project.join(".venv/bin").join(program);
    match path.is_file() {
        true => asked(path, &[argument], VENV),
        false => State::missing("not in .venv", VENV),
    }
}

/// The first line that a program prints, or what installs it.
fn asked(program: impl AsRef<Path>, words: &[&str], mend: &str) -> State {
    let output = Command::new(program.as_ref())
        .args(words)
        .stderr(Stdio::null())
        .output();
    match output {
        Ok(output) if output.status.success() => {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            State::fine(text.lines().next().unwrap_or("installed").trim())
        }
        Ok(output) => State::missing(format!("it ends with {}", output.status), mend),
        Err(_) => State::missing("not found", mend),
    }
}
