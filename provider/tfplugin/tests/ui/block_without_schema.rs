use tfplugin::Schema;
use tfplugin::field::RequiredBlock;

/// A pool.
#[derive(Debug, Clone, Schema)]
struct Pool {
    /// What it needs.
    gpu: RequiredBlock<Gpu>,
}

/// What a pool needs.
#[derive(Debug, Clone)]
struct Gpu;

fn main() {}
