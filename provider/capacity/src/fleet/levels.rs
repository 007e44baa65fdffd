//! Bins by how much is free in them.

use std::collections::BTreeMap;

/// Bins by how much is free in them, each list falling, so that taking from its end takes the first node.
pub(crate) type Levels = BTreeMap<u32, Vec<u32>>;

/// A list is written anew when more than one in so many of its bins change: moving what lies behind each of them would
/// cost more.
const FEW: usize = 64;

/// Takes a bin out of its level.
pub(crate) fn remove(levels: &mut Levels, free: u32, number: u32) {
    edit(levels, free, &[number], &[]);
}

/// Takes bins out of a level and puts others into it; both lists fall.
pub(super) fn edit(levels: &mut Levels, free: u32, gone: &[u32], come: &[u32]) {
    let level = levels.entry(free).or_default();
    if (gone.len() + come.len()) * FEW <= level.len() {
        for number in gone {
            if let Ok(place) = level.binary_search_by(|other| number.cmp(other)) {
                level.remove(place);
            }
        }
        for number in come {
            let place = level.partition_point(|other| other > number);
            level.insert(place, *number);
        }
    } else {
        let (mut gone, mut come) = (gone.iter().peekable(), come.iter().peekable());
        let mut merged = Vec::with_capacity(level.len() + come.len());
        for number in level.iter() {
            while let Some(larger) = come.next_if(|larger| *larger > number) {
                merged.push(*larger);
            }
            while gone.next_if(|larger| *larger > number).is_some() {}
            if gone.next_if(|other| *other == number).is_none() {
                merged.push(*number);
            }
        }
        merged.extend(come);
        *level = merged;
    }
    if level.is_empty() {
        levels.remove(&free);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pair of small sets: what a list has, and what changes of it.
    #[test]
    fn an_edited_level_is_the_level_of_what_is_left() {
        let falling = |bits: u32, step: u32| -> Vec<u32> {
            let numbers = (0..6).filter(|bit| bits & (1 << bit) != 0);
            numbers.map(|bit| bit * step).rev().collect()
        };
        // Long lists are edited in place, short ones are written anew.
        for padding in [0_u32, 2_000] {
            for there in 0..64_u32 {
                for gone in (0..64).filter(|gone| gone & !there == 0) {
                    let come = !there & 0x2a;
                    let rest: Vec<u32> = (100..100 + padding).rev().collect();
                    let of = |bits| rest.iter().copied().chain(falling(bits, 2)).collect();
                    let mut levels = Levels::from([(3, of(there))]);
                    edit(&mut levels, 3, &falling(gone, 2), &falling(come, 2));
                    let expected: Vec<u32> = of((there & !gone) | come);
                    let left = levels.remove(&3).unwrap_or_default();
                    assert_eq!(left, expected, "{there:b} {gone:b} {come:b}");
                    assert!(levels.is_empty());
                }
            }
        }
    }
}
