//! `provider::portcullis::spiffe_id`

use portcullis_model::{Environment, Name, SpiffeId, TrustDomain};
use tfplugin::Function;
use tfplugin::field::Text;
use tfplugin::function::{Arguments, FunctionError};

/// The SPIFFE ID of a workload, without declaring the workload.
///
/// `portcullis_workload_identity` computes the same ID for the same trust domain, environment and name.
#[derive(Debug, Arguments)]
pub struct MakeSpiffeId {
    /// The trust domain, such as `acme.example`.
    trust_domain: Text<TrustDomain>,
    /// The environment, such as `production`.
    environment: Text<Environment>,
    /// The name of the workload, such as `fraud-scorer`.
    name: Text<Name>,
}

impl Function for MakeSpiffeId {
    const NAME: &'static str = "spiffe_id";

    type Output = String;

    fn call(self) -> Result<String, FunctionError> {
        Ok(SpiffeId::workload(&self.trust_domain, &self.environment, &self.name).to_string())
    }
}
