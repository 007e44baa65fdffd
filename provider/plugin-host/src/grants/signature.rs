//! Keys of AWS, and the requests that the host may sign with them.

use std::fmt;

use super::{Grants, SECRET_BYTES_MIN};
use crate::error::PluginError;
use crate::http::target::Target;

/// Requests of one service at one origin that the host may sign.
#[derive(Clone, Debug)]
pub(crate) struct SignatureGrant {
    pub(crate) target: Target,
    pub(crate) service: String,
    pub(crate) region: String,
    pub(crate) keys: AwsKeys,
}

/// Credentials of an AWS principal. `Debug` shows none of them.
#[derive(Clone)]
pub struct AwsKeys {
    /// Id of the access key.
    pub access_key_id: String,
    /// The key that signs.
    pub secret_access_key: String,
    /// What temporary credentials have beside the two.
    pub session_token: Option<String>,
}

impl fmt::Debug for AwsKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsKeys").finish_non_exhaustive()
    }
}

impl AwsKeys {
    /// What must not be seen, the id too: with it a stranger can ask AWS whose account this is.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &str> {
        [&self.access_key_id, &self.secret_access_key]
            .into_iter()
            .chain(&self.session_token)
            .map(String::as_str)
    }
}

impl Grants {
    /// Grants that the host signs requests to `url` for one AWS service in one region, where the manifest asks for it.
    /// The host of `url` has to be granted too.
    ///
    /// # Errors
    /// When `url` is not what [`Grants::host`] takes, service or region is no name, the service is `s3`, whose requests
    /// are signed otherwise, a key cannot be one, or the service is granted there already.
    pub fn sigv4(
        mut self,
        url: &str,
        service: &str,
        region: &str,
        keys: AwsKeys,
    ) -> Result<Self, PluginError> {
        let invalid = |grant: &str, reason, remedy| PluginError::Grant {
            grant: grant.to_owned(),
            reason,
            remedy,
        };
        let target = super::target(url)?;
        let is_name = |text: &str| {
            let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
            !text.is_empty() && text.len() <= 64 && text.bytes().all(plain)
        };
        if let Some(wrong) = [service, region].into_iter().find(|text| !is_name(text)) {
            return Err(invalid(
                wrong,
                "a service or region is written in lower-case letters, digits and hyphens",
                "Write the service as AWS signs for it, `iam` or `ec2` for example, and the region as `us-east-1`.",
            ));
        }
        if service == "s3" {
            return Err(invalid(
                service,
                "requests to Amazon S3 are signed in another way, which this host does not know",
                "Remove the block.",
            ));
        }
        let visible = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        if keys
            .secrets()
            .any(|text| text.len() < SECRET_BYTES_MIN || !visible(text))
        {
            return Err(invalid(
                service,
                "one of the keys that sign for that service is shorter than 8 characters or has characters that no key \
                 has",
                "Give the environment variables the keys as AWS shows them; a line end at the end is the usual cause.",
            ));
        }
        let twice = |other: &SignatureGrant| {
            other.target.origin == target.origin && other.service == service
        };
        if self.signatures.iter().any(twice) {
            return Err(invalid(
                service,
                "signing for that service is granted twice at one address",
                "Keep one of the blocks.",
            ));
        }
        self.signatures.push(SignatureGrant {
            target,
            service: service.to_owned(),
            region: region.to_owned(),
            keys,
        });
        Ok(self)
    }

    /// Every value that must not be seen.
    pub(crate) fn values(&self) -> impl Iterator<Item = &str> {
        let secrets = self.secrets.iter().map(|grant| grant.value.as_str());
        let keys = self
            .signatures
            .iter()
            .flat_map(|grant| grant.keys.secrets());
        secrets.chain(keys)
    }
}
