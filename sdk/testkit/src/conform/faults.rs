//! Faults of transport and server, each met once and met always.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::bench::{Aside, Bench, ConformError, DEADLINE, fail, holds};
use super::description::Suite;
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

/// Attempts at one time. Most of an attempt is waiting: for a deadline, or before the connector tries again.
const SIDE_BY_SIDE: usize = 8;

/// One fault, met by one function that lists.
#[derive(Clone, Copy, Debug)]
struct Attempt {
    listing: Listing,
    name: &'static str,
    fault: Fault,
    /// Kinds of failure that say the truth about it.
    kinds: &'static [&'static str],
    /// Met by every request, and not by the first alone.
    always: bool,
}

/// # Errors
/// When a platform or a proxy cannot be started.
pub(super) fn try_all(bench: &Bench<'_>, cases: &mut Vec<Case>) -> Result<(), ConformError> {
    let attempts = attempts(bench.suite);
    let next = AtomicUsize::new(0);
    let aside = bench.aside();
    let mut tried: Vec<(usize, Case)> = thread::scope(|scope| {
        let hands: Vec<_> = (0..SIDE_BY_SIDE)
            .map(|_| scope.spawn(|| hand(&aside, &attempts, &next)))
            .collect();
        let joined = hands.into_iter().map(|hand| {
            hand.join()
                .unwrap_or_else(|panicked| std::panic::resume_unwind(panicked))
        });
        joined.collect::<Result<Vec<_>, _>>()
    })?
    .concat();
    tried.sort_by_key(|(place, _)| *place);
    cases.extend(tried.into_iter().map(|(_, case)| case));
    Ok(())
}

fn attempts(suite: &Suite) -> Vec<Attempt> {
    let listings = Listing::ALL.into_iter();
    let described = listings.filter(|listing| listing.is_described(suite));
    let attempt = |listing, (name, fault, kinds), always| Attempt {
        listing,
        name,
        fault,
        kinds,
        always,
    };
    let of_listing = |listing| {
        let faults = Fault::ALL.into_iter();
        faults.flat_map(move |fault| [false, true].map(|always| attempt(listing, fault, always)))
    };
    described.flat_map(of_listing).collect()
}

/// Carries out what nobody has begun, with a connector, a proxy and, unless it runs elsewhere, a platform of its own.
fn hand(
    aside: &Aside<'_>,
    attempts: &[Attempt],
    next: &AtomicUsize,
) -> Result<Vec<(usize, Case)>, ConformError> {
    let bench = aside.bench()?;
    let mut honest: Option<(Listing, Listed)> = None;
    let mut tried = Vec::new();
    loop {
        let place = next.fetch_add(1, Ordering::Relaxed);
        let Some(attempt) = attempts.get(place) else {
            return Ok(tried);
        };
        let listing = attempt.listing;
        let (_, honest) = match honest.take() {
            Some(known) if known.0 == listing => honest.insert(known),
            _ => honest.insert((listing, listing.list(&bench.plugin(), DEADLINE))),
        };
        let mut cases = Vec::new();
        attempt.carry(&bench, honest, &mut cases);
        tried.extend(cases.into_iter().map(|case| (place, case)));
    }
}

impl Attempt {
    fn carry(self, bench: &Bench<'_>, honest: &Listed, cases: &mut Vec<Case>) {
        let Self { listing, fault, .. } = self;
        let deadline = match fault {
            Fault::Hang | Fault::SlowBytes => SHORT,
            _ => LONG,
        };
        let (mischief, how_often) = if self.always {
            (Mischief::Always(fault), "always")
        } else {
            (Mischief::Once(fault), "once")
        };
        let name = format!("fault {} {} {how_often}", self.name, listing.name());
        bench.case(cases, &name, mischief, || {
            if self.always && fault != Fault::DuplicateDelivery {
                met_always(bench, listing, deadline, self.kinds)
            } else {
                met_once(bench, listing, deadline, honest)
            }
        });
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
