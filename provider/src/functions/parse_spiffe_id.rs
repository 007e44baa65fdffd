//! `provider::portcullis::parse_spiffe_id`

use portcullis_model::{SpiffeId, WorkloadKey};
use tfplugin::field::{Computed, Nested, Text};
use tfplugin::function::{Arguments, FunctionError};
use tfplugin::{Function, Schema};

/// The parts of a SPIFFE ID.
///
/// `environment` and `name` are null when the path is not that of a workload declared with portcullis.
#[derive(Debug, Arguments)]
pub struct ParseSpiffeId {
    /// The SPIFFE ID, such as `spiffe://acme.example/production/fraud-scorer`.
    id: Text<SpiffeId>,
}

/// The parts of a SPIFFE ID.
#[derive(Debug, Clone, Default, Schema)]
pub struct Parts {
    /// The trust domain.
    pub trust_domain: Computed<String>,
    /// The path, with its leading `/`.
    pub path: Computed<String>,
    /// The environment, when the path is that of a workload.
    pub environment: Computed<String>,
    /// The name, when the path is that of a workload.
    pub name: Computed<String>,
}

impl Function for ParseSpiffeId {
    const NAME: &'static str = "parse_spiffe_id";

    type Output = Nested<Parts>;

    fn call(self) -> Result<Nested<Parts>, FunctionError> {
        let mut parts = Parts::default();
        parts.trust_domain.set(self.id.trust_domain());
        parts.path.set(self.id.path());
        if let Ok(key) = self
            .id
            .path()
            .trim_start_matches('/')
            .parse::<WorkloadKey>()
        {
            parts.environment.set(key.environment.to_string());
            parts.name.set(key.name.to_string());
        }
        Ok(parts.into())
    }
}
