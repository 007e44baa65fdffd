//! What a practitioner reads when it does not fit, and why.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    dead_code,
    missing_docs,
    reason = "a test fails by panicking; fleets are shared between tests"
)]

mod fleets;

use std::sync::Arc;

use fleets::{cluster, demand, devices, name, now, reason, report};
use jiff::SignedDuration;
use portcullis_capacity::{Fleet, Reservations, Together, fits};
use portcullis_model::{GpuModel, Grade, Health, MigMode, Snapshot, SnapshotBuilder, Verdict};

fn ask(
    snapshot: &Arc<Snapshot>,
    demands: &[portcullis_capacity::Demand],
) -> Verdict<portcullis_capacity::Placement> {
    fits(&Fleet::new(snapshot, &Reservations::new()), demands)
}

fn cannot(verdict: &Verdict<portcullis_capacity::Placement>) -> String {
    match verdict {
        Verdict::Cannot(reason) => reason.to_string(),
        other => panic!("{:?}", other.reason()),
    }
}

fn unknown(verdict: &Verdict<portcullis_capacity::Placement>) -> String {
    match verdict {
        Verdict::Unknown(reason) => reason.to_string(),
        other => panic!("{:?}", other.reason()),
    }
}

#[test]
fn nothing_asked_always_fits() {
    let empty = cluster([]);
    assert!(ask(&empty, &[]).witness().is_some());
    assert!(
        ask(&empty, &[demand("idle", &["H200"], 0, 8)])
            .witness()
            .is_some()
    );
}

#[test]
fn a_refusal_says_asked_found_and_what_to_do() {
    let mut first = devices("n1", "H200", 143_771, 8);
    first[0].in_use = true;
    first[1].health = Health::Lost;
    first[2].mig_mode = MigMode::Enabled;
    let snapshot = cluster([
        first,
        devices("n2", "H200", 143_771, 8),
        devices("n3", "H100-80GB", 81_559, 16),
    ]);
    let reservations: Reservations = (0..6)
        .map(|index| {
            (
                format!("cluster/n2/{index}").parse().unwrap(),
                "pool `batch`".to_owned(),
            )
        })
        .collect();
    let fleet = Fleet::new(&snapshot, &reservations);
    assert_eq!(
        cannot(&fits(&fleet, &[demand("scoring", &["H200"], 3, 4)])),
        "Not enough free GPUs\n\
         Pool `scoring` asks for 3 replicas of 4 GPUs on one node each: `H200`, grade `counted` or better. \
         Of 16 GPUs that match, 7 are free (`H200` 7 of 16). The most on one node is 5 (`n1` of source \
         `cluster`). That is room for 1 of 3 replicas: short by 2 (8 GPUs). Not free: 6 held by \
         pool `batch` (source `cluster`), 1 in use without a reservation (source `cluster`), 1 unhealthy \
         or lost, 1 divided by MIG. Inventory: \
         `cluster` (counted, 2026-11-23 04:00:00 UTC).\n\n\
         Lower `replicas` by 2, accept `H100-80GB` in `models` (16 GPUs free), or release GPUs that a pool \
         named above holds.\n\n\
         not-enough-gpus"
    );
}

#[test]
fn gpu_instances_are_counted_apart_from_whole_devices() {
    let mut parts = devices("n1", "H200", 16_384, 3);
    for (part, profile) in parts.iter_mut().zip(["1g.18gb", "1g.18gb", "2g.35gb"]) {
        part.mig_profile = Some(profile.parse().unwrap());
    }
    parts[0].in_use = true;
    let snapshot = cluster([parts, devices("n2", "H200", 143_771, 8)]);
    let mut small = demand("embedding", &["H200"], 1, 1);
    small.mig_profile = Some("1g.18gb".parse().unwrap());
    let verdict = ask(&snapshot, &[small.clone()]);
    let placed = verdict.witness().unwrap().pools[0].replicas[0].devices[0].to_string();
    assert_eq!(placed, "cluster/n1/1");
    small.replicas = 2;
    assert_eq!(
        cannot(&ask(&snapshot, &[small])),
        "Not enough free GPUs\n\
         Pool `embedding` asks for 2 replicas of 1 GPU instance `1g.18gb`: `H200`, grade `counted` or better. \
         Of 2 GPU instances that match, 1 is free (`H200 1g.18gb` 1 of 2). The most on one node is 1 (`n1` of \
         source `cluster`). That is room for 1 of 2 replicas: short by 1 (1 GPU instance). Not free: 1 in use \
         without a reservation (source `cluster`). Inventory: `cluster` (counted, 2026-11-23 04:00:00 UTC).\n\n\
         Lower `replicas` by 1, or divide free GPUs by MIG into `1g.18gb`, beginning at memory units: \
         `cluster/n2/0` (`H200`) at 0.\n\n\
         not-enough-gpus"
    );
    // Whole devices have room for eight, and the parts are none of them.
    assert!(
        ask(&snapshot, &[demand("whole", &["H200"], 1, 8)])
            .witness()
            .is_some()
    );
    cannot(&ask(&snapshot, &[demand("whole", &["H200"], 9, 1)]));
}

