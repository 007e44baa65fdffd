//! The sandbox under made-up plugins, 10,000 of each kind.

use anyhow::Result;

use super::optimised::Optimised;
use crate::screen::Progress;
use crate::step::{Context, Report, Step};

pub(super) const STEP: Step = Step {
    name: "fuzz",
    shows: "10,000 generated components, mutants and bent results: none breaks the sandbox or holds it up",
    carry: fuzz,
};

/// Optimised, because most of the time goes into compiling what was made up.
fn fuzz(_: &Context, progress: &Progress) -> Result<Report> {
    let tests = Optimised {
        package: "portcullis-plugin-host",
        tests: &["--test", "it", "--", "fuzz::"],
        rounds: ("PORTCULLIS_FUZZ_ROUNDS", "10000"),
        passes: &[4],
    };
    tests.run(progress)
}
