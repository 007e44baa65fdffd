use tfplugin::Schema;
use tfplugin::field::Required;

/// A pool.
#[derive(Debug, Clone, Schema)]
struct Pool {
    name: Required<String>,
}

#[derive(Debug, Clone, Schema)]
struct Queue {
    /// Its name.
    name: Required<String>,
}

fn main() {}
