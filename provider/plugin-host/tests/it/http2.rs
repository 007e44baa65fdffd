//! A server that speaks HTTP/2 and breaks gRPC as a test wants.

use std::net::SocketAddr;

use h2::Reason;
use http::{HeaderValue, Response};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;

/// What a hostile server does with one call.
pub(crate) type Deed =
    fn(&http::Request<h2::RecvStream>, h2::server::SendResponse<hyper::body::Bytes>);

/// A server that speaks HTTP/2 and does that to every call.
pub(crate) async fn peer(deed: Deed) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, deed));
        }
    });
    format!("http://{address}")
}

pub(crate) async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, deed: Deed) {
    let mut connection = h2::server::handshake(stream).await.unwrap();
    while let Some(Ok((request, respond))) = connection.accept().await {
        let gone = request.uri().path().ends_with("/GoAway");
        deed(&request, respond);
        if gone {
            connection.abrupt_shutdown(Reason::ENHANCE_YOUR_CALM);
        }
    }
}

pub(crate) fn head(fields: &[(&'static str, &str)]) -> Response<()> {
    let mut response = Response::new(());
    for (name, value) in fields {
        let value = HeaderValue::from_str(value).unwrap();
        response.headers_mut().append(*name, value);
    }
    response
}

pub(crate) const GRPC: (&str, &str) = ("content-type", "application/grpc");

/// Answers with these bytes and trailers.
pub(crate) fn reply(
    mut respond: h2::server::SendResponse<hyper::body::Bytes>,
    bytes: &[u8],
    trailers: &[(&'static str, &str)],
) {
    let mut send = respond.send_response(head(&[GRPC]), false).unwrap();
    let fields = head(trailers).headers().clone();
    send.send_data(
        hyper::body::Bytes::copy_from_slice(bytes),
        fields.is_empty(),
    )
    .unwrap();
    if !fields.is_empty() {
        send.send_trailers(fields).unwrap();
    }
}
