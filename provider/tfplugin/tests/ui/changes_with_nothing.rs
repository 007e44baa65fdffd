use tfplugin::Schema;
use tfplugin::field::{Computed, Required};

/// A pool.
#[derive(Debug, Clone, Schema)]
struct Pool {
    /// Where it may be.
    sources: Required<Vec<String>>,
    /// Where it is.
    #[tf(changes_with("source", "placements"))]
    placements: Computed<Vec<String>>,
}

fn main() {}
