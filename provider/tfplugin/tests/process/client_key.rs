//! A client's key on curve P-521 with its self-signed certificate, as Terraform makes one for each provider it starts.

use std::sync::Arc;

use p521::ecdsa::signature::Signer as _;
use p521::ecdsa::{DerSignature, SigningKey};
use rcgen::{BasicConstraints, CertificateParams, IsCa, PKCS_ECDSA_P384_SHA384, PublicKeyData};
use rustls::pki_types::CertificateDer;
use rustls::sign::{CertifiedKey, Signer};
use rustls::{SignatureAlgorithm, SignatureScheme};

#[derive(Clone, Debug)]
pub(crate) struct ClientKey {
    key: SigningKey,
    point: Vec<u8>,
}

impl ClientKey {
    /// One key for each seed.
    pub(crate) fn new(seed: u8) -> Self {
        let mut number = [seed; 66];
        number[0] = 0;
        let key = SigningKey::from_slice(&number).expect("a number below the order of the curve");
        let point = key.verifying_key().to_sec1_point(false).as_bytes().to_vec();
        Self { key, point }
    }

    /// Self-signed, for `localhost`, with the CA flag set.
    pub(crate) fn certificate(&self) -> CertificateDer<'static> {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(self).unwrap();
        CertificateDer::from(with_p521(certificate.der()))
    }

    /// This key shown with a certificate, its own or another's.
    pub(crate) fn shown_with(&self, certificate: CertificateDer<'static>) -> Arc<CertifiedKey> {
        Arc::new(CertifiedKey::new(vec![certificate], Arc::new(self.clone())))
    }
}

pub(crate) fn pem(certificate: &CertificateDer<'_>) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(certificate);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}

/// rcgen with ring knows no P-521, so it is told P-384 with SHA-384; the identifiers of both differ in their last byte
/// only.
fn with_p521(der: &[u8]) -> Vec<u8> {
    const CURVE: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22];
    const SIGNATURE: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03];
    let mut der = der.to_vec();
    for identifier in [CURVE, SIGNATURE] {
        let ends: Vec<_> = der
            .windows(identifier.len())
            .enumerate()
            .filter(|(_, window)| *window == identifier)
            .map(|(at, _)| at + identifier.len() - 1)
            .collect();
        ends.into_iter().for_each(|end| der[end] += 1);
    }
    der
}

impl PublicKeyData for ClientKey {
    fn der_bytes(&self) -> &[u8] {
        &self.point
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &PKCS_ECDSA_P384_SHA384
    }
}

impl rcgen::SigningKey for ClientKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        let signature: DerSignature = self.key.sign(&with_p521(message));
        Ok(signature.as_bytes().to_vec())
    }
}

impl rustls::sign::SigningKey for ClientKey {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let scheme = SignatureScheme::ECDSA_NISTP521_SHA512;
        offered
            .contains(&scheme)
            .then(|| Box::new(self.clone()) as Box<dyn Signer>)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ECDSA
    }
}

impl Signer for ClientKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        let signature: DerSignature = self.key.sign(message);
        Ok(signature.as_bytes().to_vec())
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::ECDSA_NISTP521_SHA512
    }
}
