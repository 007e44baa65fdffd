//! Pools that count on GPU instances which are not there yet: how GPUs in MIG mode would be divided so that all fits.
//!
//! Of one profile a GPU takes as many as it takes, so that the answer is that over the instances there would be. Several
//! profiles compete for the places of one GPU: what each would have were it alone shows what cannot be, one profile after
//! the other mostly finds what can, and what is left is tried in every way that differs, up to a bound.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::{DeviceKey, MigProfile};

use crate::Demand;
use crate::fits::{Answer, Short, solve_there, witness};
use crate::fleet::{Divisible, Fleet, KindKey};
use crate::mig::MigInstance;
use crate::want::Reading;

/// More ways to divide GPUs than this are not all tried.
pub const LAYOUTS_MAX: usize = 4_096;

/// How many bins all tries look at together before the search gives up.
const WORK_MAX: usize = 4_000_000;

/// Of more profiles than this not every order is tried.
const ORDERED_MAX: usize = 3;

/// The instances of each GPU, in the order of the GPUs.
type Layouts = Vec<Vec<MigInstance>>;

/// The answer, and the fleet over which it holds; `None` where no demand counts on instances that could be made, or no GPU
/// could be divided for one.
pub(crate) fn solve(
    fleet: &Fleet,
    demands: &[&Demand],
    reading: Reading,
) -> Option<(Fleet, Answer)> {
    let dividing: Vec<&Demand> = demands
        .iter()
        .filter(|demand| demand.to_make().is_some())
        .copied()
        .collect();
    if dividing.is_empty() {
        return None;
    }
    let gpus = fleet.divisible(&dividing, reading);
    if gpus.is_empty() {
        return None;
    }
    let question = Question {
        fleet,
        demands,
        reading,
        choices: choices(&gpus),
        gpus,
    };
    Some(question.answer())
}

/// Every way to use each GPU up, by the places that are left on it.
fn choices(gpus: &[Divisible]) -> Vec<Vec<Vec<MigInstance>>> {
    let mut known: BTreeMap<_, Vec<Vec<MigInstance>>> = BTreeMap::new();
    let choices = gpus.iter().map(|gpu| {
        let taken = gpu.taken();
        let key = (gpu.geometry.model(), taken.clone(), gpu.profiles.clone());
        let layouts = known.entry(key).or_insert_with(|| {
            let mut layouts = gpu.geometry.maximal(&taken, &gpu.profiles);
            if layouts.is_empty() {
                layouts.push(Vec::new());
            }
            layouts
        });
        layouts.clone()
    });
    choices.collect()
}

struct Question<'a> {
    fleet: &'a Fleet,
    demands: &'a [&'a Demand],
    reading: Reading,
    gpus: Vec<Divisible>,
    choices: Vec<Layouts>,
}

