use tfplugin::Schema;
use tfplugin::field::Required;

/// A grade.
#[derive(Debug, Clone, Schema)]
enum Grade {
    Firm,
    Counted,
}

/// A pair.
#[derive(Debug, Clone, Schema)]
struct Pair(Required<u32>, Required<u32>);

/// Anything.
#[derive(Debug, Clone, Schema)]
struct Anything<T> {
    /// What.
    what: Required<T>,
}

fn main() {}
