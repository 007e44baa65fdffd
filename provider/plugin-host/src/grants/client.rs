//! Who a connector is to one of its hosts, by certificate.

use std::fmt;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::{Grants, target};
use crate::error::PluginError;
use crate::http::target::Origin;

/// A certificate with its key, for one origin. Neither is shown.
#[derive(Clone)]
pub(crate) struct ClientGrant {
    pub(crate) origin: Origin,
    pub(crate) key: Arc<CertifiedKey>,
}

impl fmt::Debug for ClientGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientGrant")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

impl Grants {
    /// Signs in to the origin of `url` with a certificate, over TLS: `certificates` is the chain with its own first,
    /// `key` the private key, both PEM. No other host is shown the certificate, and nobody the key.
    ///
    /// # Errors
    /// When `url` is not what [`Grants::host`] takes, a text is not PEM, or the key is not that of the certificate.
    pub fn client_certificate(
        mut self,
        url: &str,
        certificates: &str,
        key: &str,
    ) -> Result<Self, PluginError> {
        let invalid = |reason| PluginError::Grant {
            grant: "client_certificate".to_owned(),
            reason,
            remedy: "Give a certificate and its private key as PEM text, as `openssl` writes them.",
        };
        let chain: Vec<CertificateDer<'static>> =
            CertificateDer::pem_slice_iter(certificates.as_bytes())
                .collect::<Result<_, _>>()
                .map_err(|_| invalid("a certificate in it cannot be decoded"))?;
        if chain.is_empty() {
            return Err(invalid("it holds no `-----BEGIN CERTIFICATE-----`"));
        }
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes())
            .map_err(|_| invalid("its key is no private key"))?;
        let certified =
            CertifiedKey::from_der(chain, key, &ring::default_provider()).map_err(|_| {
                invalid("its key is not the key of its certificate, or of a kind that is not known")
            })?;
        self.client = Some(ClientGrant {
            origin: target(url)?.origin,
            key: Arc::new(certified),
        });
        Ok(self)
    }
}
