//! How names become addresses and which certificates are trusted. One for all plugins of a provider, but for connectors
//! that trust authorities of their own.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::sign::SingleCertAndKey;
use rustls::{ClientConfig, RootCertStore};

use crate::grants::ClientGrant;
use crate::http::connection::Protocol;
use crate::http::target::Origin;

/// The answer of a resolver on its way.
pub type Resolving<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// Finds the addresses of a host name.
pub trait Resolve: Send + Sync {
    /// All addresses of `name`. Asked once a request; the addresses are checked and one of them is connected to.
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a>;
}

/// The resolver of the system.
struct System;

impl Resolve for System {
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// How names become addresses and which certificates are trusted.
#[derive(Clone)]
pub struct Network {
    resolver: Arc<dyn Resolve>,
    /// Whether the authorities that browsers trust are trusted.
    public_roots: bool,
    extra_roots: Vec<CertificateDer<'static>>,
    /// Made with the first request over TLS.
    tls: Arc<OnceLock<Arc<ClientConfig>>>,
    /// Made with the first call over gRPC and TLS.
    tls_http2: Arc<OnceLock<Arc<ClientConfig>>>,
    /// Who the caller is to one of its hosts, and what is made with the first request there.
    identity: Option<(ClientGrant, Made)>,
}

/// Over HTTP/1.1 and HTTP/2.
type Made = [Arc<OnceLock<Arc<ClientConfig>>>; 2];

impl Default for Network {
    fn default() -> Self {
        Self {
            resolver: Arc::new(System),
            public_roots: true,
            extra_roots: Vec::new(),
            tls: Arc::default(),
            tls_http2: Arc::default(),
            identity: None,
        }
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network")
            .field("public_roots", &self.public_roots)
            .field("extra_roots", &self.extra_roots.len())
            .finish_non_exhaustive()
    }
}

impl Network {
    /// Replaces the resolver of the system.
    #[must_use]
    pub fn resolver(mut self, resolver: Arc<dyn Resolve>) -> Self {
        self.resolver = resolver;
        self
    }

    /// Trusts a certificate authority, DER, beside those that browsers trust.
    #[must_use]
    pub fn root(mut self, certificate: Vec<u8>) -> Self {
        self.extra_roots.push(CertificateDer::from(certificate));
        self.tls = Arc::default();
        self.tls_http2 = Arc::default();
        self
    }

    /// Trusts these certificate authorities and no others.
    pub(crate) fn only(&self, authorities: &[CertificateDer<'static>]) -> Self {
        Self {
            resolver: Arc::clone(&self.resolver),
            public_roots: false,
            extra_roots: authorities.to_vec(),
            tls: Arc::default(),
            tls_http2: Arc::default(),
            identity: None,
        }
    }

    /// Signs in with a certificate to its origin and nowhere else.
    pub(crate) fn identified(mut self, client: Option<&ClientGrant>) -> Self {
        self.identity = client.map(|client| (client.clone(), Made::default()));
        self
    }

    pub(super) async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.resolver.resolve(name).await
    }

    pub(super) fn tls(&self, protocol: Protocol, origin: &Origin) -> io::Result<Arc<ClientConfig>> {
        let identity = self.identity.as_ref();
        let identity = identity.filter(|(client, _)| client.origin == *origin);
        let [tls, tls_http2] = match identity {
            Some((_, [tls, tls_http2])) => [tls, tls_http2],
            None => [&self.tls, &self.tls_http2],
        };
        let made = match protocol {
            Protocol::Http1 => tls,
            Protocol::Http2 => tls_http2,
        };
        if let Some(config) = made.get() {
            return Ok(Arc::clone(config));
        }
        let mut roots = RootCertStore::empty();
        if self.public_roots {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        for root in &self.extra_roots {
            roots.add(root.clone()).map_err(io::Error::other)?;
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(roots);
        let mut config = match identity {
            Some((client, _)) => {
                let key = SingleCertAndKey::from(Arc::clone(&client.key));
                config.with_client_cert_resolver(Arc::new(key))
            }
            None => config.with_no_client_auth(),
        };
        if protocol == Protocol::Http2 {
            config.alpn_protocols = vec![b"h2".to_vec()];
        }
        Ok(Arc::clone(made.get_or_init(|| Arc::new(config))))
    }
}
