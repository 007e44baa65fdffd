//! Cases of the functions that list: inventory, supply, access.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::bench::{Bench, DEADLINE, fail, holds, not_applicable};
use super::description::Suite;
use super::report::{Case, Verdict};
use crate::plugin::Plugin;
use crate::proxy::Mischief;
use crate::stopped::Stopped;

/// A function that lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Listing {
    Inventory,
    Supply,
    Access,
}

/// What a listing gave, as JSON so that all are compared the same way.
pub(super) type Listed = Result<Value, Stopped>;

impl Listing {
    pub(super) const ALL: [Self; 3] = [Self::Inventory, Self::Supply, Self::Access];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Inventory => "inventory",
            Self::Supply => "supply",
            Self::Access => "access",
        }
    }

    pub(super) fn is_described(self, suite: &Suite) -> bool {
        match self {
            Self::Inventory => suite.inventory.is_some(),
            Self::Supply => suite.supply.is_some(),
            Self::Access => suite.access.is_some(),
        }
    }

    pub(super) fn list(self, plugin: &Plugin, deadline: Duration) -> Listed {
        let listed = match self {
            Self::Inventory => plugin
                .list_inventory_within(deadline)
                .map(serde_json::to_value),
            Self::Supply => plugin
                .list_supply_within(deadline)
                .map(serde_json::to_value),
            Self::Access => plugin
                .list_access_within(deadline)
                .map(serde_json::to_value),
        };
        listed.map(Result::unwrap_or_default)
    }

    /// The entries that must be unique, and the member that must make them so.
    fn entries(self, listed: &Value) -> (&[Value], &'static str) {
        let (pointer, key) = match self {
            Self::Inventory => ("", "uuid"),
            Self::Supply => ("/pools", "name"),
            Self::Access => ("/subjects", "id"),
        };
        let entries = listed.pointer(pointer).and_then(Value::as_array);
        (entries.map_or(&[], Vec::as_slice), key)
    }

    /// What the description says that there are, and what was counted.
    fn counted(self, suite: &Suite, listed: &Value) -> Option<(usize, usize)> {
        let len = |pointer: &str| {
            let list = listed.pointer(pointer).and_then(Value::as_array);
            list.map_or(0, Vec::len)
        };
        match self {
            Self::Inventory => Some((suite.inventory.as_ref()?.devices?, len(""))),
            Self::Supply => Some((suite.supply.as_ref()?.pools?, len("/pools"))),
            Self::Access => Some((suite.access.as_ref()?.permissions?, len("/permissions"))),
        }
    }
}

pub(super) fn try_all(bench: &Bench<'_>, cases: &mut Vec<Case>) {
    for listing in Listing::ALL {
        let named = |case: &str| format!("{case} {}", listing.name());
        if !listing.is_described(bench.suite) {
            let because = format!("the description has no [{}]", listing.name());
            bench.case(cases, &named("list"), Mischief::None, || {
                not_applicable(&because)
            });
            continue;
        }
        bench.case(cases, &named("list"), Mischief::None, || {
            complete(bench, listing)
        });
        bench.case(cases, &named("paging-complete"), Mischief::None, || {
            unique(bench, listing)
        });
        bench.case(cases, &named("paging-stable"), Mischief::None, || {
            stable(bench, listing)
        });
        bench.case(cases, &named("read-anew"), Mischief::None, || {
            read_anew(bench, listing)
        });
        let mischief = Mischief::UnknownFields;
        bench.case(cases, &named("unknown-fields-tolerated"), mischief, || {
            tolerant(bench, listing)
        });
    }
}

fn complete(bench: &Bench<'_>, listing: Listing) -> Verdict {
    const EXPECTED: &str = "a listing with everything that the description counts";
    match listing.list(&bench.plugin(), DEADLINE) {
        Err(stopped) => fail(EXPECTED, stopped.to_string()),
        Ok(listed) => match listing.counted(bench.suite, &listed) {
            Some((expected, found)) => holds(expected == found, EXPECTED, || {
                format!("{found} of {expected}")
            }),
            None => Verdict::Pass,
        },
    }
}

fn unique(bench: &Bench<'_>, listing: Listing) -> Verdict {
    const EXPECTED: &str = "every entry once, with a name of its own, whatever page it is on";
    let listed = match listing.list(&bench.plugin(), DEADLINE) {
        Err(stopped) => return fail(EXPECTED, stopped.to_string()),
        Ok(listed) => listed,
    };
    let (entries, key) = listing.entries(&listed);
    let mut seen = BTreeSet::new();
    for entry in entries {
        let name = entry.get(key).and_then(Value::as_str).unwrap_or_default();
        if name.is_empty() {
            return fail(EXPECTED, format!("an entry without `{key}`: {entry}"));
        }
        if !seen.insert(name) {
            return fail(EXPECTED, format!("`{name}` twice"));
        }
    }
    Verdict::Pass
}

fn stable(bench: &Bench<'_>, listing: Listing) -> Verdict {
    const EXPECTED: &str = "the same listing, in the same order, when nothing has changed";
    let ask = || listing.list(&bench.plugin(), DEADLINE);
    match (ask(), ask()) {
        (Ok(first), Ok(second)) => holds(first == second, EXPECTED, || difference(&first, &second)),
        (Err(stopped), _) | (_, Err(stopped)) => fail(EXPECTED, stopped.to_string()),
    }
}

fn read_anew(bench: &Bench<'_>, listing: Listing) -> Verdict {
    const EXPECTED: &str = "a listing that is read anew from the platform each time";
    let list = || listing.list(&bench.plugin(), DEADLINE);
    if let Err(stopped) = list() {
        return fail(EXPECTED, stopped.to_string());
    }
    bench.proxy.set(Mischief::None);
    match list() {
        Err(stopped) => fail(EXPECTED, stopped.to_string()),
        Ok(_) => holds(bench.proxy.asked() > 0, EXPECTED, || {
            "a second listing without a request".to_owned()
        }),
    }
}

fn tolerant(bench: &Bench<'_>, listing: Listing) -> Verdict {
    const EXPECTED: &str =
        "the same listing when answers have members that a later version of the platform adds";
    if let Some(reason) = &bench.suite.unknown_fields {
        return not_applicable(&reason.because);
    }
    let with = listing.list(&bench.plugin(), DEADLINE);
    bench.proxy.set(Mischief::None);
    let without = listing.list(&bench.plugin(), DEADLINE);
    match (without, with) {
        (Ok(without), Ok(with)) => holds(without == with, EXPECTED, || difference(&without, &with)),
        (Err(stopped), _) | (_, Err(stopped)) => fail(EXPECTED, stopped.to_string()),
    }
}

fn difference(first: &Value, second: &Value) -> String {
    let (first, second) = (first.to_string(), second.to_string());
    let same = first
        .bytes()
        .zip(second.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    let around = |text: &str| {
        let from = same.saturating_sub(20);
        text.chars().skip(from).take(80).collect::<String>()
    };
    format!("`{}` and then `{}`", around(&first), around(&second))
}
