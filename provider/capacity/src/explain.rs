//! Why it is not a yes, in words and numbers.

mod alternatives;
mod supply;
mod unit;

use std::fmt::Write as _;

use portcullis_model::{Reason, SourceState, SourceStatus, Ttl};

use crate::fits::Short;
use crate::fleet::Fleet;
use crate::shortage::Shortage;
use crate::{Demand, SEARCH_GANGS_MAX, SEARCH_STEPS_MAX};
use supply::Supply;
use unit::Unit;

/// Most pools, holders or alternatives that a text names.
const NAMED_MAX: usize = 5;

/// What was asked of which fleet, and the pools that are short.
pub(crate) struct Question<'a> {
    pub(crate) fleet: &'a Fleet,
    pub(crate) demands: &'a [&'a Demand],
    pub(crate) short: &'a Short,
}

impl Question<'_> {
    fn members(&self) -> Vec<&Demand> {
        self.short
            .demands
            .iter()
            .filter_map(|index| self.demands.get(*index).copied())
            .collect()
    }
}

/// It cannot fit, and everything that could hold it was counted.
pub(crate) fn shortage(question: &Question<'_>) -> Reason {
    let members = question.members();
    let supply = Supply::count(question.fleet, &members);
    let (code, summary) = if supply.total == 0 {
        ("no-matching-gpus", "No matching GPUs in the inventory")
    } else if supply.free < members.iter().map(|demand| demand.gpus()).sum() {
        ("not-enough-gpus", "Not enough free GPUs")
    } else {
        ("gpus-scattered", "Free GPUs are too scattered over nodes")
    };
    Reason {
        code: code.into(),
        summary: summary.into(),
        asked: asked(&members),
        found: found(question, &supply),
        remedy: remedy(question, &members, &supply),
    }
}

/// It does not fit what was seen, and some sources did not show everything.
pub(crate) fn doubtful_sources(question: &Question<'_>) -> Reason {
    let members = question.members();
    let mut sources: Vec<&SourceState> = members
        .iter()
        .flat_map(|demand| question.fleet.doubtful_sources(demand))
        .collect();
    sources.sort_by(|one, two| one.name.cmp(&two.name));
    sources.dedup_by(|one, two| one.name == two.name);
    let has = |word: &str| sources.iter().any(|source| source.status.as_str() == word);
    let (code, summary, remedy) = if has("unavailable") {
        (
            "source-unavailable",
            "A GPU source is unavailable",
            "Make the source answer and plan again.",
        )
    } else if has("stale") {
        (
            "inventory-stale",
            "GPU inventory is stale",
            "Refresh the source, or raise `inventory.max_age`.",
        )
    } else {
        (
            "inventory-incomplete",
            "GPU inventory is incomplete",
            "Mend the source and plan again.",
        )
    };
    let supply = Supply::count(question.fleet, &members);
    let doubts = sources
        .iter()
        .map(|source| doubt(source))
        .collect::<Vec<_>>()
        .join(" ");
    Reason {
        code: code.into(),
        summary: summary.into(),
        asked: asked(&members),
        found: format!("{} {doubts}", found(question, &supply)),
        remedy: own_remedies(&sources).unwrap_or_else(|| remedy.into()),
    }
}

/// What the sources themselves say is to be done, where they say it.
fn own_remedies(sources: &[&SourceState]) -> Option<String> {
    let mut remedies: Vec<&str> = sources
        .iter()
        .filter_map(|source| match &source.status {
            SourceStatus::Partial(reason) | SourceStatus::Unavailable(reason) => {
                Some(reason.remedy.trim())
            }
            SourceStatus::Complete | SourceStatus::Stale { .. } => None,
        })
        .filter(|remedy| !remedy.is_empty())
        .collect();
    remedies.dedup();
    (!remedies.is_empty()).then(|| remedies.join(" "))
}

/// It would fit if devices had the memory or the size that their source does not tell.
pub(crate) fn unreported(question: &Question<'_>) -> Reason {
    let members = question.members();
    let supply = Supply::count(question.fleet, &members);
    Reason {
        code: "gpu-memory-unreported".into(),
        summary: "GPU memory is not reported".into(),
        asked: asked(&members),
        found: format!(
            "{} {} more would count if their source reported memory.",
            found(question, &supply),
            Unit::of(&members).count(supply.free_unreported),
        ),
        remedy:
            "Report the memory of these devices, or leave `memory_mib_min` out and name models \
                 without a size."
                .into(),
    }
}

/// Neither a placement nor a proof was found.
pub(crate) fn gave_up(demands: &[&Demand], group: &[usize]) -> Reason {
    let members: Vec<&Demand> = group
        .iter()
        .filter_map(|index| demands.get(*index).copied())
        .collect();
    Reason {
        code: "placement-search-gave-up".into(),
        summary: "Placement search gave up".into(),
        asked: asked(&members),
        found: format!(
            "Enough GPUs are free on enough nodes, but no arrangement was found and none was ruled out. \
             The search is bounded to {SEARCH_STEPS_MAX} steps and {SEARCH_GANGS_MAX} replicas."
        ),
        remedy:
            "Use replica sizes that divide each other (1, 2, 4, 8), or plan fewer pools at once."
                .into(),
    }
}

fn asked(members: &[&Demand]) -> String {
    let mut text = members
        .iter()
        .take(NAMED_MAX)
        .map(|demand| asked_by(demand))
        .collect::<Vec<_>>()
        .join(" ");
    if members.len() > NAMED_MAX {
        let more = members.get(NAMED_MAX..).unwrap_or_default();
        let more_gpus = more.iter().map(|demand| demand.gpus()).sum();
        let _ = write!(
            text,
            " {} more pools of this plan ask for {}.",
            more.len(),
            Unit::of(members).count(more_gpus)
        );
    }
    if members.len() > 1 {
        let all = members.iter().map(|demand| demand.gpus()).sum();
        let _ = write!(
            text,
            " Together they ask for {}.",
            Unit::of(members).count(all)
        );
    }
    text
}

