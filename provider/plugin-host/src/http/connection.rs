//! One connection for one request.

use std::io;
use std::net::{IpAddr, SocketAddr};

use http::response::Parts;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::http::network::Network;
use crate::http::target::{Host, Origin};

/// Header fields of a response.
const FIELDS: usize = 100;
/// Bytes that may wait unread, which bounds the header section.
const BUFFER_BYTES: usize = 64 * 1024;

/// Why no response came.
#[derive(Debug)]
pub(super) enum Broken {
    /// The connection or the protocol failed; a clause.
    Failed(String),
    /// The body is larger than allowed.
    TooLarge,
}

/// Connects to one of the checked addresses, sends the request and reads the whole response.
pub(super) async fn exchange(
    network: &Network,
    origin: &Origin,
    addresses: &[IpAddr],
    request: http::Request<Full<Bytes>>,
    max_body: usize,
) -> Result<(Parts, Bytes), Broken> {
    let stream = connect(addresses, origin.port)
        .await
        .map_err(|error| failed(&error))?;
    if !origin.tls {
        return send(stream, request, max_body).await;
    }
    let name = match &origin.host {
        Host::Name(name) => ServerName::try_from(name.clone()).map_err(|error| failed(&error))?,
        Host::Address(address) => ServerName::IpAddress((*address).into()),
    };
    let tls = TlsConnector::from(network.tls().map_err(|error| failed(&error))?);
    let stream = tls
        .connect(name, stream)
        .await
        .map_err(|error| failed(&error))?;
    send(stream, request, max_body).await
}

async fn connect(addresses: &[IpAddr], port: u16) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in addresses {
        match TcpStream::connect(SocketAddr::new(*address, port)).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

async fn send(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    request: http::Request<Full<Bytes>>,
    max_body: usize,
) -> Result<(Parts, Bytes), Broken> {
    let (mut sender, connection) = http1::Builder::new()
        .max_headers(FIELDS)
        .max_buf_size(BUFFER_BYTES)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| failed(&error))?;
    // Ends by itself when `sender` and the body are dropped, also when a deadline drops this future.
    tokio::spawn(connection);
    let response = sender
        .send_request(request)
        .await
        .map_err(|error| failed(&error))?;
    let (parts, body) = response.into_parts();
    match Limited::new(body, max_body).collect().await {
        Ok(body) => Ok((parts, body.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => Err(Broken::TooLarge),
        Err(error) => Err(failed(&*error)),
    }
}

/// The innermost cause: the outer ones only say that something failed.
fn failed(error: &(dyn std::error::Error + 'static)) -> Broken {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    Broken::Failed(cause.to_string())
}
