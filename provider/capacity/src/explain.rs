//! Why it is not a yes, in words and numbers.

mod alternatives;
mod asked;
mod division;
mod gave_up;
mod supply;
mod unit;

use std::fmt::Write as _;

use jiff::SignedDuration;
use portcullis_model::{Reason, SourceState, SourceStatus, Ttl};

use crate::Demand;
use crate::demand::Together;
use crate::fits::Short;
use crate::fleet::Fleet;
use crate::matching::{Fact, Facts, Match};
use crate::shortage::{Limit, Shortage};
use asked::asked;
pub(crate) use gave_up::gave_up;
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
    let limit = question.short.shortage.as_ref().map(|short| short.limit);
    let fabric = |demand: &&Demand| demand.together() == Together::Fabric;
    let (code, summary) = if supply.total == 0 {
        ("no-matching-gpus", "No matching GPUs in the inventory")
    } else if supply.free < members.iter().map(|demand| demand.gpus()).sum() {
        ("not-enough-gpus", "Not enough free GPUs")
    } else {
        match limit {
            Some(Limit::Zones) => ("zones-too-few", "Free GPUs are in too few zones"),
            Some(Limit::Cpu | Limit::Memory) => (
                "node-room-short",
                "Too little CPU or memory beside free GPUs",
            ),
            _ if members.iter().any(fabric) => (
                "nvlink-domains-too-small",
                "NVLink domains have too few free GPUs",
            ),
            _ => ("gpus-scattered", "Free GPUs are too scattered over nodes"),
        }
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
    let too_old = |source: &SourceState| {
        members.iter().find_map(|demand| {
            let age = demand.too_old(source)?;
            Some((age, demand.freshness?.max_age))
        })
    };
    let has = |word: &str| sources.iter().any(|source| source.status.as_str() == word);
    let old = sources.iter().any(|source| too_old(source).is_some());
    let (code, summary, remedy) = if has("unavailable") {
        (
            "source-unavailable",
            "A GPU source is unavailable",
            "Make the source answer and plan again.",
        )
    } else if has("stale") || old {
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
        .map(|source| doubt(source, too_old(source)))
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

/// It would fit if devices were what their source does not tell.
pub(crate) fn unreported(question: &Question<'_>) -> Reason {
    let members = question.members();
    let supply = Supply::count(question.fleet, &members);
    let facts: Vec<Fact> = missing(question.fleet, &members).iter().collect();
    let count = Unit::of(&members).count(supply.free_unreported);
    if facts == [Fact::Memory] {
        return Reason {
            code: "gpu-memory-unreported".into(),
            summary: "GPU memory is not reported".into(),
            asked: asked(&members),
            found: format!(
                "{} {count} more would count if their source reported memory.",
                found(question, &supply),
            ),
            remedy:
                "Report the memory of these devices, or leave `memory_mib_min` out and name models \
                     without a size."
                    .into(),
        };
    }
    let nouns: Vec<&str> = facts.iter().map(|fact| fact.noun()).collect();
    let attributes: Vec<String> = facts
        .iter()
        .map(|fact| format!("`{}`", fact.attribute()))
        .collect();
    Reason {
        code: "gpu-facts-unreported".into(),
        summary: "Facts that decide are not reported".into(),
        asked: asked(&members),
        found: format!(
            "{} Whether more would count is not known: their source does not report {}.",
            found(question, &supply),
            nouns.join(", "),
        ),
        remedy: format!(
            "Make the source report this, or leave {} out.",
            attributes.join(", ")
        ),
    }
}

/// The facts of free devices that some pools ask for and that no source tells.
fn missing(fleet: &Fleet, members: &[&Demand]) -> Facts {
    let mut facts = Facts::default();
    for bin in fleet.bins.iter().filter(|bin| bin.free > 0) {
        let Some(kind) = fleet.kind_of(bin) else {
            continue;
        };
        let device = fleet.snapshot().device(bin.first as usize);
        let room = device.map(|device| device.room()).unwrap_or_default();
        for demand in members {
            match fleet.match_of(demand, kind) {
                Match::No => continue,
                Match::Perhaps(missing) => facts.join(missing),
                Match::Yes => {}
            }
            let unknown = [
                (
                    Fact::Fabric,
                    demand.together() == Together::Fabric && bin.fabric.is_none(),
                ),
                (
                    Fact::NodeCpu,
                    demand.beside.cpu_milli.is_some() && room.cpu_milli.is_none(),
                ),
                (
                    Fact::NodeMemory,
                    demand.beside.memory_mib.is_some() && room.memory_mib.is_none(),
                ),
            ];
            let unknown = unknown.into_iter().filter(|(_, unknown)| *unknown);
            unknown.for_each(|(fact, _)| facts.add(fact));
        }
    }
    if members.iter().any(|demand| kept_anywhere(demand)) {
        facts.add(Fact::Zone);
    }
    if members.iter().any(|demand| fleet.has_untold(demand)) {
        facts.add(Fact::InstancePlace);
    }
    facts
}

/// Whether a pool keeps replicas of which the zone is not known.
fn kept_anywhere(demand: &Demand) -> bool {
    let mut kept = demand.spread.iter().flat_map(|spread| &spread.kept);
    kept.any(Option::is_none)
}

fn found(question: &Question<'_>, supply: &Supply) -> String {
    let members = question.members();
    let mut text = supply.describe();
    match &question.short.shortage {
        Some(shortage) => {
            text.push_str(&room(&members, shortage));
            text.push_str(&supply::describe_rooms(question.fleet, shortage.limit));
        }
        None => text.push_str(" Every arrangement was tried and none holds them all."),
    }
    text.push_str(&supply.describe_taken());
    text.push_str(&division::promised(question.fleet, &members));
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
    let each = |what: &str| {
        format!(
            " Beside the GPUs, nodes have {what} for {free} of {}.",
            plural(*asked, "replica")
        )
    };
    let all = |what: &str| {
        format!(" Nodes have {free} {what} free beside the GPUs, and {asked} are asked for.")
    };
    match (members, shortage.limit) {
        ([_], Limit::Cpu) => each("CPU"),
        ([_], Limit::Memory) => each("memory"),
        (_, Limit::Cpu) => all("thousandths of a CPU"),
        (_, Limit::Memory) => all("MiB of memory"),
        (_, Limit::Zones) if short == 0 => " They are in fewer zones than that.".to_owned(),
        (_, Limit::Zones) => format!(
            " Where no zone takes more than its share, that is room for {free} of {}.",
            plural(*asked, "replica")
        ),
        ([demand], Limit::Devices) if demand.together() != Together::Anywhere => format!(
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
        let less = u64::from(demand.replicas).saturating_sub(replicas);
        if replicas > 0 && less > 0 {
            ways.push(format!("lower `{}` by {less}", demand.attribute()));
        }
        ways.extend(alternatives::ways(question, demand));
        ways.extend(division::to_make(question, demand));
        ways.extend(division::way(question, demand));
        ways.extend(alternatives::offers(question, demand));
    }
    if !supply.held.is_empty() {
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

fn doubt(source: &SourceState, too_old: Option<(SignedDuration, SignedDuration)>) -> String {
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
    let stale = |age: SignedDuration, max_age: SignedDuration| {
        format!(
            "Source `{name}` was observed at {observed_at}, {} ago, and may be at most {} old; its \
             devices do not count.",
            seconds(age.as_secs()),
            seconds(max_age.as_secs()),
        )
    };
    match status {
        SourceStatus::Complete => {
            too_old.map_or_else(String::new, |(age, max_age)| stale(age, max_age))
        }
        SourceStatus::Partial(reason) => {
            format!(
                "Source `{name}` told only a part at {observed_at}: {}",
                sentence(reason)
            )
        }
        SourceStatus::Stale { age, max_age } => stale(*age, *max_age),
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
