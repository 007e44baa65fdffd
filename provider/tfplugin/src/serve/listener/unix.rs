//! The socket that only the user who runs Terraform can connect to.

use std::io;
use std::path::Path;

use tempfile::TempPath;
use tokio::net::{UnixListener, UnixStream};

use crate::serve::environment::Environment;
use crate::serve::error::Error;

/// Where a socket fits when the path of the temporary folder is too long for one (108 bytes on Linux, 104 on macOS,
/// the end included).
const SHORT: &str = "/tmp";

/// A unix socket of mode 0600, removed when dropped.
#[derive(Debug)]
pub(in crate::serve) struct UnixSocket {
    listener: UnixListener,
    path: TempPath,
}

impl UnixSocket {
    /// Opens a socket in the folder that the host names, else in that for temporary files, or in /tmp when that fails.
    pub(in crate::serve) fn bind(environment: &Environment) -> Result<Self, Error> {
        let first = environment
            .socket_directory
            .clone()
            .unwrap_or_else(std::env::temp_dir);
        bind_in(&first)
            .or_else(|_| bind_in(Path::new(SHORT)))
            .map_err(|source| Error::Listen {
                tried: format!("in `{}` or `{SHORT}`", first.display()),
                remedy: "Set TMPDIR to a folder that this user can write to.",
                source,
            })
    }

    /// As the handshake and TF_REATTACH_PROVIDERS want it: network and address.
    pub(in crate::serve) fn address(&self) -> (&'static str, String) {
        ("unix", self.path.display().to_string())
    }

    pub(super) async fn accept(&self) -> io::Result<UnixStream> {
        Ok(self.listener.accept().await?.0)
    }
}

fn bind_in(directory: &Path) -> io::Result<UnixSocket> {
    // The socket must never be open to others, not even between its making and a chmod. No other thread makes files
    // yet.
    let mask = rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o177));
    let made = tempfile::Builder::new()
        .prefix("plugin")
        .make_in(directory, |path| {
            std::os::unix::net::UnixListener::bind(path)
        });
    rustix::process::umask(mask);
    let (listener, path) = made?.into_parts();
    listener.set_nonblocking(true)?;
    Ok(UnixSocket {
        listener: UnixListener::from_std(listener)?,
        path,
    })
}
