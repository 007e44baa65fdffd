//! Partitioning a device, against a twin that builds every layout there is.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking, and says on standard output what it left out"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use portcullis_capacity::{MigGeometry, MigInstance, MigShortage};
use portcullis_model::{GpuModel, MigAttribute, MigProfile};
use proptest::prelude::{Strategy, prop_assert_eq, proptest};
use serde::Deserialize;

fn geometry(model: &str) -> &'static MigGeometry {
    MigGeometry::of(&model.parse().unwrap()).unwrap()
}

fn profiles(texts: &[&str]) -> Vec<MigProfile> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

/// Every layout there is, built by adding one instance after another, unit by unit.
fn layouts(geometry: &MigGeometry, profiles: &[MigProfile]) -> BTreeSet<Vec<MigInstance>> {
    let mut known = BTreeSet::from([Vec::new()]);
    let mut open = vec![Vec::new()];
    while let Some(layout) = open.pop() {
        for &profile in profiles {
            for &start in geometry.shape(profile).unwrap().starts {
                let mut more = layout.clone();
                more.push(MigInstance { profile, start });
                more.sort();
                if is_layout(geometry, &more) && known.insert(more.clone()) {
                    open.push(more);
                }
            }
        }
    }
    known
}

fn is_layout(geometry: &MigGeometry, layout: &[MigInstance]) -> bool {
    let mut units = Vec::new();
    let mut counts: BTreeMap<MigProfile, u8> = BTreeMap::new();
    for instance in layout {
        let shape = geometry.shape(instance.profile).unwrap();
        units.extend(instance.start..instance.start + shape.size);
        *counts.entry(instance.profile).or_default() += 1;
    }
    let distinct: BTreeSet<u8> = units.iter().copied().collect();
    let media = |instance: &&MigInstance| {
        matches!(
            instance.profile.attribute(),
            MigAttribute::Media | MigAttribute::AllMedia
        )
    };
    distinct.len() == units.len()
        && counts
            .iter()
            .all(|(profile, count)| *count <= geometry.shape(*profile).unwrap().max)
        && layout.iter().filter(media).count() <= 1
}

fn asked(layout: &[MigInstance]) -> Vec<MigProfile> {
    let mut profiles: Vec<MigProfile> = layout.iter().map(|instance| instance.profile).collect();
    profiles.sort();
    profiles
}

/// Every choice of at most `most` profiles, each as often as one likes.
fn multisets(profiles: &[MigProfile], most: usize) -> Vec<Vec<MigProfile>> {
    let Some((first, others)) = profiles.split_first() else {
        return vec![Vec::new()];
    };
    (0..=most)
        .flat_map(|count| {
            multisets(others, most - count)
                .into_iter()
                .map(move |rest| {
                    let mut chosen = vec![*first; count];
                    chosen.extend(rest);
                    chosen.sort();
                    chosen
                })
        })
        .collect()
}

#[test]
fn every_answer_is_that_of_the_twin() {
    let mut asked_in_all = 0;
    let mut wrong_by_slices = 0;
    let mut yes_by_slices = 0;
    for geometry in MigGeometry::all() {
        let profiles: Vec<MigProfile> = geometry.profiles().collect();
        let possible: BTreeSet<_> = layouts(geometry, &profiles)
            .iter()
            .map(|layout| asked(layout))
            .collect();
        let slices = if geometry.units() == 8 { 7 } else { 4 };
        // With one more than a device can have: that there is no room for it has to be seen too.
        for wanted in multisets(&profiles, usize::from(slices) + 1) {
            let placed = geometry.place(&[], &wanted);
            let fits = possible.contains(&wanted);
            assert_eq!(
                placed.is_ok(),
                fits,
                "{} {wanted:?}: {placed:?}",
                geometry.model()
            );
            if let Ok(placed) = placed {
                assert!(is_layout(geometry, &placed), "{placed:?}");
                assert_eq!(asked(&placed), wanted);
            }
            asked_in_all += 1;
            if wanted.iter().map(|profile| profile.slices()).sum::<u8>() <= slices {
                yes_by_slices += 1;
                wrong_by_slices += u32::from(!fits);
            }
        }
    }
    println!(
        "{asked_in_all} demands; adding up slices says yes to {yes_by_slices}, {wrong_by_slices} of them wrongly"
    );
    assert!(asked_in_all > 60_000 && wrong_by_slices > 0);
}

