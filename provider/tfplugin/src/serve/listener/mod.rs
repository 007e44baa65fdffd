//! Where the host connects, and who of those that come is let in.

#[cfg(any(windows, test))]
mod tcp;
#[cfg(unix)]
mod unix;

use std::io;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio_rustls::TlsAcceptor;

use super::connection::{Connection, Count, Io};

#[cfg(windows)]
pub(super) use tcp::TcpPort as Listener;
#[cfg(unix)]
pub(super) use unix::UnixSocket as Listener;

/// How long a client may take for its TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Hands over every client that passes the TLS handshake, for ever. Handshakes run beside each other, so that a client
/// that says nothing keeps nobody waiting.
pub(super) async fn accept(
    listener: &Listener,
    tls: Option<TlsAcceptor>,
    count: watch::Sender<Count>,
    accepted: mpsc::Sender<io::Result<Connection>>,
) {
    loop {
        let stream = match listener.accept().await {
            Ok(stream) => stream,
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

async fn secure(stream: impl Io + 'static, tls: Option<TlsAcceptor>) -> io::Result<Box<dyn Io>> {
    let Some(tls) = tls else {
        return Ok(Box::new(stream));
    };
    let stream = tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await??;
    Ok(Box::new(stream))
}
