use tfplugin::Schema;
use tfplugin::field::Required;

/// A pool.
#[derive(Debug, Clone, Schema)]
struct Pool {
    /// Its name.
    #[tf(sensitve)]
    name: Required<String>,
    /// Its owner.
    #[tf(replace, replace)]
    owner: Required<String>,
}

fn main() {}
