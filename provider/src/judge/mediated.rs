//! A split with its mediations: what they cover, and what is to be said of them.

use std::fmt::Write as _;

use jiff::Timestamp;
use portcullis_access::{Covered, Facts, Mediated, Separation, Split, Step, mediate};
use portcullis_model::Reason;

use crate::board::{DeclaredSplit, Mediation};

/// A split as it was judged.
#[derive(Debug)]
pub struct Judged {
    /// Whether the sides are apart, but for what is mediated.
    pub separation: Separation,
    /// Which paths are mediated, by what and on whose word; `None` when none is.
    pub mediated: Option<Reason>,
    /// Mediations that have ended, and those that no path needs.
    pub idle: Vec<Reason>,
}

/// Judges a split, setting aside the steps of its mediations that have not ended.
pub fn judged(split: &Split, declared: &DeclaredSplit, facts: Facts<'_>, now: Timestamp) -> Judged {
    let (ended, active): (Vec<&Mediation>, Vec<&Mediation>) = declared
        .mediations
        .iter()
        .partition(|mediation| mediation.until.is_some_and(|until| until <= now));
    let steps: Vec<Step> = active.iter().map(|one| one.step.clone()).collect();
    let Mediated {
        separation,
        covered,
    } = mediate(split, &steps, facts);
    let mut idle: Vec<Reason> = ended.into_iter().map(expired).collect();
    // While a path is open, or something is unknown, what else would be needed cannot be said.
    let holds = matches!(separation, Separation::Holds(_));
    if holds {
        let used = |at: usize| covered.iter().any(|one| one.step == at);
        let unneeded = active.iter().enumerate().filter(|(at, _)| !used(*at));
        idle.extend(unneeded.map(|(_, mediation)| unused(mediation)));
    }
    let is_mediated = holds && !covered.is_empty();
    Judged {
        separation,
        mediated: is_mediated.then(|| reason(&split.workload, &covered, &active)),
        idle,
    }
}

fn reason(workload: &str, covered: &[Covered], mediations: &[&Mediation]) -> Reason {
    let mut found = "Found paths, each with a step that is mediated:".to_owned();
    for one in covered {
        let Some(mediation) = mediations.get(one.step) else {
            continue;
        };
        let until = match mediation.until {
            Some(until) => format!(", until {until}"),
            None => String::new(),
        };
        // Writing to a string does not fail.
        let _ = write!(
            found,
            "\n\n{}\n    mediated at: {}\n    because: {}\n    approved by: {}{until}",
            one.crossing, mediation.step, mediation.justification, mediation.approved_by
        );
    }
    Reason {
        code: "separation-mediated".to_owned(),
        summary: "Separation is mediated".to_owned(),
        asked: format!(
            "The permission split of `{workload}` asks that no subject both deploys it and acts as it."
        ),
        found,
        remedy: "Review that what is said to stand between does. To have them apart, close the paths and remove the `mediation` \
                 blocks."
            .to_owned(),
    }
}

fn expired(mediation: &Mediation) -> Reason {
    let until = mediation.until.map(|until| until.to_string());
    Reason {
        code: "mediation-expired".to_owned(),
        summary: "Mediation has ended".to_owned(),
        asked: format!(
            "The mediation of this step ended at {}, and the step counts again:\n\n  {}",
            until.unwrap_or_default(),
            mediation.step
        ),
        found: String::new(),
        remedy: "Remove the `mediation`; or have it approved anew, and set `until` and `justification` to what was approved."
            .to_owned(),
    }
}

fn unused(mediation: &Mediation) -> Reason {
    Reason {
        code: "mediation-unused".to_owned(),
        summary: "Mediation covers no path".to_owned(),
        asked: format!(
            "Asked to set this step aside, which no path between the two sides needs:\n\n  {}",
            mediation.step
        ),
        found: String::new(),
        remedy: "Remove the `mediation`: if a path came to lead over the step, nobody would have looked at it. If it is meant for \
                 a path that a diagnostic printed, copy the step from there."
            .to_owned(),
    }
}
