use tfplugin::Schema;
use tfplugin::field::{Computed, Required, RequiredBlock};

/// A pool.
#[derive(Debug, Clone, Schema)]
struct Pool {
    /// Its key.
    #[tf(write_only)]
    key: Computed<String>,
    /// Its grade.
    #[tf(default = "counted")]
    grade: Required<String>,
    /// Its size.
    #[tf(changes_with("grade"))]
    size: Required<u32>,
    /// Its owner.
    #[tf(min = 1)]
    owner: Required<String>,
    /// What it needs.
    #[tf(replace)]
    gpu: RequiredBlock<Gpu>,
}

/// What a pool needs.
#[derive(Debug, Clone, Schema)]
struct Gpu {
    /// How many.
    count: Required<u32>,
}

fn main() {}
