use std::time::Duration;

use tfplugin::Schema;
use tfplugin::field::Required;

/// A pool.
#[derive(Debug, Clone, Schema)]
struct Pool {
    /// How long it lasts.
    lifetime: Required<Duration>,
}

fn main() {}
