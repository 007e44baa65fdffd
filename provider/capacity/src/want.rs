//! What a demand comes down to on a fleet.

use std::collections::BTreeMap;

use portcullis_model::Location;

use crate::Demand;
use crate::demand::{Beside, Together};
use crate::fleet::{Bin, Fleet};
use crate::matching::{Fact, Facts, Match};

/// How to take what sources do not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// It is not what is asked for: what fits then, fits.
    Told,
    /// It is all that is asked for: what does not fit even then, cannot.
    Generous,
}

impl Reading {
    /// Whether devices will do that answer a demand so.
    pub(crate) fn takes(self, answer: Match) -> bool {
        match self {
            Self::Told => answer == Match::Yes,
            Self::Generous => answer != Match::No,
        }
    }
}

/// What a demand comes down to on a fleet: gangs of devices, and the kinds that will do.
#[derive(Clone, Debug)]
pub(crate) struct Want {
    /// The position among the demands of the question.
    pub(crate) demand: usize,
    pub(crate) count: u64,
    pub(crate) size: u32,
    pub(crate) together: Together,
    /// The kinds that will do, rising.
    pub(crate) kinds: Vec<usize>,
    pub(crate) quota: Option<Quota>,
    pub(crate) beside: Beside,
}

/// How gangs must be spread over zones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Quota {
    /// The most gangs in one zone, those that are kept included.
    pub(crate) most: u64,
    /// The least zones, those of gangs that are kept included.
    pub(crate) zones: usize,
    /// How many gangs are kept, by zone.
    pub(crate) kept: BTreeMap<Location, u64>,
    /// Gangs that are kept where it is not known: they may be in any zone.
    pub(crate) kept_anywhere: u64,
    /// Zones that such gangs may be counted to have.
    pub(crate) zones_anywhere: usize,
}

impl Want {
    pub(crate) fn of(fleet: &Fleet, index: usize, demand: &Demand, reading: Reading) -> Self {
        let matches: Vec<(usize, Match)> = fleet
            .kinds
            .iter()
            .enumerate()
            .map(|(number, kind)| (number, fleet.match_of(demand, kind)))
            .filter(|(_, answer)| reading.takes(*answer))
            .collect();
        let missing = matches.iter().fold(Facts::default(), |mut all, (_, one)| {
            if let Match::Perhaps(facts) = one {
                all.join(*facts);
            }
            all
        });
        let (count, size) = demand.gangs();
        let mut want = Self {
            demand: index,
            count,
            size,
            together: demand.together(),
            kinds: matches.into_iter().map(|(number, _)| number).collect(),
            quota: quota(demand, reading),
            beside: demand.beside,
        };
        // A zone or a domain that is not told may be any: such gangs are bound by nothing that can be counted.
        if missing.contains(Fact::Zone) {
            want.quota = None;
        }
        let domainless = |bin: &Bin| bin.fabric.is_none() && want.takes(bin) && bin.free > 0;
        if reading == Reading::Generous
            && want.together == Together::Fabric
            && fleet.bins.iter().any(domainless)
        {
            want.together = Together::Anywhere;
            (want.count, want.size) = (demand.gpus(), 1);
            want.quota = None;
        }
        want
    }

    /// Whether the devices of a bin will do, as far as their kind tells.
    pub(crate) fn takes(&self, bin: &Bin) -> bool {
        self.kinds.binary_search(&(bin.kind as usize)).is_ok()
    }

    /// Whether a gang may lie in a bin.
    pub(crate) fn accepts(&self, bin: &Bin) -> bool {
        self.takes(bin) && (self.together != Together::Fabric || bin.fabric.is_some())
    }

    /// Whether each device counts for itself.
    pub(crate) fn is_loose(&self) -> bool {
        self.size == 1 && self.quota.is_none() && self.beside == Beside::default()
    }
}

fn quota(demand: &Demand, reading: Reading) -> Option<Quota> {
    let spread = demand
        .spread
        .as_ref()
        .filter(|spread| spread.zones_min > 1)?;
    let all = u64::from(demand.replicas) + spread.kept.len() as u64;
    let lost = spread.kept.iter().filter(|zone| zone.is_none()).count();
    let mut kept: BTreeMap<Location, u64> = BTreeMap::new();
    for zone in spread.kept.iter().flatten() {
        *kept.entry(zone.clone()).or_default() += 1;
    }
    Some(Quota {
        most: all.div_ceil(u64::from(spread.zones_min)),
        zones: usize::try_from(all.min(u64::from(spread.zones_min))).unwrap_or(usize::MAX),
        kept,
        kept_anywhere: match reading {
            Reading::Told => lost as u64,
            Reading::Generous => 0,
        },
        zones_anywhere: match reading {
            Reading::Told => 0,
            Reading::Generous => lost,
        },
    })
}
