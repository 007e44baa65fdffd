//! Ways to connect to a provider.

use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper_util::rt::TokioIo;
use rustls::client::ResolvesClientCert;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, SignatureScheme};
use tfplugin::proto::get_metadata;
use tfplugin::proto::plugin::grpc_broker_client::GrpcBrokerClient;
use tfplugin::proto::plugin::grpc_controller_client::GrpcControllerClient;
use tfplugin::proto::plugin::grpc_stdio_client::GrpcStdioClient;
use tfplugin::proto::provider_client::ProviderClient;
use tokio::net::UnixStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tonic::Status;
use tonic::codegen::Service;
use tonic::transport::{Channel, Endpoint, Uri};

use crate::client_key::ClientKey;
use crate::host::Plugin;

/// What Terraform holds of a running provider.
pub(crate) struct Clients {
    pub(crate) provider: ProviderClient<Channel>,
    pub(crate) controller: GrpcControllerClient<Channel>,
    pub(crate) stdio: GrpcStdioClient<Channel>,
    pub(crate) broker: GrpcBrokerClient<Channel>,
    pub(crate) channel: Channel,
}

impl Clients {
    /// With TLS, as the holder of `key`.
    pub(crate) async fn secure(plugin: &Plugin, key: &ClientKey) -> Self {
        let config = config(
            &plugin.certificate(),
            Some(key.shown_with(key.certificate())),
        );
        Self::over(&plugin.socket(), Some(config))
            .await
            .expect("a connection")
    }

    pub(crate) async fn plain(socket: &Path) -> Result<Self, tonic::transport::Error> {
        Self::over(socket, None).await
    }

    /// The cheapest question there is.
    pub(crate) async fn ask(&mut self) -> Result<get_metadata::Response, Status> {
        let response = self.provider.get_metadata(get_metadata::Request {}).await?;
        Ok(response.into_inner())
    }

    async fn over(
        socket: &Path,
        tls: Option<ClientConfig>,
    ) -> Result<Self, tonic::transport::Error> {
        let tls = tls.map(|config| TlsConnector::from(Arc::new(config)));
        let connector = Connector {
            socket: socket.to_owned(),
            tls,
        };
        let channel = Endpoint::from_static("http://localhost")
            .connect_with_connector(connector)
            .await?;
        let large = 256 << 20;
        Ok(Self {
            provider: ProviderClient::new(channel.clone())
                .max_decoding_message_size(large)
                .max_encoding_message_size(large),
            controller: GrpcControllerClient::new(channel.clone()),
            stdio: GrpcStdioClient::new(channel.clone()),
            broker: GrpcBrokerClient::new(channel.clone()),
            channel,
        })
    }
}

/// Trusts `server` alone and shows `client`.
pub(crate) fn config(
    server: &CertificateDer<'static>,
    client: Option<Arc<CertifiedKey>>,
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(server.clone()).expect("a certificate");
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match client {
        Some(key) => builder.with_client_cert_resolver(Arc::new(Always(key))),
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    config
}

/// A TLS connection that the server has confirmed by its first message, or the reason why there is none.
pub(crate) async fn handshake(
    plugin: &Plugin,
    config: ClientConfig,
) -> io::Result<TlsStream<UnixStream>> {
    use tokio::io::AsyncReadExt as _;
    let stream = UnixStream::connect(plugin.socket()).await?;
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await?;
    // In TLS 1.3 the client is done before the server has looked at its certificate. A server that accepts it speaks
    // first, with its HTTP/2 settings.
    match stream.read(&mut [0; 1]).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(stream),
    }
}

#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesClientCert for Always {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }

    fn has_certs(&self) -> bool {
        true
    }
}

struct Connector {
    socket: PathBuf,
    tls: Option<TlsConnector>,
}

trait Io: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin {}
impl<T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin> Io for T {}

impl Service<Uri> for Connector {
    type Response = TokioIo<Box<dyn Io>>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let (socket, tls) = (self.socket.clone(), self.tls.clone());
        Box::pin(async move {
            let stream = UnixStream::connect(socket).await?;
            let Some(tls) = tls else {
                return Ok(TokioIo::new(Box::new(stream) as Box<dyn Io>));
            };
            let name = ServerName::try_from("localhost").unwrap();
            Ok(TokioIo::new(
                Box::new(tls.connect(name, stream).await?) as Box<dyn Io>
            ))
        })
    }
}
