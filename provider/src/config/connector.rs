//! `connector "name" {}`

use tfplugin::Schema;
use tfplugin::field::{Dynamic, Optional, OptionalBlock, Required, Text};

use super::{Allow, ConnectorLimits};
use crate::policy::OnProblem;

/// A source of GPU inventory, or of who may do what.
#[derive(Debug, Clone, Schema)]
pub struct ConnectorBlock {
    /// Built in: `nvml` (the GPUs of this host), `fleet` (GPUs listed in a CSV, TOML or JSON file) and `directory` (groups
    /// and owners in a CSV or JSON file, or a SCIM export). Otherwise the name of a WebAssembly component that
    /// `portcullis.lock` pins.
    pub plugin: Required<String>,
    /// What the connector needs to know; its own page says what. A component that describes its configuration has it
    /// checked by `terraform validate`.
    pub config: Optional<Dynamic>,
    /// What a connector that fails does to a plan that needs it: `error` or `warn`; what the `inventory` block says
    /// when left out.
    pub on_failure: Optional<Text<OnProblem>>,
    /// Whether nobody is shown what it has: its GPUs count for verdicts, and no number of it gets into state, plan, log,
    /// report or check; what a pool of yours holds is yours to see. A component then has nothing of what it logs
    /// written down. No when left out.
    pub confidential: Optional<bool>,
    /// What the component may do. It gets what it asks for in its manifest and is granted here, and nothing else.
    pub allow: OptionalBlock<Allow>,
    /// What one call of the component may use.
    pub limits: OptionalBlock<ConnectorLimits>,
}
