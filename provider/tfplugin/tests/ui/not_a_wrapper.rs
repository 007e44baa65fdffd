use tfplugin::Schema;

/// A pool.
#[derive(Debug, Clone, Schema)]
struct Pool {
    /// Its name.
    name: String,
    /// Its owner.
    owner: Option<String>,
}

fn main() {}
