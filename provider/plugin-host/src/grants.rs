//! What HCL allows a connector. It takes effect where the plugin's manifest asks for the same
//! ([`crate::http::Rights`]), and a call says in which phase it is: grants are the same in both.

mod client;
mod fetched;
mod signature;

use std::fmt;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde::Serialize;

use crate::error::PluginError;
use crate::http::target::Target;
use crate::keyring::Origined;
pub(crate) use client::ClientGrant;
pub use signature::AwsKeys;
pub(crate) use signature::SignatureGrant;

/// When a call happens. Only apply and destroy may change an outside system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Validate, plan and refresh: requests that only read.
    Plan,
    /// Apply and destroy: every method that the manifest asks for.
    Apply,
}

/// What one connector may do. A check has no grants at all.
#[derive(Clone, Debug, Default)]
pub struct Grants {
    pub(crate) requests: Vec<RequestGrant>,
    /// Where methods that usually write only read.
    pub(crate) reads: Vec<Target>,
    pub(crate) secrets: Vec<SecretGrant>,
    pub(crate) signatures: Vec<SignatureGrant>,
    /// Secrets that are fetched when a request needs them.
    pub(crate) fetched: Vec<Origined>,
    /// Who it is to one of its hosts, by certificate.
    pub(crate) client: Option<ClientGrant>,
    /// Who may sign the certificates of its hosts; empty for the authorities that browsers trust.
    pub(crate) authorities: Vec<CertificateDer<'static>>,
}

/// Requests to one origin, under one path.
#[derive(Clone, Debug)]
pub(crate) struct RequestGrant {
    pub(crate) target: Target,
    /// None for every method that the manifest asks for.
    pub(crate) methods: Option<Vec<String>>,
    pub(crate) phases: Vec<Phase>,
}

/// A secret that the host may send where the manifest says.
#[derive(Clone)]
pub(crate) struct SecretGrant {
    pub(crate) name: String,
    pub(crate) value: String,
}

impl fmt::Debug for SecretGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretGrant")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Bytes below which a text is no secret: it would stand in ordinary words and numbers too, and masking it would show
/// where.
pub(crate) const SECRET_BYTES_MIN: usize = 8;

const WRITE_URL: &str = "Write `scheme://host`, with a port if it is not the scheme's own and with a path to narrow \
                         the grant, for example `https://api.example.com/v1/`. Name every host: there are no wildcards.";

impl Grants {
    /// Grants nothing yet.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Grants the requests to a host that the manifest asks for: `https://api.example.com`, with a port, with a path
    /// to narrow it. A private address is granted by writing the address; a name that leads to one needs a second
    /// grant that writes it, with the same port.
    ///
    /// # Errors
    /// When the text is not such a URL.
    pub fn host(mut self, url: &str) -> Result<Self, PluginError> {
        self.requests.push(RequestGrant {
            target: target(url)?,
            methods: None,
            phases: vec![Phase::Plan, Phase::Apply],
        });
        Ok(self)
    }

    /// Grants only these methods in only these phases, narrower than [`Grants::host`]. It makes no method a read.
    ///
    /// # Errors
    /// When `url` is not what [`Grants::host`] takes, a method is not written in upper case, or one of the lists is
    /// empty.
    pub fn request(
        mut self,
        url: &str,
        methods: &[&str],
        phases: &[Phase],
    ) -> Result<Self, PluginError> {
        let target = target(url)?;
        let invalid = |grant: &str, reason, remedy| PluginError::Grant {
            grant: grant.to_owned(),
            reason,
            remedy,
        };
        if methods.is_empty() || phases.is_empty() {
            return Err(invalid(
                url,
                "it names no method or no phase, so that it grants nothing",
                "Name methods and phases, or grant the whole host in `allow { hosts }`.",
            ));
        }
        let upper = |method: &&str| {
            !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase())
        };
        if let Some(method) = methods.iter().find(|method| !upper(method)) {
            return Err(invalid(
                method,
                "a method is written in upper-case letters",
                "Write the method as the manifest does, `POST` or `GRPC` for example.",
            ));
        }
        self.requests.push(RequestGrant {
            target,
            methods: Some(methods.iter().map(|&method| method.to_owned()).collect()),
            phases: phases.to_vec(),
        });
        Ok(self)
    }

    /// Says that `POST`, `GRPC` and the like only read under this URL, so that plan may send them. It takes effect
    /// where the manifest says so too, and grants nothing by itself.
    ///
    /// # Errors
    /// When `url` is not what [`Grants::host`] takes.
    pub fn reads(mut self, url: &str) -> Result<Self, PluginError> {
        self.reads.push(target(url)?);
        Ok(self)
    }

    /// Trusts the certificate authorities of `pem`, one or more certificates, for the hosts of this connector: then these
    /// and no others.
    ///
    /// # Errors
    /// When the text holds no certificate, or one that is no authority's.
    pub fn authorities(mut self, pem: &str) -> Result<Self, PluginError> {
        let invalid = |reason| PluginError::Grant {
            grant: "ca_certificate".to_owned(),
            reason,
            remedy: "Give the certificate of the authority as PEM text, for example with `file(\"ca.pem\")`.",
        };
        let mut store = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let certificate = certificate.map_err(|_| {
                invalid("the text is not whole: a certificate in it cannot be decoded")
            })?;
            store
                .add(certificate.clone())
                .map_err(|_| invalid("the text holds something that is no X.509 certificate"))?;
            self.authorities.push(certificate);
        }
        if store.is_empty() {
            return Err(invalid("the text holds no `-----BEGIN CERTIFICATE-----`"));
        }
        Ok(self)
    }

    /// Grants that the host sends a secret for the plugin, in the header and to the origin that the manifest names for
    /// it. That origin has to be granted too.
    ///
    /// # Errors
    /// When the value is shorter than 8 bytes or cannot stand in a header.
    pub fn secret(mut self, name: &str, value: &str) -> Result<Self, PluginError> {
        let invalid = |reason, remedy| PluginError::Grant {
            grant: name.to_owned(),
            reason,
            remedy,
        };
        sendable(value).map_err(|(reason, remedy)| invalid(reason, remedy))?;
        self.secrets.push(SecretGrant {
            name: name.to_owned(),
            value: value.to_owned(),
        });
        Ok(self)
    }
}

