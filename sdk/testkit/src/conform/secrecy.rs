//! Secrets: not in the log, not in what is given back, not in what went to the platform in the wrong place.

use super::bench::{Bench, DEADLINE, fail, holds, not_applicable};
use super::listing::Listing;
use super::report::{Case, Verdict};
use crate::proxy::Mischief;
use crate::secrets::Secrets;

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
    let line = first_leak(&log, &bench.secrets);
    holds(line.is_none(), EXPECTED, || {
        bench.secrets.scrub(line.unwrap_or_default())
    })
}

fn first_leak<'l>(log: &'l str, secrets: &Secrets) -> Option<&'l str> {
    log.lines().find(|line| secrets.are_in(line))
}

#[cfg(test)]
mod unit {
    use super::{Secrets, first_leak};

    /// No connector can plant this: the host masks what it logs. So the case is shown a log of a host that does not.
    #[test]
    fn a_line_with_a_secret_in_any_form_is_found() {
        let secrets = Secrets::new(["canary-0123456789"]);
        for leak in [
            "canary-0123456789",
            "63616e6172792d30313233343536373839",
            "Y2FuYXJ5LTAxMjM0NTY3ODk=",
        ] {
            let log = format!("one page read\ntoken={leak} was sent\ndone");
            let found = first_leak(&log, &secrets).unwrap_or_default();
            assert!(found.starts_with("token="), "{leak}: {found:?}");
        }
        assert_eq!(first_leak("token=[secret] was sent", &secrets), None);
    }
}
