use tfplugin::function::Arguments;

/// Adds up.
#[derive(Debug, Clone, Arguments)]
struct Sum {
    /// The numbers.
    #[tf(variadic)]
    numbers: Vec<u32>,
    /// One more.
    #[tf(sensitive)]
    last: u32,
}

/// Adds up.
#[derive(Debug, Clone, Arguments)]
struct Total {
    /// The numbers.
    #[tf(variadic)]
    numbers: u32,
}

fn main() {}
