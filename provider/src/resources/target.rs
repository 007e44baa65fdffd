//! `target "connector" {}`

use tfplugin::Schema;
use tfplugin::field::{Dynamic, Optional};

/// A connector that keeps the resource on its platform.
#[derive(Debug, Clone, Schema)]
pub struct TargetBlock {
    /// Where and as what, in the connector's own words; its page says which there are.
    pub settings: Optional<Dynamic>,
}
