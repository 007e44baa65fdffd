//! How a path is shown, as text and as JSON.

use std::io::{self, Write};

use portcullis_access::{Evidence, Holder, Route};
use serde_json::{Value as Json, json};

use super::paint::Paint;
use crate::answers::words;

/// How somebody comes to act as somebody else, in a word or three.
pub(super) fn how(holder: &Holder) -> &'static str {
    match (holder.is_standing, holder.is_side_door) {
        (true, _) => "at any time",
        (false, true) => "side door",
        (false, false) => "by a change",
    }
}

/// What kind of privilege a path is and when it ends, where that is not the plain case.
pub(super) fn terms(route: &Route) -> String {
    let mut terms = Vec::new();
    if route.mode() != portcullis_access::Mode::Standing {
        terms.push(route.mode().as_str().to_owned());
    }
    terms.extend(route.until().map(|end| format!("until {end}")));
    if terms.is_empty() {
        return String::new();
    }
    format!(" ({})", terms.join(", "))
}

/// A holder with its path.
pub(super) fn holder(holder: &Holder) -> Json {
    let route = &holder.route;
    json!({
        "from": route.start,
        "path": route.to_string(),
        "steps": steps(route),
        "standing": holder.is_standing,
        "side_door": holder.is_side_door,
        "mode": route.mode().as_str(),
        "until": route.until().map(|end| end.to_string()),
    })
}

fn steps(route: &Route) -> Vec<Json> {
    let steps = route.hops.iter().map(|hop| {
        let evidence: Vec<Json> = hop.evidence.iter().map(evidence).collect();
        json!({"does": hop.does, "to": hop.to, "rests_on": evidence})
    });
    steps.collect()
}

fn evidence(evidence: &Evidence) -> Json {
    match evidence {
        Evidence::Configuration => json!({"source": "configuration"}),
        Evidence::Ledger => json!({"source": "ledger"}),
        Evidence::Granted {
            name,
            until,
            source,
        } => json!({"source": source.to_string(), "grant": name, "until": until.to_string()}),
        Evidence::Read {
            source,
            at,
            granted_by,
            condition,
            until,
            mode,
        } => json!({
            "source": "connector",
            "connector": source.to_string(),
            "read_at": at.to_string(),
            "granted_by": granted_by,
            "condition": condition,
            "until": until.map(|end| end.to_string()),
            "mode": mode.as_str(),
        }),
    }
}

/// A path, a line a step, each with what it rests on.
pub(super) fn print_steps(out: &mut impl Write, route: &Route, paint: Paint) -> io::Result<()> {
    writeln!(out, "  {}", paint.bold(&route.start))?;
    for hop in &route.hops {
        let rests_on: Vec<String> = hop.evidence.iter().map(words).collect();
        let rests_on = match rests_on.as_slice() {
            [] => String::new(),
            words => paint.faint(&format!("  [{}]", words.join(", "))),
        };
        writeln!(
            out,
            "    --{}--> {}{rests_on}",
            hop.does,
            paint.bold(&hop.to)
        )?;
    }
    Ok(())
}

/// Says why there may be more than was shown.
pub(super) fn print_missing(out: &mut impl Write, missing: &[String]) -> io::Result<()> {
    for line in missing {
        writeln!(out, "\nThere may be more: {line}.")?;
    }
    Ok(())
}
