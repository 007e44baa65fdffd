//! Everything a provider serves, as schemas.

use std::collections::BTreeMap;

use super::{Function, Schema};

/// The schemas of one provider, by type name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProviderSchema {
    /// The provider block.
    pub provider: Schema,
    /// Resources.
    pub resources: BTreeMap<String, Schema>,
    /// Data sources.
    pub data_sources: BTreeMap<String, Schema>,
    /// Ephemeral resources.
    pub ephemeral_resources: BTreeMap<String, Schema>,
    /// Configurations of searches for resources, by the type of resource.
    pub list_resources: BTreeMap<String, Schema>,
    /// Configurations of actions.
    pub actions: BTreeMap<String, Schema>,
    /// Functions.
    pub functions: BTreeMap<String, Function>,
}