#[test]
fn enough_in_total_but_no_node_with_eight() {
    let snapshot = cluster((0..4).map(|node| devices(&format!("n{node}"), "T4", 15_360, 7)));
    let text = cannot(&ask(&snapshot, &[demand("wide", &["T4"], 1, 8)]));
    assert!(
        text.starts_with("Free GPUs are too scattered over nodes\n"),
        "{text}"
    );
    assert!(text.contains("28 are free"), "{text}");
    assert!(
        text.contains("The most on one node is 7 (`n0` of source `cluster`)"),
        "{text}"
    );
    assert!(
        text.contains("room for 0 of 1 replica: short by 1 (8 GPUs)"),
        "{text}"
    );
    let mut anywhere = demand("wide", &["T4"], 1, 8);
    anywhere.together = Together::Anywhere;
    assert!(ask(&snapshot, &[anywhere]).witness().is_some());
}

#[test]
fn pools_of_one_plan_compete_and_are_named() {
    let snapshot = cluster([devices("n1", "H200", 143_771, 8)]);
    let one = demand("one", &["H200"], 1, 4);
    let two = demand("two", &["H200"], 1, 8);
    assert!(
        ask(&snapshot, std::slice::from_ref(&one))
            .witness()
            .is_some()
    );
    assert!(
        ask(&snapshot, std::slice::from_ref(&two))
            .witness()
            .is_some()
    );
    let both = cannot(&ask(&snapshot, &[one.clone(), two.clone()]));
    assert!(
        both.contains("Pool `one` asks") && both.contains("Pool `two` asks"),
        "{both}"
    );
    assert!(both.contains("Together they ask for 12 GPUs"), "{both}");
    assert_eq!(both, cannot(&ask(&snapshot, &[two, one])));
}

#[test]
fn a_flow_finds_what_greed_misses() {
    // `any` must leave the H200 to `strict`, whatever order they are placed in.
    let snapshot = cluster([
        devices("n1", "H200", 143_771, 4),
        devices("n2", "H100-80GB", 81_559, 4),
    ]);
    let strict = demand("strict", &["H200"], 2, 2);
    let any = demand("any", &["H200", "H100-80GB"], 2, 2);
    assert!(
        ask(&snapshot, &[any.clone(), strict.clone()])
            .witness()
            .is_some()
    );
    let more = demand("more", &["H100-80GB"], 1, 2);
    let text = cannot(&ask(&snapshot, &[any, strict, more]));
    assert!(text.contains("short by 2 GPUs"), "{text}");
}

#[test]
fn no_such_model_and_no_such_source() {
    let snapshot = cluster([devices("n1", "T4", 15_360, 4)]);
    let mut asked = demand("scoring", &["H200"], 1, 1);
    asked.sources = vec![name("moon")];
    let text = cannot(&ask(&snapshot, &[asked]));
    assert!(
        text.starts_with("No matching GPUs in the inventory\n"),
        "{text}"
    );
    assert!(text.contains("No source is named `moon`."), "{text}");
}

#[test]
fn a_reservation_holds_under_another_source_too() {
    let uuid = "GPU-a893886b-3030-584c-91b3-7728f717af39";
    let mut device = devices("n1", "H200", 143_771, 1);
    device[0].id = uuid.parse().unwrap();
    let snapshot = cluster([device]);
    let reservations = [(
        format!("gone/host/{uuid}").parse().unwrap(),
        "pool `other`".to_owned(),
    )]
    .into();
    let fleet = Fleet::new(&snapshot, &reservations);
    assert!(
        cannot(&fits(&fleet, &[demand("p", &["H200"], 1, 1)])).contains("1 held by pool `other`")
    );
}

