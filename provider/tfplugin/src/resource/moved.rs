//! What a resource is given to take over another type's state.

/// State of another resource type, or of another provider, that a `moved` block brings here.
#[derive(Debug, Clone)]
pub struct Moved {
    /// The provider it comes from: `registry.terraform.io/hashicorp/null`.
    pub provider: String,
    /// Its resource type: `null_resource`.
    pub type_name: String,
    /// The schema version it was stored with.
    pub version: i64,
    /// The stored state.
    pub state: serde_json::Value,
    /// What its provider kept beside the state.
    pub private: Vec<u8>,
}