impl Question<'_> {
    fn answer(&self) -> (Fleet, Answer) {
        if self.choices.iter().all(|choices| choices.len() == 1) {
            let only = self.choices.iter().flatten().cloned().collect();
            return self.over(&only);
        }
        let profiles: BTreeSet<MigProfile> = self
            .gpus
            .iter()
            .flat_map(|gpu| &gpu.profiles)
            .copied()
            .collect();
        let profiles: Vec<MigProfile> = profiles.into_iter().collect();
        let short = profiles
            .iter()
            .find_map(|profile| self.short_alone(*profile));
        if let Some(short) = short {
            return short;
        }
        let found = orders(&profiles)
            .iter()
            .find_map(|order| self.one_after_the_other(order));
        found.unwrap_or_else(|| self.every_way())
    }

    /// The answer over one way to divide the GPUs.
    fn over(&self, layouts: &Layouts) -> (Fleet, Answer) {
        let fleet = self.fleet.with_made(&self.gpus, layouts);
        let answer = solve_there(&fleet, self.demands, self.reading);
        (fleet, answer)
    }

    /// The demands that ask for nothing to be made of another profile, with their positions.
    fn without_others(&self, profiles: &[MigProfile]) -> (Vec<usize>, Vec<&Demand>) {
        let demands = self.demands.iter().copied().enumerate();
        demands
            .filter(|(_, demand)| demand.to_make().is_none_or(|own| profiles.contains(&own)))
            .unzip()
    }

    /// The answer where the pools of one profile do not fit although no other is made: then nothing fits.
    fn short_alone(&self, profile: MigProfile) -> Option<(Fleet, Answer)> {
        let layouts = self.with_most(profile, &vec![Vec::new(); self.gpus.len()]);
        let fleet = self.fleet.with_made(&self.gpus, &layouts);
        let (positions, demands) = self.without_others(&[profile]);
        let mut answer = solve_there(&fleet, &demands, self.reading);
        for short in &mut answer.short {
            short.place_in(&positions);
        }
        answer.gave_up.clear();
        (!answer.short.is_empty()).then_some((fleet, answer))
    }

    /// Instances of one profile wherever there is a place beside those that are chosen.
    fn with_most(&self, profile: MigProfile, chosen: &Layouts) -> Layouts {
        let mut known: BTreeMap<_, Vec<MigInstance>> = BTreeMap::new();
        let gpus = self.gpus.iter().zip(chosen);
        let layouts = gpus.map(|(gpu, chosen)| {
            if !gpu.profiles.contains(&profile) {
                return chosen.clone();
            }
            let mut taken = gpu.taken();
            taken.extend(chosen);
            let key = (gpu.geometry.model(), taken.clone());
            let most = known.entry(key).or_insert_with(|| {
                let layouts = gpu.geometry.maximal(&taken, &[profile]);
                layouts.into_iter().max_by_key(Vec::len).unwrap_or_default()
            });
            chosen.iter().chain(most.iter()).copied().collect()
        });
        layouts.collect()
    }

    /// Gives the pools of one profile their places, then those of the next; `None` proves nothing.
    fn one_after_the_other(&self, order: &[MigProfile]) -> Option<(Fleet, Answer)> {
        let mut chosen: Layouts = vec![Vec::new(); self.gpus.len()];
        for (number, profile) in order.iter().enumerate() {
            let layouts = self.with_most(*profile, &chosen);
            let fleet = self.fleet.with_made(&self.gpus, &layouts);
            let (_, demands) = self.without_others(order.get(..=number)?);
            let answer = solve_there(&fleet, &demands, self.reading);
            if !answer.fits() {
                return None;
            }
            let placed = witness(&fleet, &demands, &answer.shares);
            let keys = placed.pools.iter().flat_map(|pool| &pool.replicas);
            let made: Vec<&DeviceKey> = keys
                .flat_map(|replica| &replica.devices)
                .filter(|key| key.instance.is_some())
                .collect();
            let positions = self.fleet.snapshot().positions(made.iter().copied());
            chosen = vec![Vec::new(); self.gpus.len()];
            for (key, position) in made.into_iter().zip(positions) {
                let gpu = u32::try_from(position?).ok()?;
                let number = self.gpus.binary_search_by_key(&gpu, |one| one.gpu).ok()?;
                chosen.get_mut(number)?.push(key.instance?);
            }
        }
        let (fleet, answer) = self.over(&chosen);
        answer.fits().then_some((fleet, answer))
    }

    /// Every way to divide the GPUs that differs, up to a bound.
    fn every_way(&self) -> (Fleet, Answer) {
        let bins = self.fleet.bins.len() + self.gpus.len();
        let mut tries = Tries {
            left: (WORK_MAX / bins.max(1)).clamp(1, LAYOUTS_MAX),
            gave_up: false,
            ways: self.ways_alike(),
            layouts: Vec::with_capacity(self.gpus.len()),
            chosen: Vec::with_capacity(self.gpus.len()),
        };
        if let Some(found) = self.try_ways(&mut tries) {
            return found;
        }
        let members = (0..self.demands.len()).filter(|position| {
            let demand = self.demands.get(*position);
            demand.is_some_and(|demand| demand.mig_profile.is_some())
        });
        let members: Vec<usize> = members.collect();
        let answer = if tries.gave_up {
            Answer {
                gave_up: vec![members],
                ..Answer::default()
            }
        } else {
            let short = Short {
                demands: members,
                shortage: None,
            };
            Answer {
                short: vec![short],
                ..Answer::default()
            }
        };
        // To count what there is, any way will do.
        let first = self.choices.iter().filter_map(|ways| ways.first()).cloned();
        let first: Layouts = first.collect();
        (self.fleet.with_made(&self.gpus, &first), answer)
    }

    /// Per GPU, the one before it that no demand can tell from it.
    fn ways_alike(&self) -> Vec<Option<usize>> {
        let mut last: BTreeMap<_, usize> = BTreeMap::new();
        let gpus = self.gpus.iter().enumerate();
        let alike = gpus.map(|(number, gpu)| {
            let device = self.fleet.snapshot().device(gpu.gpu as usize)?;
            let kind = KindKey::of(&device);
            let fabric = device.fabric_index();
            let mut taken = gpu.taken();
            taken.sort_unstable();
            last.insert((device.node_index(), kind, fabric, taken), number)
        });
        alike.collect()
    }

    /// Divides the next GPU in every way; `None` where none of them leads to an answer.
    fn try_ways(&self, tries: &mut Tries) -> Option<(Fleet, Answer)> {
        let number = tries.chosen.len();
        let Some(ways) = self.choices.get(number) else {
            if tries.left == 0 {
                tries.gave_up = true;
                return None;
            }
            tries.left -= 1;
            let (fleet, answer) = self.over(&tries.layouts);
            tries.gave_up |= answer.short.is_empty() && !answer.gave_up.is_empty();
            return answer.fits().then_some((fleet, answer));
        };
        // Of GPUs that are alike, none is divided in a way that comes before that of the one before it.
        let before = tries.ways.get(number).copied().flatten();
        let first = before.and_then(|before| tries.chosen.get(before).copied());
        for (way, layout) in ways.iter().enumerate().skip(first.unwrap_or(0)) {
            tries.chosen.push(way);
            tries.layouts.push(layout.clone());
            let found = self.try_ways(tries);
            tries.chosen.pop();
            tries.layouts.pop();
            if found.is_some() || tries.left == 0 {
                tries.gave_up |= found.is_none();
                return found;
            }
        }
        None
    }
}

struct Tries {
    left: usize,
    /// Whether ways were left out, or one of them was not decided.
    gave_up: bool,
    /// Per GPU, the one before it that is alike.
    ways: Vec<Option<usize>>,
    layouts: Layouts,
    /// Which way each GPU is divided.
    chosen: Vec<usize>,
}

/// The orders in which profiles get their places; of many only two.
fn orders(profiles: &[MigProfile]) -> Vec<Vec<MigProfile>> {
    let falling: Vec<MigProfile> = profiles.iter().rev().copied().collect();
    if profiles.len() > ORDERED_MAX {
        return vec![falling, profiles.to_vec()];
    }
    let mut orders = vec![Vec::new()];
    for _ in profiles {
        let longer = orders.iter().flat_map(|order: &Vec<MigProfile>| {
            let others = falling.iter().filter(|one| !order.contains(one));
            others.map(|one| order.iter().chain([one]).copied().collect())
        });
        orders = longer.collect();
    }
    orders
}