#[test]
fn what_a_source_withholds_is_unknown_and_never_a_yes() {
    let unavailable = Arc::new(
        SnapshotBuilder::default()
            .report(name("cluster"), report(devices("n1", "H200", 143_771, 4)))
            .unavailable(
                name("cloud"),
                Grade::Counted,
                now(),
                reason("Timed out", "No answer in 5s."),
            )
            .build(),
    );
    let text = unknown(&ask(&unavailable, &[demand("p", &["H200"], 2, 4)]));
    assert!(text.starts_with("A GPU source is unavailable\n"), "{text}");
    assert!(
        text.contains("Source `cloud` did not answer at 2026-11-23 04:00:00 UTC: No answer in 5s."),
        "{text}"
    );
    assert!(
        ask(&unavailable, &[demand("p", &["H200"], 1, 4)])
            .witness()
            .is_some(),
        "what is seen is there"
    );
    let mut elsewhere = demand("p", &["H200"], 2, 4);
    elsewhere.sources = vec![name("cluster")];
    assert!(cannot(&ask(&unavailable, &[elsewhere])).contains("short by 1 (4 GPUs)"));

    let stale = cluster([devices("n1", "H200", 143_771, 4)]);
    let later = now() + SignedDuration::from_mins(6);
    let stale = Arc::new(Snapshot::clone(&stale).judge_age(later, SignedDuration::from_mins(5)));
    let text = unknown(&ask(&stale, &[demand("p", &["H200"], 1, 1)]));
    assert!(text.starts_with("GPU inventory is stale\n"), "{text}");
    assert!(text.contains("6m ago, and may be at most 5m old"), "{text}");
}

#[test]
fn unreported_memory_or_size_is_unknown() {
    let snapshot = cluster([devices("n1", "V100", 0, 4), devices("n2", "T4", 0, 4)]);
    let mut large = demand("p", &["T4"], 1, 1);
    large.memory_mib_min = Some(15_000);
    assert!(unknown(&ask(&snapshot, &[large])).starts_with("GPU memory is not reported\n"));
    assert!(unknown(&ask(&snapshot, &[demand("p", &["V100-32GB"], 1, 1)])).contains("4 GPUs more"));
    assert!(
        ask(&snapshot, &[demand("p", &["V100"], 1, 1)])
            .witness()
            .is_some()
    );
    // More than there is at all cannot fit, whatever the memory.
    let mut many = demand("p", &["T4"], 5, 1);
    many.memory_mib_min = Some(15_000);
    assert!(matches!(ask(&snapshot, &[many]), Verdict::Cannot(_)));
}

#[test]
fn a_hard_mix_is_searched_and_a_hopeless_one_given_up() {
    let snapshot = cluster([
        devices("n1", "T4", 15_360, 9),
        devices("n2", "T4", 15_360, 10),
    ]);
    // Best-fit decreasing puts 5 into the 9 and then fails; 5+5 and 3+3+3 fit.
    let pools = [
        demand("five", &["T4"], 2, 5),
        demand("three", &["T4"], 3, 3),
    ];
    assert!(ask(&snapshot, &pools).witness().is_some());
    // Every node must take one of each, which counting does not show: searched, and then too large.
    let plan = |nodes: u32| {
        let devices = (0..nodes).map(|node| devices(&format!("n{node}"), "T4", 15_360, 16));
        let pools = [("seven", 7), ("five", 5), ("four", 4)];
        ask(
            &cluster(devices),
            &pools.map(|(pool, size)| demand(pool, &["T4"], nodes, size)),
        )
    };
    assert!(plan(40).witness().is_some());
    let text = unknown(&plan(400));
    assert!(text.starts_with("Placement search gave up\n"), "{text}");
}

#[test]
fn a_bare_family_accepts_its_sizes() {
    let snapshot = cluster([devices("n1", "A100-80GB", 81_920, 2)]);
    assert!(
        ask(&snapshot, &[demand("p", &["A100"], 1, 2)])
            .witness()
            .is_some()
    );
    let model: GpuModel = "A100".parse().unwrap();
    assert!(model.is_known());
}
