//! Credentials that live as long as a job.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::bindings::credentials;
use crate::secret::Secret;

/// What a job asks for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Application {
    /// SPIFFE ID of the workload.
    pub workload: String,
    /// Name of the job.
    pub job: String,
    /// Who will be shown the credential.
    pub audience: String,
    /// How long it is to live.
    pub ttl_seconds: u32,
    /// What it may do, in the platform's own notation; an object.
    pub scope: Value,
}

/// A credential that was issued. Its value came from the platform to the host and was never in the guest.
#[derive(Debug)]
pub struct Credential {
    /// By which it can be revoked.
    pub id: String,
    /// The value.
    pub secret: Secret,
    /// In seconds since 1970-01-01T00:00:00Z.
    pub expires_at: u32,
}

impl Application {
    pub(crate) fn to_guest(&self) -> credentials::Application {
        credentials::Application {
            workload: self.workload.clone(),
            job: self.job.clone(),
            audience: self.audience.clone(),
            ttl_seconds: self.ttl_seconds,
            scope: self.scope.to_string(),
        }
    }
}
