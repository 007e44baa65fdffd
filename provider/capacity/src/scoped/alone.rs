//! What can be said by counting: each pool alone, and all pools over what each device or node can give.

use std::collections::BTreeMap;

use super::room::{Left, Rooms};
use crate::demand::Beside;
use crate::fleet::Levels;
use crate::flow;
use crate::problem::{Class, Gangs, Problem};
use crate::shortage::{Limit, Shortage};
use crate::want::Want;

/// The inequality that fails, if one does.
pub(super) fn shortage(rooms: &Rooms<'_>) -> Option<Shortage> {
    let wants = || rooms.wants.iter().enumerate();
    wants()
        .find_map(|(position, want)| one(rooms, position, want))
        .or_else(|| devices(rooms))
        .or_else(|| beside(rooms))
}

/// The most gangs of a want that can be placed where nobody else places any, and in how many zones that are new to it.
/// Exact: gangs of one want are alike.
pub(super) fn most(rooms: &Rooms<'_>, position: usize, want: &Want, left: &Left) -> (u64, usize) {
    let spots = rooms
        .spots
        .get(position)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let mut nodes: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    let mut zones: BTreeMap<usize, u64> = BTreeMap::new();
    for spot in spots {
        let gangs = rooms.gangs(want, spot, left);
        if want.beside == Beside::default() {
            *zones.entry(spot.zone).or_default() += gangs;
        } else {
            *nodes.entry((spot.zone, spot.node)).or_default() += gangs;
        }
    }
    for ((zone, node), gangs) in nodes {
        *zones.entry(zone).or_default() += gangs.min(left.beside(want.beside, node));
    }
    let mut new = 0;
    let all = zones.into_iter().map(|(zone, gangs)| {
        let gangs = gangs.min(left.zone_takes(position, want, zone));
        new += usize::from(gangs > 0 && !left.is_used(position, zone));
        gangs
    });
    (all.sum(), new)
}

fn one(rooms: &Rooms<'_>, position: usize, want: &Want) -> Option<Shortage> {
    if want.is_loose() {
        return None;
    }
    let left = &rooms.start;
    let holds = |want: &Want| most(rooms, position, want, left).0;
    let found = |free, limit| {
        Some(Shortage {
            demands: vec![want.demand],
            size: want.size,
            asked: want.count,
            free,
            limit,
        })
    };
    let bare = Want {
        quota: None,
        beside: Beside::default(),
        ..want.clone()
    };
    let free = holds(&bare);
    if free < want.count {
        return found(free, Limit::Devices);
    }
    let with_cpu = Want {
        beside: Beside {
            memory_mib: None,
            ..want.beside
        },
        ..bare.clone()
    };
    let free = holds(&with_cpu);
    if free < want.count {
        return found(free, Limit::Cpu);
    }
    let free = holds(&Want {
        beside: want.beside,
        ..bare
    });
    if free < want.count {
        return found(free, Limit::Memory);
    }
    let (free, zones) = most(rooms, position, want, left);
    let reach = zones.min(usize::try_from(want.count).unwrap_or(usize::MAX));
    if free < want.count || reach < left.zones_to_use(position, want) {
        return found(free.min(want.count), Limit::Zones);
    }
    None
}

/// All pools with every device counted for itself: a flow decides, and nothing that it refuses can fit.
fn devices(rooms: &Rooms<'_>) -> Option<Shortage> {
    if rooms.wants.len() < 2 {
        return loose(rooms, &rooms.start, true).err().flatten();
    }
    loose(rooms, &rooms.start, false).err().flatten()
}

/// Places devices that each count for themselves, of the wants that ask for such or, with `all` unset, of every want.
///
/// # Errors
/// The pools that ask for too many.
pub(super) fn loose(
    rooms: &Rooms<'_>,
    left: &Left,
    only_loose: bool,
) -> Result<Vec<super::Laid>, Option<Shortage>> {
    // Atoms that the same wants accept are one bin.
    let mut columns: BTreeMap<&[usize], Vec<(usize, u32)>> = BTreeMap::new();
    for (number, atom) in rooms.atoms.iter().enumerate() {
        let free = left.free.get(number).copied().unwrap_or(0);
        if free > 0 {
            columns
                .entry(&atom.column)
                .or_default()
                .push((number, free));
        }
    }
    let counted = |want: &&Want| !only_loose || want.is_loose();
    let gangs = rooms
        .wants
        .iter()
        .enumerate()
        .filter(|(_, want)| counted(want));
    let gangs: Vec<Gangs> = gangs
        .map(|(position, want)| {
            let classes = columns.keys().enumerate();
            let accepts = classes.filter(|(_, column)| column.contains(&position));
            Gangs {
                demand: position,
                count: want.count * u64::from(want.size),
                size: 1,
                accepts: accepts.map(|(class, _)| class).collect(),
            }
        })
        .collect();
    let classes = (0_u32..)
        .zip(columns.values())
        .map(|(number, atoms)| Class {
            bins: Levels::from([(atoms.iter().map(|(_, free)| *free).sum(), vec![number])]),
        });
    let problem = Problem::new(gangs, classes.collect());
    let assigned = flow::place(&problem, 1).map_err(|shortage| {
        let demand = |position: &usize| rooms.wants.get(*position).map(|want| want.demand);
        shortage.map(|shortage| Shortage {
            demands: shortage.demands.iter().filter_map(demand).collect(),
            ..shortage
        })
    })?;
    let mut open: Vec<Vec<(usize, u32)>> = columns.into_values().collect();
    let mut laid = Vec::new();
    for placed in assigned {
        let mut devices = placed.gangs;
        let Some(atoms) = open.get_mut(placed.bin as usize) else {
            continue;
        };
        let mut parts = Vec::new();
        while let Some((atom, free)) = atoms.last_mut().filter(|_| devices > 0) {
            let here = devices.min(*free);
            parts.push((*atom, here));
            devices -= here;
            *free -= here;
            if *free == 0 {
                atoms.pop();
            }
        }
        laid.push(super::Laid {
            want: placed.demand,
            parts,
        });
    }
    Ok(laid)
}

/// CPU and memory of all nodes, against what all pools ask of them together.
fn beside(rooms: &Rooms<'_>) -> Option<Shortage> {
    let total = |left: &[u64]| left.iter().fold(0_u64, |all, one| all.saturating_add(*one));
    let short = |left: &[u64], of: fn(&Beside) -> Option<u32>, limit| {
        let asking: Vec<&Want> = rooms
            .wants
            .iter()
            .filter(|want| of(&want.beside).is_some())
            .collect();
        let each = |want: &&Want| want.count * u64::from(of(&want.beside).unwrap_or(0));
        let (asked, free) = (asking.iter().map(each).sum(), total(left));
        (asked > free).then(|| Shortage {
            demands: asking.iter().map(|want| want.demand).collect(),
            size: 1,
            asked,
            free,
            limit,
        })
    };
    let Left { cpu, memory, .. } = &rooms.start;
    short(cpu, |beside| beside.cpu_milli, Limit::Cpu)
        .or_else(|| short(memory, |beside| beside.memory_mib, Limit::Memory))
}
