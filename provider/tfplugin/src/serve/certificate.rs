//! AutoMTLS: the server's own certificate, made anew at every start, and the TLS that it serves.

use std::sync::Arc;

use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::server::NoServerSessionStorage;
use rustls::version::TLS13;
use tokio_rustls::TlsAcceptor;

use super::client_certificate::PinnedClient;
use super::error::Error;

/// The name Terraform expects, whatever the socket.
const NAME: &str = "localhost";

/// TLS towards one host.
pub(super) struct Tls {
    /// Told to the host in the handshake; it trusts this certificate and no other.
    pub(super) certificate: CertificateDer<'static>,
    pub(super) acceptor: TlsAcceptor,
}

impl Tls {
    /// TLS 1.3 only, as every Terraform that speaks protocol 6 does, and without resumption: there is one connection,
    /// and its client certificate is to be checked in full.
    pub(super) fn for_client(client: PinnedClient) -> Result<Self, Error> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let certificate = self_signed(&key)?;
        let private = PrivatePkcs8KeyDer::from(key.serialize_der());
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&TLS13])?
            .with_client_cert_verifier(Arc::new(client))
            .with_single_cert(vec![certificate.clone()], private.into())?;
        // Newer gRPC clients hang up when it is missing.
        config.alpn_protocols = vec![b"h2".to_vec()];
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Self {
            certificate,
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }
}

/// Valid for as long as rcgen's defaults say, which is any time: it lives as long as the process.
fn self_signed(key: &KeyPair) -> Result<CertificateDer<'static>, rcgen::Error> {
    let mut params = CertificateParams::new(vec![NAME.to_owned()])?;
    params.distinguished_name.push(DnType::CommonName, NAME);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params.self_signed(key)?.der().clone())
}
