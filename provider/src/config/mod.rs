//! The provider block.

mod allow;
mod allow_identity;
mod allow_secret;
mod check;
mod connector;
mod credentials;
mod inventory;
mod ledger;
mod limits;

pub use allow::{Allow, AllowRequest, AllowSignature};
pub use allow_identity::{AllowClientCertificate, AllowKubeconfig};
pub use allow_secret::{AllowCommand, AllowSecret};
pub use check::CheckBlock;
pub use connector::ConnectorBlock;
pub use credentials::CredentialsBlock;
pub use inventory::InventoryBlock;
pub use ledger::LedgerBlock;
pub use limits::{CheckLimits, ConnectorLimits};

use portcullis_model::TrustDomain;
use tfplugin::Schema;
use tfplugin::field::{LabelledBlocks, OptionalBlock, Required, Text};

/// Declare who AI workloads are, which GPUs they may use, and who may deploy and who may run them; `terraform plan`
/// validates all of it against the GPUs that exist and the access that is real.
#[derive(Debug, Clone, Schema)]
pub struct ProviderBlock {
    /// SPIFFE trust domain of every identity declared here, such as `acme.example`.
    pub trust_domain: Required<Text<TrustDomain>>,
    /// Where promises are recorded, for every workspace that uses the same ledger.
    pub ledger: OptionalBlock<LedgerBlock>,
    /// How old an inventory may be, and what to do when one is not to be had.
    pub inventory: OptionalBlock<InventoryBlock>,
    /// Limits on the credentials of every workload identity.
    pub credentials: OptionalBlock<CredentialsBlock>,
    /// A source of GPU inventory, by a name of your choice.
    pub connector: LabelledBlocks<ConnectorBlock>,
    /// A policy that every plan is judged by, by a name of your choice.
    pub check: LabelledBlocks<CheckBlock>,
}
