use tfplugin::Schema;
use tfplugin::field::{Computed, OptionalComputed};

/// A pool.
#[derive(Debug, Clone, Schema)]
struct Pool {
    /// Its grade.
    #[tf(default = grade())]
    grade: OptionalComputed<String>,
    /// Its size.
    #[tf(default = 4, changes_with("grade"))]
    size: OptionalComputed<u32>,
    /// Its id.
    #[tf(default = "x")]
    id: Computed<String>,
}

fn grade() -> String {
    "counted".to_owned()
}

fn main() {}
