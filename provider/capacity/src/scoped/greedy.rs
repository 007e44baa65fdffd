//! One pool after the other, each gang into the fullest place that holds it.

use std::cmp::Reverse;

use super::room::{Left, Rooms, Spot};
use super::{Laid, alone};
use crate::want::Want;

/// In which order places are tried.
#[derive(Clone, Copy, Debug)]
enum Prefer {
    /// Those with the fewest devices left first, so that large places stay whole.
    Fullest,
    /// Of those, the ones with the least CPU and memory left first.
    Tightest,
    /// Those that hold the fewest gangs first.
    FewestGangs,
    /// Those that the fewest pools accept first, so that the others keep their choice.
    LeastWanted,
}

/// Places every gang, or says nothing: a failure is no proof, but for one pool, which is placed wherever it can be.
pub(super) fn place(rooms: &Rooms<'_>) -> Option<Vec<Laid>> {
    let prefer = [
        Prefer::Fullest,
        Prefer::Tightest,
        Prefer::FewestGangs,
        Prefer::LeastWanted,
    ];
    prefer
        .into_iter()
        .find_map(|prefer| place_by(rooms, prefer))
}

fn place_by(rooms: &Rooms<'_>, prefer: Prefer) -> Option<Vec<Laid>> {
    let mut left = rooms.start.clone();
    let mut laid = Vec::new();
    for position in order(rooms) {
        let want = rooms.wants.get(position)?;
        let mut hand = Hand {
            rooms,
            want,
            position,
            left: &mut left,
            laid: &mut laid,
        };
        hand.place(prefer)?;
    }
    laid.extend(alone::loose(rooms, &left, true).ok()?);
    Some(laid)
}

/// The wants that need more than devices anywhere: the largest first, among them those that need the most beside their
/// devices, then those with the least choice.
pub(super) fn order(rooms: &Rooms<'_>) -> Vec<usize> {
    let wants = rooms.wants.iter().enumerate();
    let mut order: Vec<usize> = wants
        .filter(|(_, want)| !want.is_loose() && want.count > 0)
        .map(|(position, _)| position)
        .collect();
    order.sort_by_key(|position| {
        let want = rooms.wants.get(*position);
        let spots = rooms.spots.get(*position).map_or(0, Vec::len);
        let needs = want.map(|want| (want.size, want.beside));
        (Reverse(needs), spots, *position)
    });
    order
}

/// Takes the devices of gangs out of a spot, the least wanted first.
pub(super) fn take(left: &mut Left, spot: &Spot, mut devices: u32) -> Vec<(usize, u32)> {
    let mut parts = Vec::new();
    for atom in &spot.atoms {
        let Some(free) = left.free.get_mut(*atom) else {
            continue;
        };
        let here = devices.min(*free);
        if here > 0 {
            *free -= here;
            devices -= here;
            parts.push((*atom, here));
        }
    }
    parts
}

/// The gangs of one pool on their way into what is left.
struct Hand<'a, 'b> {
    rooms: &'a Rooms<'a>,
    want: &'a Want,
    position: usize,
    left: &'b mut Left,
    laid: &'b mut Vec<Laid>,
}

impl Hand<'_, '_> {
    fn place(&mut self, prefer: Prefer) -> Option<()> {
        let mut spots: Vec<&Spot> = self.rooms.spots.get(self.position)?.iter().collect();
        let wanted = |spot: &Spot| {
            let columns = spot
                .atoms
                .iter()
                .filter_map(|atom| self.rooms.atoms.get(*atom));
            columns.map(|atom| atom.column.len()).max()
        };
        let gangs = |spot: &Spot| self.rooms.gangs(self.want, spot, self.left);
        match prefer {
            Prefer::Fullest => spots.sort_by_cached_key(|spot| self.left.of_spot(spot).0),
            Prefer::Tightest => {
                spots.sort_by_cached_key(|spot| (self.left.of_spot(spot), wanted(spot)));
            }
            Prefer::FewestGangs => spots.sort_by_cached_key(|spot| (gangs(spot), wanted(spot))),
            Prefer::LeastWanted => spots.sort_by_cached_key(|spot| (wanted(spot), gangs(spot))),
        }
        let mut count = self.want.count;
        // First one gang in each zone that must be used, then as many anywhere as zones take.
        for spot in &spots {
            let new = !self.left.is_used(self.position, spot.zone);
            if count > 0 && new && self.left.zones_to_use(self.position, self.want) > 0 {
                count -= self.lay(spot, 1)?;
            }
        }
        for spot in &spots {
            if count > 0 {
                count -= self.lay(spot, count)?;
            }
        }
        let spread = self.left.zones_to_use(self.position, self.want) == 0;
        (count == 0 && spread).then_some(())
    }

    /// Lays as many gangs into a spot as it takes, up to `most`.
    fn lay(&mut self, spot: &Spot, most: u64) -> Option<u64> {
        let zone = self.left.zone_takes(self.position, self.want, spot.zone);
        let gangs = self
            .rooms
            .gangs(self.want, spot, self.left)
            .min(zone)
            .min(most);
        if gangs == 0 {
            return Some(0);
        }
        let devices = u32::try_from(gangs * u64::from(self.want.size)).ok()?;
        let parts = take(self.left, spot, devices);
        self.left.take_beside(self.want.beside, spot.node, gangs);
        let zones = self.left.in_zone.get_mut(self.position)?;
        *zones.get_mut(spot.zone)? += gangs;
        self.laid.push(Laid {
            want: self.position,
            parts,
        });
        Some(gangs)
    }
}
