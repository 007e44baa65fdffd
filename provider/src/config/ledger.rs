//! `ledger {}`

use portcullis_ledger::LedgerUrl;
use portcullis_model::Ttl;
use tfplugin::Schema;
use tfplugin::field::{Optional, Text};

/// Where promises are recorded.
#[derive(Debug, Clone, Schema)]
pub struct LedgerBlock {
    /// `sqlite:` and a path, relative to the working directory; `sqlite:.portcullis/ledger.db` when left out. The
    /// first apply makes the file. Workspaces that share GPUs or subjects must share a ledger.
    pub url: Optional<Text<LedgerUrl>>,
    /// How long a plan's note of the GPUs that it found is kept, such as `24h`, so that an apply that finds them no more can
    /// say what became of them. A note reserves nothing. A plan writes nothing when left out.
    pub plan_notes: Optional<Text<Ttl>>,
}
