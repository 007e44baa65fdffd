//! `credentials {}`

use portcullis_model::Ttl;
use tfplugin::Schema;
use tfplugin::field::{Optional, Text};

/// Limits on the credentials of every workload identity.
#[derive(Debug, Clone, Schema)]
pub struct CredentialsBlock {
    /// Longest `max_ttl` that an identity may declare, such as `30m`; `1h` when left out.
    pub ttl_ceiling: Optional<Text<Ttl>>,
}