/// NVIDIA's guide lists nineteen ways to use up an A100 with its plain profiles.
#[test]
fn an_a100_has_nineteen_maximal_layouts() {
    let geometry = geometry("A100-40GB");
    let plain = profiles(&["1g.5gb", "2g.10gb", "3g.20gb", "4g.20gb", "7g.40gb"]);
    let all = layouts(geometry, &plain);
    let is_maximal = |layout: &&Vec<MigInstance>| {
        let larger = |other: &Vec<MigInstance>| {
            other.len() > layout.len() && layout.iter().all(|instance| other.contains(instance))
        };
        !all.iter().any(larger)
    };
    assert_eq!(all.iter().filter(is_maximal).count(), 19);
}

#[test]
fn why_not_is_told() {
    let geometry = geometry("H200");
    let refused = |wanted: &[&str]| geometry.place(&[], &profiles(wanted)).unwrap_err();
    assert_eq!(
        refused(&["3g.71gb", "3g.71gb", "1g.18gb"]),
        MigShortage::NoRoom
    );
    assert_eq!(
        refused(&["1g.18gb+me", "1g.18gb+me"]).to_string(),
        "2 instances of `1g.18gb+me`, and a device has 1 at most"
    );
    assert_eq!(
        refused(&["1g.10gb"]).to_string(),
        "the model has no profile `1g.10gb`"
    );
    let graphics = self::geometry("RTX-PRO-6000");
    let both = graphics.place(&[], &profiles(&["1g.24gb+me", "2g.48gb+me.all"]));
    assert_eq!(both, Err(MigShortage::MediaTwice));
}

#[test]
fn a_size_that_decides_has_to_be_named() {
    for (model, known) in [
        ("A100", false),
        ("A100-80GB", true),
        ("NVIDIA H200 NVL", true),
        ("T4", false),
        ("G2", false),
    ] {
        let model: GpuModel = model.parse().unwrap();
        assert_eq!(MigGeometry::of(&model).is_some(), known, "{model}");
    }
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(32))]
    #[test]
    fn what_is_there_stays_where_it_is(
        (which, held, wanted) in (0..11_usize).prop_flat_map(|which| {
            let geometry = MigGeometry::all().nth(which).unwrap();
            let profiles: Vec<MigProfile> = geometry.profiles().collect();
            let layouts: Vec<_> = layouts(geometry, &profiles).into_iter().collect();
            let wanted = proptest::collection::vec(proptest::sample::select(profiles), 0..4);
            (proptest::strategy::Just(which), proptest::sample::select(layouts), wanted)
        })
    ) {
        let geometry = MigGeometry::all().nth(which).unwrap();
        let all = layouts(geometry, &geometry.profiles().collect::<Vec<_>>());
        let mut sum = asked(&held);
        sum.extend(&wanted);
        sum.sort();
        let possible = all.iter().any(|layout| {
            asked(layout) == sum && held.iter().all(|instance| layout.contains(instance))
        });
        prop_assert_eq!(geometry.place(&held, &wanted).is_ok(), possible);
    }
}

#[derive(Deserialize)]
struct Published {
    model: Vec<PublishedModel>,
}

#[derive(Deserialize)]
struct PublishedModel {
    name: String,
    memory_units: u8,
    profile: Vec<PublishedProfile>,
}

#[derive(Deserialize)]
struct PublishedProfile {
    name: String,
    max: u8,
    starts: Vec<u8>,
    size: u8,
    mem_mib: u32,
}

#[test]
fn the_tables_are_those_that_were_published() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/data/gpu/mig_profiles.toml"
    );
    let Ok(text) = fs::read_to_string(path) else {
        assert_ne!(
            std::env::var("CI").as_deref(),
            Ok("true"),
            "{path} is missing"
        );
        println!("not run: MIG tables beside the published ones (needs ../shared/data/gpu)");
        return;
    };
    let published: Published = toml::from_str(&text).unwrap();
    assert_eq!(published.model.len(), MigGeometry::all().count());
    for model in published.model {
        let geometry = geometry(&model.name);
        assert_eq!(geometry.units(), model.memory_units, "{}", model.name);
        assert_eq!(
            geometry.profiles().count(),
            model.profile.len(),
            "{}",
            model.name
        );
        for profile in model.profile {
            let shape = geometry.shape(profile.name.parse().unwrap()).unwrap();
            let found = (
                shape.size,
                shape.starts,
                shape.max,
                shape.memory_mib.unwrap_or(0),
            );
            let expected = (
                profile.size,
                profile.starts.as_slice(),
                profile.max,
                profile.mem_mib,
            );
            assert_eq!(found, expected, "{} {}", model.name, profile.name);
        }
    }
}
