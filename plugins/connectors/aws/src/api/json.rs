//! Requests to services that take operations by a header, and speak JSON.

use portcullis_plugin::{Client, Failure, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::refusal::{Asked, Said, absent};

/// A service of AWS whose operations are asked for by the header `x-amz-target`, in JSON.
#[derive(Debug)]
pub(crate) struct JsonService<'c> {
    client: Client,
    url: &'c str,
    /// As AWS signs for it.
    name: &'static str,
    /// What stands before the operation in `x-amz-target`.
    interface: &'static str,
}

/// How such a service refuses; some write the message with a capital letter.
#[derive(Debug, Default, Deserialize)]
struct Refusal {
    #[serde(default, rename = "__type")]
    kind: String,
    #[serde(default, alias = "Message")]
    message: String,
}

impl<'c> JsonService<'c> {
    /// AWS Organizations at that address.
    pub(crate) fn organizations(url: &'c str) -> Self {
        Self::new(url, "organizations", "AWSOrganizationsV20161128")
    }

    /// AWS Secrets Manager of a region at that address.
    pub(crate) fn secrets_manager(url: &'c str) -> Self {
        Self::new(url, "secretsmanager", "secretsmanager")
    }

    /// Service Quotas of a region at that address.
    pub(crate) fn service_quotas(url: &'c str) -> Self {
        Self::new(url, "servicequotas", "ServiceQuotasV20190624")
    }

    fn new(url: &'c str, name: &'static str, interface: &'static str) -> Self {
        Self {
            client: Client::new(url),
            url,
            name,
            interface,
        }
    }

    /// The answer to an operation that reads.
    ///
    /// # Errors
    /// When the service refuses, is not there, or answers something else.
    pub(crate) fn read<T: DeserializeOwned>(
        &self,
        operation: &str,
        members: &Value,
    ) -> Result<T, Failure> {
        let request = self
            .client
            .post("/")
            .header("x-amz-target", &format!("{}.{operation}", self.interface))
            .header("content-type", "application/x-amz-json-1.1")
            .body(members.to_string());
        let response = self.client.send_signed(request, self.name)?;
        let asked = Asked {
            service: self.name,
            url: self.url,
            operation,
        };
        asked.check(&response, said)?;
        response.json()
    }

    /// As [`JsonService::read`]; none when there is nothing of that name.
    ///
    /// # Errors
    /// As [`JsonService::read`].
    pub(crate) fn find<T: DeserializeOwned>(
        &self,
        operation: &str,
        members: &Value,
    ) -> Result<Option<T>, Failure> {
        absent(self.read(operation, members))
    }
}

/// The code without the namespace that some services put before it.
fn said(response: &Response) -> Said {
    let refusal: Refusal = serde_json::from_slice(&response.body).unwrap_or_default();
    let code = refusal.kind.rsplit('#').next().unwrap_or_default();
    Said {
        code: code.to_owned(),
        message: refusal.message,
    }
}