/// Whether a value can be sent and masked; otherwise what is wrong with it, and a remedy.
pub(crate) fn sendable(value: &str) -> Result<(), (&'static str, &'static str)> {
    if value.is_empty() {
        return Err((
            "the secret of that name has no value",
            "Give the secret a value, or remove its name from `allow { secrets }`.",
        ));
    }
    if !value.bytes().all(|byte| (b' '..0x7f).contains(&byte)) {
        return Err((
            "the secret of that name has characters that no header can carry",
            "Give it a value of visible ASCII characters; a line end at its end is the usual cause.",
        ));
    }
    if value.len() < SECRET_BYTES_MIN {
        return Err((
            "the secret of that name has fewer than 8 characters, which are too few to be found and masked",
            "Use a longer secret.",
        ));
    }
    Ok(())
}

fn target(url: &str) -> Result<Target, PluginError> {
    let invalid = |reason| PluginError::Grant {
        grant: url.to_owned(),
        reason,
        remedy: WRITE_URL,
    };
    let target = Target::parse(url).map_err(invalid)?;
    if target.query.is_some() {
        return Err(invalid("a grant has no query"));
    }
    Ok(target)
}

#[cfg(test)]
mod tests {
    use super::{AwsKeys, Grants, Phase};

    fn keys(secret_access_key: &str) -> AwsKeys {
        AwsKeys {
            access_key_id: "AKIDEXAMPLE".to_owned(),
            secret_access_key: secret_access_key.to_owned(),
            session_token: Some("s3cr3t-token".to_owned()),
        }
    }

    #[test]
    fn a_grant_that_grants_nothing_is_a_mistake() {
        let url = "https://api.example.com";
        for grants in [
            Grants::none().host("api.example.com"),
            Grants::none().host("https://*.example.com"),
            Grants::none().host("https://api.example.com/?a=b"),
            Grants::none().reads("https://user@api.example.com"),
            Grants::none().request(url, &[], &[Phase::Plan]),
            Grants::none().request(url, &["GET"], &[]),
            Grants::none().request(url, &["get"], &[Phase::Plan]),
            Grants::none().request(url, &["GET\r\n"], &[Phase::Plan]),
            Grants::none().secret("TOKEN", ""),
            Grants::none().secret("TOKEN", "seven77"),
            Grants::none().secret("TOKEN", "line-end\n"),
            Grants::none().sigv4("iam.amazonaws.com", "iam", "us-east-1", keys("s3cr3t-key")),
            Grants::none().sigv4(url, "IAM", "us-east-1", keys("s3cr3t-key")),
            Grants::none().sigv4(url, "iam", "", keys("s3cr3t-key")),
            Grants::none().sigv4(url, "s3", "us-east-1", keys("s3cr3t-key")),
            Grants::none().sigv4(url, "iam", "us-east-1", keys("s3cr3t-key\n")),
            Grants::none().sigv4(url, "iam", "us-east-1", keys("short")),
            Grants::none()
                .sigv4(url, "iam", "us-east-1", keys("s3cr3t-key"))
                .and_then(|grants| grants.sigv4(url, "iam", "eu-west-1", keys("s3cr3t-key"))),
            Grants::none().authorities(""),
            Grants::none().authorities("MIIB"),
            Grants::none().authorities("-----BEGIN CERTIFICATE-----\nMIIB\n"),
            Grants::none()
                .authorities("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        ] {
            let error = grants.unwrap_err().to_string();
            assert!(error.starts_with("Plugin grant is not valid\n"), "{error}");
            assert!(error.ends_with("\n\nplugin-grant-invalid"), "{error}");
        }
    }

    #[test]
    fn a_grant_shows_no_secret() {
        let grants = Grants::none().secret("TOKEN", "s3cr3t-value").unwrap();
        let grants = grants
            .sigv4("https://a.example", "iam", "us-east-1", keys("s3cr3t-key"))
            .unwrap();
        for part in ["s3cr3t", "AKIDEXAMPLE"] {
            assert!(!format!("{grants:?}").contains(part), "{grants:?}");
        }
    }
}
