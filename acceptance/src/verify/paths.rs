//! The search for paths beside its naive twins, on 100,000 random graphs and accounts.

use anyhow::Result;

use super::optimised::Optimised;
use crate::screen::Progress;
use crate::step::{Context, Report, Step};

pub(super) const STEP: Step = Step {
    name: "paths",
    shows: "100,000 random graphs of access: the search and its naive twins agree, and every cut closes what it says",
    carry: paths,
};

fn paths(_: &Context, progress: &Progress) -> Result<Report> {
    let tests = Optimised {
        package: "portcullis-access",
        tests: &["--test", "twin", "--test", "aws_twin"],
        rounds: ("PROPTEST_CASES", "100000"),
        passes: &[7, 2],
    };
    tests.run(progress)
}
