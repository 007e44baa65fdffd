//! `ledger {}`

use portcullis_ledger::LedgerUrl;
use tfplugin::Schema;
use tfplugin::field::{Optional, Text};

/// Where promises are recorded.
#[derive(Debug, Clone, Schema)]
pub struct LedgerBlock {
    /// `sqlite:` and a path, relative to the working directory; `sqlite:.portcullis/ledger.db` when left out. The
    /// first apply makes the file. Workspaces that share GPUs or subjects must share a ledger.
    pub url: Optional<Text<LedgerUrl>>,
}
