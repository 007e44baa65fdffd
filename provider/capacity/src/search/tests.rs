//! The search by itself, without the ways that mostly spare it: every small problem, against trying every bin for every
//! gang.

use super::*;
use crate::fleet::Levels;

/// What a test asks for: so many gangs of a size, in bins of these classes.
type Pool = (u64, u32, &'static [usize]);

/// Every multiset of at most `most` free counts.
fn bins(most: usize, free_max: u32) -> Vec<Vec<u32>> {
    let mut all = vec![Vec::new()];
    let mut last = all.clone();
    for _ in 0..most {
        let more = last.iter().flat_map(|bins: &Vec<u32>| {
            let least = bins.last().copied().unwrap_or(1);
            (least..=free_max).map(move |free| [bins.as_slice(), &[free]].concat())
        });
        last = more.collect();
        all.extend(last.clone());
    }
    all
}

fn problem(classes: [&[u32]; 2], pools: &[Pool]) -> Problem {
    let gangs = pools.iter().enumerate().map(|(demand, pool)| Gangs {
        demand,
        count: pool.0,
        size: pool.1,
        accepts: pool.2.to_vec(),
    });
    let mut number = 0;
    let classes = classes.map(|free| {
        let mut bins = Levels::new();
        for free in free {
            bins.entry(*free).or_default().insert(0, number);
            number += 1;
        }
        Class { bins }
    });
    Problem::new(gangs.collect(), classes.into())
}

/// Whether every gang finds a bin, by trying each bin for each gang.
fn brute(gangs: &[(u32, &[usize])], free: &mut [(usize, u32)]) -> bool {
    let Some(((size, accepts), others)) = gangs.split_first() else {
        return true;
    };
    (0..free.len()).any(|bin| {
        if !accepts.contains(&free[bin].0) || free[bin].1 < *size {
            return false;
        }
        free[bin].1 -= size;
        let fits = brute(others, free);
        free[bin].1 += size;
        fits
    })
}

/// Every gang has a bin that it may be in, and no bin holds more than it has.
fn check(placed: &[Assignment], classes: [&[u32]; 2], pools: &[Pool]) {
    let numbered = classes.into_iter().enumerate();
    let mut bins: Vec<(usize, u32)> = numbered
        .flat_map(|(class, free)| free.iter().map(move |free| (class, *free)))
        .collect();
    for (demand, (count, size, accepts)) in pools.iter().enumerate() {
        let own: Vec<_> = placed.iter().filter(|one| one.demand == demand).collect();
        assert_eq!(
            own.iter().map(|one| u64::from(one.gangs)).sum::<u64>(),
            *count
        );
        for one in own {
            let (class, free) = &mut bins[one.bin as usize];
            assert!(accepts.contains(class), "{one:?}");
            *free = free.checked_sub(one.gangs * size).unwrap();
        }
    }
}

#[test]
fn every_small_problem_is_decided_as_trying_everything_does() {
    let accepts: [&[usize]; 3] = [&[0], &[1], &[0, 1]];
    let pools: Vec<Pool> = (1..=3)
        .flat_map(|size| (1..=3).map(move |count| (count, size)))
        .flat_map(|(count, size)| accepts.map(|accepts| (count, size, accepts)))
        .collect();
    let (first, second) = (bins(3, 5), bins(1, 5));
    let (mut fit, mut cannot) = (0, 0);
    for one in &first {
        for two in &second {
            let classes = [one.as_slice(), two.as_slice()];
            for (number, pool) in pools.iter().enumerate() {
                for other in &pools[number..] {
                    let pools = [*pool, *other];
                    let gangs: Vec<_> = pools
                        .iter()
                        .flat_map(|(count, size, accepts)| {
                            (0..*count).map(move |_| (*size, *accepts))
                        })
                        .collect();
                    let mut free: Vec<(usize, u32)> = [one, two]
                        .into_iter()
                        .enumerate()
                        .flat_map(|(class, free)| free.iter().map(move |free| (class, *free)))
                        .collect();
                    let truth = brute(&gangs, &mut free);
                    match place(&problem(classes, &pools)) {
                        Found::Placed(placed) => {
                            assert!(truth, "a wrong yes: {classes:?} {pools:?}");
                            check(&placed, classes, &pools);
                            fit += 1;
                        }
                        Found::Impossible => {
                            assert!(!truth, "a wrong no: {classes:?} {pools:?}");
                            cannot += 1;
                        }
                        Found::GaveUp => panic!("the bound is far away: {classes:?} {pools:?}"),
                    }
                }
            }
        }
    }
    eprintln!("{fit} fit, {cannot} cannot");
    assert!(fit > 20_000 && cannot > 20_000);
}

/// Bins of one class with as much free are alike, and those of another class are not, however equal they look.
#[test]
fn three_pools_over_bins_that_look_alike() {
    let accepts: [&[usize]; 3] = [&[0], &[1], &[0, 1]];
    let sizes = [2_u32, 3, 5];
    let mut tried = 0;
    for one in bins(2, 6) {
        for two in bins(2, 6) {
            for mask in 0..27_usize {
                let of = |pool: u32| accepts[mask / 3_usize.pow(pool) % 3];
                let pools: Vec<Pool> = (0..3)
                    .map(|pool| (1 + u64::from(pool == 0), sizes[pool as usize], of(pool)))
                    .collect();
                let gangs: Vec<_> = pools
                    .iter()
                    .flat_map(|(count, size, accepts)| (0..*count).map(move |_| (*size, *accepts)))
                    .collect();
                let mut free: Vec<(usize, u32)> = one.iter().map(|free| (0, *free)).collect();
                free.extend(two.iter().map(|free| (1, *free)));
                let truth = brute(&gangs, &mut free);
                let placed = matches!(place(&problem([&one, &two], &pools)), Found::Placed(_));
                assert_eq!(placed, truth, "{one:?} {two:?} {pools:?}");
                tried += 1;
            }
        }
    }
    assert_eq!(tried, 28 * 28 * 27);
}
