//! How often the bounded search gives up on fleets too large to try everything.
#![allow(
    clippy::unwrap_used,
    dead_code,
    missing_docs,
    reason = "a test fails by panicking; fleets are shared between tests"
)]

mod fleets;

use fleets::{cluster, demand, devices};
use portcullis_capacity::{Demand, Fleet, Reservations, fits};
use portcullis_model::Verdict;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

const MODELS: [&str; 4] = ["H200", "H100-80GB", "T4", "L4"];
const PLANS: u32 = 80;

/// Forty nodes of one model each, and pools of overlapping models that want up to three quarters.
fn plan(sizes: &'static [u32]) -> impl Strategy<Value = (Vec<(usize, u32)>, Vec<Demand>)> {
    let nodes = prop::collection::vec((0..MODELS.len(), 1_u32..=8), 40);
    let pool = (1_usize..16, 1_u32..=3, prop::sample::select(sizes));
    let pools = prop::collection::vec(pool, 8..=18).prop_map(|pools| {
        let models = |mask: usize| {
            let chosen = MODELS
                .iter()
                .enumerate()
                .filter(move |(bit, _)| mask & (1 << bit) != 0);
            chosen.map(|(_, model)| *model).collect::<Vec<_>>()
        };
        let numbered = pools.into_iter().enumerate();
        numbered
            .map(|(number, (mask, replicas, size))| {
                demand(&format!("p{number}"), &models(mask), replicas, size)
            })
            .collect()
    });
    (nodes, pools)
}

/// How many plans fit, cannot, and are left undecided; the plans are the same in every run.
fn verdicts(sizes: &'static [u32]) -> [u32; 3] {
    let mut runner = TestRunner::deterministic();
    let mut counts = [0; 3];
    for _ in 0..PLANS {
        let (nodes, pools) = plan(sizes).new_tree(&mut runner).unwrap().current();
        let devices = nodes
            .into_iter()
            .enumerate()
            .map(|(number, (model, count))| {
                let model = MODELS.get(model).copied().unwrap_or("T4");
                devices(&format!("n{number}"), model, 80_000, count)
            });
        let fleet = Fleet::new(&cluster(devices), &Reservations::new());
        let [fit, cannot, unknown] = &mut counts;
        *match fits(&fleet, &pools) {
            Verdict::Fits(_) => fit,
            Verdict::Cannot(_) => cannot,
            Verdict::Unknown(_) => unknown,
        } += 1;
    }
    eprintln!("replica sizes {sizes:?}: fits, cannot, unknown {counts:?}");
    counts
}

#[test]
fn sizes_that_divide_each_other_are_decided() {
    let [fit, cannot, unknown] = verdicts(&[1, 2, 4, 8]);
    assert!(fit > 0 && cannot > 0);
    assert_eq!(unknown, 0);
}

#[test]
fn most_mixed_sizes_are_decided() {
    let [fit, cannot, unknown] = verdicts(&[1, 2, 3, 4, 5, 6, 7, 8]);
    assert!(fit > 0 && cannot > 0);
    assert!(unknown <= PLANS / 20, "{unknown} of {PLANS}");
}
