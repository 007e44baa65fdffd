//! What the inventory has of the kinds that some pools accept.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use portcullis_model::{HealthPolicy, SourceStatus};

use super::NAMED_MAX;
use super::unit::Unit;
use crate::Demand;
use crate::fleet::{Fleet, Kind};
use crate::matching::Match;
use crate::shortage::Limit;

/// Most holders that a text names.
const HOLDERS_MAX: usize = 20;

/// What the inventory has of the kinds that some pools accept.
#[derive(Debug, Default)]
pub(super) struct Supply {
    /// What all of it counts.
    unit: Unit,
    pub(super) total: u64,
    pub(super) free: u64,
    /// Free devices that would count if their source told memory or size.
    pub(super) free_unreported: u64,
    /// By holder and source.
    pub(super) held: BTreeMap<(String, String), u64>,
    /// In use and not reserved, by source.
    in_use: BTreeMap<String, u64>,
    unhealthy: u64,
    degraded: u64,
    divided: u64,
    stale: u64,
    /// Free and total by model.
    models: BTreeMap<String, (u64, u64)>,
    /// The largest free group: devices, node, source.
    largest: Option<(u32, String, String)>,
    /// Free devices of an accepted model with too little memory: how many, and the most memory.
    too_small: Option<(u64, u32)>,
}

impl Supply {
    pub(super) fn count(fleet: &Fleet, members: &[&Demand]) -> Self {
        let mut supply = Self {
            unit: Unit::of(members),
            ..Self::default()
        };
        let mut matching = BTreeSet::new();
        for (index, kind) in (0_u32..).zip(&fleet.kinds) {
            let matches: Vec<Match> = members
                .iter()
                .map(|demand| fleet.match_of(demand, kind))
                .collect();
            if matches.contains(&Match::Yes) {
                matching.insert(index);
                supply.total += kind.free + kind.taken.total();
                supply.free += kind.free;
                supply.add_taken(fleet, kind);
                let model = named(fleet, kind);
                let (free, total) = supply.models.entry(model).or_default();
                *free += kind.free;
                *total += kind.free + kind.taken.total();
            } else if matches.iter().any(|answer| *answer != Match::No) {
                supply.free_unreported += kind.free;
            } else if members
                .iter()
                .any(|demand| fits_but_for_health(fleet, demand, kind))
            {
                supply.degraded += kind.free;
            } else if let Some(memory) = kind.memory_mib.filter(|_| kind.free > 0)
                && members
                    .iter()
                    .any(|demand| fits_but_for_memory(fleet, demand, index))
            {
                let (count, most) = supply.too_small.get_or_insert((0, 0));
                *count += kind.free;
                *most = (*most).max(memory);
            }
        }
        let bins = fleet.bins.iter().filter(|bin| matching.contains(&bin.kind));
        supply.largest = bins
            .max_by_key(|bin| (bin.free, std::cmp::Reverse(bin.first)))
            .and_then(|bin| Some((bin.free, fleet.snapshot().device(bin.first as usize)?)))
            .map(|(free, device)| {
                (
                    free,
                    device.node().to_string(),
                    device.source().name.to_string(),
                )
            });
        supply
    }

    pub(super) fn describe(&self) -> String {
        let Self { total, free, .. } = self;
        let mut text = match total {
            0 => format!("No {} of the inventory matches.", self.unit.noun()),
            _ => {
                let are = if *free == 1 { "is" } else { "are" };
                let matches = if *total == 1 { "matches" } else { "match" };
                let all = self.unit.count(*total);
                format!("Of {all} that {matches}, {free} {are} free")
            }
        };
        let models: Vec<String> = self
            .models
            .iter()
            .take(NAMED_MAX)
            .map(|(model, (free, total))| format!("`{model}` {free} of {total}"))
            .collect();
        if !models.is_empty() {
            let _ = write!(text, " ({}).", models.join(", "));
        }
        if let Some((free, node, source)) = &self.largest
            && *free > 0
        {
            let _ = write!(
                text,
                " The most on one node is {free} (`{node}` of source `{source}`)."
            );
        }
        if let Some((count, most)) = self.too_small {
            let _ = write!(
                text,
                " {} more are free with at most {most} MiB.",
                self.unit.count(count)
            );
        }
        text
    }

