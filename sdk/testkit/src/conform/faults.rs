//! Faults of transport and server, each met once and met always.

use std::time::{Duration, Instant};

use super::bench::{Bench, DEADLINE, fail, holds};
use super::listing::{Listed, Listing};
use super::report::{Case, Verdict};
use crate::fault::Fault;
use crate::proxy::Mischief;

/// What a call may take longer than its deadline.
const SLACK: Duration = Duration::from_millis(250);
/// Deadline of a call whose server says nothing in time.
const SHORT: Duration = Duration::from_millis(1500);
/// Deadline of a call whose server answers at once, which leaves room for a few tries.
const LONG: Duration = Duration::from_secs(5);

pub(super) fn try_all(bench: &Bench<'_>, cases: &mut Vec<Case>) {
    for listing in Listing::ALL {
        if !listing.is_described(bench.suite) {
            continue;
        }
        let honest = listing.list(&bench.plugin(), DEADLINE);
        for (name, fault, kinds) in Fault::ALL {
            let deadline = match fault {
                Fault::Hang | Fault::SlowBytes => SHORT,
                _ => LONG,
            };
            let name = format!("fault {name} {}", listing.name());
            let once = Mischief::Once(fault);
            bench.case(cases, &format!("{name} once"), once, || {
                met_once(bench, listing, deadline, &honest)
            });
            let always = Mischief::Always(fault);
            bench.case(cases, &format!("{name} always"), always, || match fault {
                Fault::DuplicateDelivery => met_once(bench, listing, deadline, &honest),
                _ => met_always(bench, listing, deadline, kinds),
            });
        }
    }
}

/// Whatever happens to a request, a part is never given for the whole.
fn met_once(bench: &Bench<'_>, listing: Listing, deadline: Duration, honest: &Listed) -> Verdict {
    const EXPECTED: &str = "the whole listing, or a failure, in time; never a part for the whole";
    let (listed, took) = timed(|| listing.list(&bench.plugin(), deadline));
    if took > deadline + SLACK {
        return late(took, deadline);
    }
    match (&listed, honest) {
        (Ok(listed), Ok(honest)) => holds(listed == honest, EXPECTED, || {
            format!("another listing: {}", shown(&listed.to_string()))
        }),
        (Ok(listed), Err(_)) => fail(
            EXPECTED,
            format!(
                "a listing of a platform that gives none: {}",
                shown(&listed.to_string())
            ),
        ),
        (Err(stopped), _) => holds(is_documented(&stopped.kind), EXPECTED, || {
            stopped.to_string()
        }),
    }
}

/// A failure that says the truth about what happened, in time.
fn met_always(bench: &Bench<'_>, listing: Listing, deadline: Duration, kinds: &[&str]) -> Verdict {
    let expected = format!("a failure of kind {}", kinds.join(" or "));
    let (listed, took) = timed(|| listing.list(&bench.plugin(), deadline));
    if took > deadline + SLACK {
        return late(took, deadline);
    }
    match listed {
        Ok(listed) => fail(
            &expected,
            format!("a listing: {}", shown(&listed.to_string())),
        ),
        // A host that ends a call at its deadline says that a limit was reached.
        Err(stopped) => holds(
            kinds.contains(&stopped.kind.as_str()) || (stopped.kind == "limit" && took >= deadline),
            &expected,
            || stopped.to_string(),
        ),
    }
}

fn is_documented(kind: &str) -> bool {
    ["config", "refused", "unreachable", "malformed", "limit"].contains(&kind)
}

fn late(took: Duration, deadline: Duration) -> Verdict {
    fail(
        "an end within 250 ms of the deadline",
        format!(
            "{} ms after a deadline of {} ms",
            took.as_millis(),
            deadline.as_millis()
        ),
    )
}

fn timed<T>(act: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    let result = act();
    (result, began.elapsed())
}

fn shown(text: &str) -> String {
    text.chars().take(120).collect()
}
