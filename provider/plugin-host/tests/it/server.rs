//! An HTTP server that a test can see through, friendly or not by path.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

pub(crate) struct Server {
    address: SocketAddr,
    tls: bool,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::listen(None).await
    }

    /// A server with a certificate for `name`, and the certificate of the authority that signed it.
    pub(crate) async fn start_tls(name: &str) -> (Self, Vec<u8>) {
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        Self::start_with(params).await
    }

    /// As [`Server::start_tls`] with a certificate of another age.
    pub(crate) async fn start_expired(name: &str) -> (Self, Vec<u8>) {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2020, 2, 1);
        Self::start_with(params).await
    }

    async fn start_with(own: CertificateParams) -> (Self, Vec<u8>) {
        let (config, authority) = tls(&own);
        let server = Self::listen(Some(TlsAcceptor::from(Arc::new(config)))).await;
        (server, authority)
    }

    async fn listen(acceptor: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let tls = acceptor.is_some();
        let seen = Arc::clone(&heads);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, seen) = (acceptor.clone(), Arc::clone(&seen));
                tokio::spawn(async move {
                    match acceptor {
                        None => serve(stream, &seen).await,
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                serve(stream, &seen).await;
                            }
                        }
                    }
                });
            }
        });
        Self {
            address,
            tls,
            heads,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!(
            "{}://{}",
            if self.tls { "https" } else { "http" },
            self.address
        )
    }

    pub(crate) fn requests(&self) -> usize {
        self.heads.lock().unwrap().len()
    }

    pub(crate) fn saw(&self, line: &str) -> bool {
        self.heads
            .lock()
            .unwrap()
            .iter()
            .any(|head| head.lines().any(|found| found == line))
    }
}

/// TLS with such a certificate, and the certificate of the authority that signed it.
pub(crate) fn tls(own: &CertificateParams) -> (ServerConfig, Vec<u8>) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let authority = params.self_signed(&key).unwrap();
    let issuer = Issuer::new(params, key);
    let own_key = KeyPair::generate().unwrap();
    let own = own.signed_by(&own_key, &issuer).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![own.der().clone()],
            PrivateKeyDer::Pkcs8(own_key.serialize_der().into()),
        )
        .unwrap();
    (config, authority.der().to_vec())
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, heads: &Mutex<Vec<String>>) {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
    heads.lock().unwrap().push(head.clone());
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let whole = |extra: &str, body: &str| {
        format!(
            "HTTP/1.1 200 OK\r\n{extra}content-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let answer = match path {
        "/redirect" => {
            format!("HTTP/1.1 302 Found\r\nlocation: {query}\r\ncontent-length: 0\r\n\r\n")
        }
        "/large" => whole("", &"x".repeat(9 << 20)),
        "/packed" => whole("content-encoding: gzip\r\n", "x"),
        "/drip" => return drip(&mut stream).await,
        "/late" => {
            tokio::time::sleep(Duration::from_millis(300)).await;
            whole("", "late")
        }
        _ => whole("", &head),
    };
    // A client that gave up closes the connection; that is its right.
    let _ = stream.write_all(answer.as_bytes()).await;
}

/// A body of which a byte comes now and then, for ever.
async fn drip(stream: &mut (impl AsyncWrite + Unpin)) {
    let mut piece = "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n".to_owned();
    while stream.write_all(piece.as_bytes()).await.is_ok() {
        piece = "x".to_owned();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
