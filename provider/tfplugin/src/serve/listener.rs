//! The socket that only the user who runs Terraform can connect to.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempPath;
use tokio::net::UnixListener;
use tokio::sync::{mpsc, watch};
use tokio_rustls::TlsAcceptor;

use super::connection::{Connection, Count, Io};
use super::error::Error;

/// Where a socket fits when the path of the temporary folder is too long for one (108 bytes on Linux, 104 on macOS,
/// the end included).
const SHORT: &str = "/tmp";

/// How long a client may take for its TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// A unix socket of mode 0600, removed when dropped.
#[derive(Debug)]
pub(super) struct Listener {
    listener: UnixListener,
    path: TempPath,
}

impl Listener {
    /// Opens a socket in `directory`, by default that for temporary files, or in /tmp when that fails.
    pub(super) fn bind(directory: Option<PathBuf>) -> Result<Self, Error> {
        let first = directory.unwrap_or_else(std::env::temp_dir);
        bind_in(&first)
            .or_else(|_| bind_in(Path::new(SHORT)))
            .map_err(|source| Error::Listen {
                directories: vec![first, PathBuf::from(SHORT)],
                source,
            })
    }

    /// As the handshake and TF_REATTACH_PROVIDERS want it: network and address.
    pub(super) fn address(&self) -> (&'static str, String) {
        ("unix", self.path.display().to_string())
    }

    /// Hands over every client that passes the TLS handshake, for ever. Handshakes run beside each other, so that a
    /// client that says nothing keeps nobody waiting.
    pub(super) async fn accept(
        &self,
        tls: Option<TlsAcceptor>,
        count: watch::Sender<Count>,
        accepted: mpsc::Sender<io::Result<Connection>>,
    ) {
        loop {
            let stream = match self.listener.accept().await {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let (tls, count, accepted) = (tls.clone(), count.clone(), accepted.clone());
            tokio::spawn(async move {
                match secure(stream, tls).await {
                    Ok(io) => drop(accepted.send(Ok(Connection::new(io, count))).await),
                    Err(error) => tracing::warn!(%error, "a client was refused"),
                }
            });
        }
    }
}

fn bind_in(directory: &Path) -> io::Result<Listener> {
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
    Ok(Listener {
        listener: UnixListener::from_std(listener)?,
        path,
    })
}

async fn secure(stream: impl Io + 'static, tls: Option<TlsAcceptor>) -> io::Result<Box<dyn Io>> {
    let Some(tls) = tls else {
        return Ok(Box::new(stream));
    };
    let stream = tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await??;
    Ok(Box::new(stream))
}
