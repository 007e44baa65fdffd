//! Secrets: not in the log, not in what is given back, not in what went to the platform in the wrong place.

use super::bench::{Bench, DEADLINE, fail, holds, not_applicable};
use super::listing::Listing;
use super::report::{Case, Verdict};
use crate::proxy::Mischief;

pub(super) fn try_all(bench: &Bench<'_>, cases: &mut Vec<Case>) {
    bench.case(cases, "no-secret-echoed", Mischief::Echo, || echoed(bench));
    // Last, so that the log holds what every other case made the connector and the host write.
    bench.case(cases, "no-secret-in-log", Mischief::None, || logged(bench));
}

/// A server that says what it was sent makes no secret visible.
fn echoed(bench: &Bench<'_>) -> Verdict {
    const EXPECTED: &str =
        "a failure that shows no secret, when the server repeats what it was sent";
    if bench.suite.secrets.is_empty() {
        return not_applicable("the description grants no secret");
    }
    let listings = Listing::ALL
        .into_iter()
        .filter(|listing| listing.is_described(bench.suite));
    for listing in listings {
        let shown = match listing.list(&bench.plugin(), DEADLINE) {
            Ok(listed) => listed.to_string(),
            Err(stopped) => stopped.to_string(),
        };
        if bench.secrets.are_in(&shown) {
            return fail(EXPECTED, bench.secrets.scrub(&shown));
        }
    }
    Verdict::Pass
}

fn logged(bench: &Bench<'_>) -> Verdict {
    const EXPECTED: &str = "a log without a secret, in any form, after all that was tried";
    if bench.suite.secrets.is_empty() {
        return not_applicable("the description grants no secret");
    }
    let log = bench.log();
    let line = log.lines().find(|line| bench.secrets.are_in(line));
    holds(line.is_none(), EXPECTED, || {
        bench.secrets.scrub(line.unwrap_or_default())
    })
}