    fn add_taken(&mut self, fleet: &Fleet, kind: &Kind) {
        let source = fleet.source_of(kind).map(|source| source.name.to_string());
        let source = source.unwrap_or_default();
        for (holder, count) in &kind.taken.held {
            let holder = fleet.holder(*holder).to_owned();
            *self.held.entry((holder, source.clone())).or_default() += count;
        }
        if kind.taken.in_use > 0 {
            *self.in_use.entry(source).or_default() += kind.taken.in_use;
        }
        self.unhealthy += kind.taken.unhealthy;
        self.divided += kind.taken.divided;
        self.stale += kind.taken.stale;
    }

    pub(super) fn describe_taken(&self) -> String {
        let held = self.held.iter().take(HOLDERS_MAX);
        let mut parts: Vec<String> = held
            .map(|((holder, source), count)| {
                format!("{count} held by {holder} (source `{source}`)")
            })
            .collect();
        if self.held.len() > HOLDERS_MAX {
            let more: u64 = self.held.values().skip(HOLDERS_MAX).sum();
            let others = self.held.len() - HOLDERS_MAX;
            parts.push(format!("{more} held by {others} others"));
        }
        let in_use = self.in_use.iter();
        parts.extend(in_use.map(|(source, count)| {
            format!("{count} in use without a reservation (source `{source}`)")
        }));
        for (count, state) in [
            (self.unhealthy, "unhealthy or lost"),
            (self.degraded, "degraded"),
            (self.divided, "divided by MIG"),
            (self.stale, "of a stale source"),
        ] {
            if count > 0 {
                parts.push(format!("{count} {state}"));
            }
        }
        if parts.is_empty() {
            String::new()
        } else {
            format!(" Not free: {}.", parts.join(", "))
        }
    }

    /// The sources that answered, with grade and time.
    pub(super) fn describe_sources(fleet: &Fleet, members: &[&Demand]) -> String {
        let sources: Vec<String> = fleet
            .snapshot()
            .sources()
            .iter()
            .filter(|source| source.status == SourceStatus::Complete)
            .filter(|source| members.iter().any(|demand| demand.takes_from(&source.name)))
            .take(NAMED_MAX)
            .map(|source| {
                let at = source.observed_at.strftime("%F %T UTC");
                format!("`{}` ({}, {at})", source.name, source.grade)
            })
            .collect();
        if sources.is_empty() {
            String::new()
        } else {
            format!(" Inventory: {}.", sources.join(", "))
        }
    }
}

/// What pools hold of nodes beside devices, where that is what there is too little of.
pub(super) fn describe_rooms(fleet: &Fleet, limit: Limit) -> String {
    if !matches!(limit, Limit::Cpu | Limit::Memory) {
        return String::new();
    }
    let rooms = fleet.rooms_by_holder();
    let held = rooms.iter().take(HOLDERS_MAX).map(|(holder, room)| {
        format!(
            "{} thousandths of a CPU and {} MiB by {holder}",
            room.cpu_milli, room.memory_mib
        )
    });
    let held: Vec<String> = held.collect();
    if held.is_empty() {
        return String::new();
    }
    let more = match rooms.len().saturating_sub(HOLDERS_MAX) {
        0 => String::new(),
        more => format!(", and more by {more} others"),
    };
    format!(" Held beside GPUs: {}{more}.", held.join(", "))
}

/// Model and, of GPU instances, profile.
fn named(fleet: &Fleet, kind: &Kind) -> String {
    let mut name = fleet
        .model_of(kind)
        .map(ToString::to_string)
        .unwrap_or_default();
    if let Some(profile) = kind.mig_profile {
        // Writing to a text does not fail.
        let _ = write!(name, " {profile}");
    }
    name
}

fn fits_but_for_memory(fleet: &Fleet, demand: &Demand, kind: u32) -> bool {
    let any_memory = Demand {
        memory_mib_min: None,
        ..demand.clone()
    };
    fleet
        .kinds
        .get(kind as usize)
        .is_some_and(|kind| fleet.match_of(&any_memory, kind) == Match::Yes)
}

fn fits_but_for_health(fleet: &Fleet, demand: &Demand, kind: &Kind) -> bool {
    let any_health = Demand {
        health: HealthPolicy::Degraded,
        ..demand.clone()
    };
    kind.free > 0 && fleet.match_of(&any_health, kind) == Match::Yes
}
