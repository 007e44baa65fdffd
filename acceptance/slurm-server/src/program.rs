//! Where the programs are.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, iter};

/// The command that installs what is needed.
pub const INSTALL: &str = "bash .ci/run tools";

/// Where Debian puts daemons, which is on the search path of root alone.
const DAEMONS: &str = "/usr/sbin";

/// Whether a cluster can be started here.
#[must_use]
pub fn is_installed() -> bool {
    let programs = ["slurmctld", "slurmd", "slurmrestd", "scontrol", "salloc"];
    programs.iter().all(|name| find(name).is_some())
        && Path::new("/usr/lib")
            .read_dir()
            .into_iter()
            .flatten()
            .filter_map(Result::ok)
            .any(|folder| folder.path().join("slurm-wlm/auth_jwt.so").is_file())
}

/// A command that runs that program of Slurm. Debian has builds side by side under other names; a daemon reads from
/// its name which one it is, and loads no further ways to sign in when it is called anything else.
pub(crate) fn command(name: &str) -> Command {
    let mut command = Command::new(find(name).unwrap_or_else(|| name.into()));
    command.arg0(name);
    command
}

/// The real workload manager before its emulator, wherever both are installed.
fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path)
        .chain(iter::once(DAEMONS.into()))
        .collect();
    let candidates = [format!("{name}-wlm"), name.to_owned()];
    let mut paths = candidates
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    paths.find(|path| path.is_file())
}
