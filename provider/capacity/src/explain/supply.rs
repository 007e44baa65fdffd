//! What the inventory has of the kinds that some pools accept.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use portcullis_model::SourceStatus;

use super::NAMED_MAX;
use super::unit::Unit;
use crate::Demand;
use crate::fleet::{Fleet, Kind, Match, Taken};

/// What the inventory has of the kinds that some pools accept.
#[derive(Debug, Default)]
pub(super) struct Supply {
    /// What all of it counts.
    unit: Unit,
    pub(super) total: u64,
    pub(super) free: u64,
    /// Free devices that would count if their source told memory or size.
    pub(super) free_unreported: u64,
    pub(super) taken: Taken,
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
                supply.taken.add(&kind.taken);
                let model = named(fleet, kind);
                let (free, total) = supply.models.entry(model).or_default();
                *free += kind.free;
                *total += kind.free + kind.taken.total();
            } else if matches.contains(&Match::Perhaps) {
                supply.free_unreported += kind.free;
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
        if let Some((free, node, source)) = &self.largest {
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

    pub(super) fn describe_taken(&self) -> String {
        let Taken {
            held,
            unhealthy,
            divided,
            in_use,
            stale,
        } = &self.taken;
        let mut parts: Vec<String> = held
            .iter()
            .take(NAMED_MAX)
            .map(|(holder, count)| format!("{count} held by {holder}"))
            .collect();
        if held.len() > NAMED_MAX {
            let more: u64 = held.values().skip(NAMED_MAX).sum();
            parts.push(format!("{more} held by {} others", held.len() - NAMED_MAX));
        }
        for (count, state) in [
            (in_use, "in use without a reservation"),
            (unhealthy, "unhealthy or lost"),
            (divided, "divided by MIG"),
            (stale, "of a stale source"),
        ] {
            if *count > 0 {
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

impl Taken {
    fn total(&self) -> u64 {
        self.held.values().sum::<u64>() + self.unhealthy + self.divided + self.in_use + self.stale
    }

    fn add(&mut self, other: &Self) {
        for (holder, count) in &other.held {
            *self.held.entry(holder.clone()).or_default() += count;
        }
        self.unhealthy += other.unhealthy;
        self.divided += other.divided;
        self.in_use += other.in_use;
        self.stale += other.stale;
    }
}