fn asked_by(demand: &Demand) -> String {
    let Demand {
        pool,
        models,
        mig_profile,
        replicas,
        gpus_per_replica,
        same_node,
        ..
    } = demand;
    let mut text = format!(
        "Pool `{pool}` asks for {}",
        plural(u64::from(*replicas), "replica")
    );
    let each = Unit::of(&[demand]).count(u64::from(*gpus_per_replica));
    let _ = write!(text, " of {each}");
    if let Some(profile) = mig_profile {
        let _ = write!(text, " `{profile}`");
    }
    text.push_str(match (same_node, gpus_per_replica) {
        (true, 2..) => " on one node each: ",
        _ => ": ",
    });
    let quoted = |words: Vec<String>| words.join(" or ");
    text.push_str(&match models.as_slice() {
        [] => "any model".to_owned(),
        models => quoted(models.iter().map(|model| format!("`{model}`")).collect()),
    });
    if let Some(memory) = demand.memory_mib_min {
        let _ = write!(text, ", at least {memory} MiB");
    }
    let _ = write!(text, ", grade `{}` or better", demand.minimum_grade);
    if !demand.sources.is_empty() {
        let sources = demand
            .sources
            .iter()
            .map(|source| format!("`{source}`"))
            .collect();
        let _ = write!(text, ", from {}", quoted(sources));
    }
    text.push('.');
    text
}

fn found(question: &Question<'_>, supply: &Supply) -> String {
    let members = question.members();
    let mut text = supply.describe();
    match &question.short.shortage {
        Some(shortage) => text.push_str(&room(&members, shortage)),
        None => text.push_str(" Every arrangement was tried and none holds them all."),
    }
    text.push_str(&supply.describe_taken());
    let unknown = members.iter().flat_map(|demand| &demand.sources);
    let unknown: Vec<String> = unknown
        .filter(|source| !question.fleet.has_source(source))
        .map(|source| format!("`{source}`"))
        .collect();
    if !unknown.is_empty() {
        let _ = write!(text, " No source is named {}.", unknown.join(", "));
    }
    text.push_str(&Supply::describe_sources(question.fleet, &members));
    text
}

fn room(members: &[&Demand], shortage: &Shortage) -> String {
    let Shortage {
        size, asked, free, ..
    } = shortage;
    let short = asked - free;
    let gpus = |count| Unit::of(members).count(count);
    match members {
        [demand] if demand.same_node => format!(
            " That is room for {free} of {}: short by {short} ({}).",
            plural(*asked, "replica"),
            gpus(short * u64::from(*size)),
        ),
        _ if *size == 1 => format!(" Short by {}.", gpus(short)),
        _ => format!(
            " Nodes hold {free} groups of {size} and {asked} are asked for: short by {}.",
            gpus(short * u64::from(*size)),
        ),
    }
}

fn remedy(question: &Question<'_>, members: &[&Demand], supply: &Supply) -> String {
    let mut ways = Vec::new();
    if let ([demand], Some(shortage)) = (members, &question.short.shortage) {
        let (_, size) = demand.gangs();
        let replicas = shortage.free * u64::from(size) / u64::from(demand.gpus_per_replica.max(1));
        if replicas > 0 {
            ways.push(format!(
                "lower `replicas` by {}",
                u64::from(demand.replicas) - replicas
            ));
        }
        ways.extend(alternatives::ways(question, demand));
    }
    if !supply.taken.held.is_empty() {
        let unit = Unit::of(members).noun();
        ways.push(format!("release {unit}s that a pool named above holds"));
    }
    let mut text = match ways.as_slice() {
        [] if supply.total == 0 => "Name a model and a source that the inventory has".to_owned(),
        [] => format!(
            "Ask for fewer {}s or add capacity",
            Unit::of(members).noun()
        ),
        [only] => only.clone(),
        [first @ .., last] => format!("{}, or {last}", first.join(", ")),
    };
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text.push('.');
    text
}

fn doubt(source: &SourceState) -> String {
    let SourceState {
        name,
        observed_at,
        status,
        ..
    } = source;
    let observed_at = observed_at.strftime("%F %T UTC");
    let seconds = |seconds: i64| {
        let ttl = u64::try_from(seconds).ok().and_then(Ttl::from_seconds);
        ttl.map_or_else(|| "0s".to_owned(), |ttl| ttl.to_string())
    };
    match status {
        SourceStatus::Complete => String::new(),
        SourceStatus::Partial(reason) => {
            format!(
                "Source `{name}` told only a part at {observed_at}: {}",
                sentence(reason)
            )
        }
        SourceStatus::Stale { age, max_age } => format!(
            "Source `{name}` was observed at {observed_at}, {} ago, and may be at most {} old; its \
             devices do not count.",
            seconds(age.as_secs()),
            seconds(max_age.as_secs()),
        ),
        SourceStatus::Unavailable(reason) => {
            format!(
                "Source `{name}` did not answer at {observed_at}: {}",
                sentence(reason)
            )
        }
    }
}

fn sentence(reason: &Reason) -> String {
    let facts = [reason.asked.trim(), reason.found.trim()];
    let facts: Vec<&str> = facts.into_iter().filter(|part| !part.is_empty()).collect();
    if facts.is_empty() {
        format!("{}.", reason.summary)
    } else {
        facts.join(" ")
    }
}

fn plural(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
