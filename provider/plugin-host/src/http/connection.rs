//! A connection for one exchange: to a checked address, with verified TLS.

use std::error::Error;
use std::io;
use std::net::{IpAddr, SocketAddr};

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::http::network::Network;
use crate::http::target::{Host, Origin};

/// What is spoken on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// HTTP/1.1, for requests.
    Http1,
    /// HTTP/2, for gRPC.
    Http2,
}

/// A connection over TCP or TLS.
pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// Connects to one of the checked addresses. The error is a clause.
pub(super) async fn connect(
    network: &Network,
    origin: &Origin,
    addresses: &[IpAddr],
    protocol: Protocol,
) -> Result<Box<dyn Io>, String> {
    let stream = tcp(addresses, origin.port)
        .await
        .map_err(|error| cause(&error))?;
    if !origin.tls {
        return Ok(Box::new(stream));
    }
    let name = match &origin.host {
        Host::Name(name) => ServerName::try_from(name.clone()).map_err(|error| cause(&error))?,
        Host::Address(address) => ServerName::IpAddress((*address).into()),
    };
    let tls = TlsConnector::from(
        network
            .tls(protocol, origin)
            .map_err(|error| cause(&error))?,
    );
    let stream = tls
        .connect(name, stream)
        .await
        .map_err(|error| cause(&error))?;
    let agreed = stream.get_ref().1.alpn_protocol();
    if protocol == Protocol::Http2 && agreed != Some(b"h2") {
        return Err("the server does not speak HTTP/2, which gRPC needs".to_owned());
    }
    Ok(Box::new(stream))
}

async fn tcp(addresses: &[IpAddr], port: u16) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in addresses {
        match TcpStream::connect(SocketAddr::new(*address, port)).await {
            Ok(stream) => {
                // Pieces of a streamed body are small and waited for.
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The innermost cause: the outer ones only say that something failed.
pub(super) fn cause(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
