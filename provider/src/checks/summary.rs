//! What the plan document says of inventory and access.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::{
    DeviceKey, Grade, Health, Name, Snapshot, SourceState, SourceStatus, Subject,
};
use serde_json::{Value as Json, json};

use crate::board::{Declared, DeclaredSplit};
use crate::count::is_free;
use crate::promised::Promised;

/// Devices of one model that one source has.
#[derive(Debug, Default)]
struct Count {
    nodes: BTreeSet<u32>,
    devices: u32,
    free: u32,
    unhealthy: u32,
}

/// The sources of capacity, with what they have by model.
pub(super) fn inventory<'a>(
    snapshot: &Snapshot,
    reserved: impl IntoIterator<Item = &'a DeviceKey>,
) -> Json {
    let held: BTreeSet<usize> = snapshot.positions(reserved).into_iter().flatten().collect();
    let mut counts: BTreeMap<(usize, String), Count> = BTreeMap::new();
    for (position, device) in snapshot.devices().enumerate() {
        // A GPU instance is a part of a device that is counted itself.
        if device.mig_profile().is_some() {
            continue;
        }
        let model = device.model().to_string();
        let count = counts.entry((device.source_index(), model)).or_default();
        count.nodes.insert(device.node_index());
        count.devices += 1;
        count.free += u32::from(is_free(&device) && !held.contains(&position));
        count.unhealthy += u32::from(device.health() != Health::Healthy);
    }
    let sources = snapshot.sources().iter().enumerate().map(|(index, state)| {
        let models = counts
            .iter()
            .filter(|((source, _), _)| *source == index)
            .map(|((_, model), count)| {
                json!({
                    "model": model,
                    "nodes": count.nodes.len(),
                    "devices": count.devices,
                    "free": count.free,
                    "unhealthy": count.unhealthy,
                })
            });
        source(state, &models.collect::<Vec<Json>>())
    });
    sources.collect()
}

/// A source whose numbers nobody is shown.
pub(super) fn confidential(name: &Name) -> Json {
    json!({
        "source": name.to_string(),
        "status": "unavailable",
        "reason": "It is confidential",
        "grade": Grade::Listed.as_str(),
        "observed_at": Json::Null,
        "models": [],
    })
}

fn source(state: &SourceState, models: &[Json]) -> Json {
    let reason = match &state.status {
        SourceStatus::Complete => String::new(),
        SourceStatus::Partial(reason) | SourceStatus::Unavailable(reason) => reason.summary.clone(),
        SourceStatus::Stale { age, max_age } => {
            format!("It is {age:#} old, at most {max_age:#} is allowed")
        }
    };
    let reported = !matches!(state.status, SourceStatus::Unavailable(_));
    json!({
        "source": state.name.to_string(),
        "status": state.status.as_str(),
        "reason": reason,
        "grade": state.grade.as_str(),
        "observed_at": reported.then(|| state.observed_at.as_second()),
        "models": models,
    })
}

/// Groups and splits: what this plan declares stands in for what the ledger recorded under the same name.
pub(super) fn access(board: &Declared, promised: &Promised, ledger: bool) -> Json {
    let recorded = promised
        .groups
        .iter()
        .filter(|(group, _)| !board.groups.contains_key(*group))
        .map(|known| (known, "ledger"));
    let declared = board.groups.iter().map(|known| (known, "configuration"));
    let groups: BTreeMap<&Subject, (&BTreeSet<Subject>, &str)> = declared
        .chain(recorded)
        .map(|((group, members), from)| (group, (members, from)))
        .collect();
    let recorded = promised
        .splits
        .iter()
        .filter(|(workload, _)| !board.splits.contains_key(*workload))
        .map(|(workload, split)| (workload, (split, "ledger")));
    let declared = board
        .splits
        .iter()
        .map(|(workload, split)| (workload, (split, "configuration")));
    let splits: BTreeMap<_, (&DeclaredSplit, &str)> = declared.chain(recorded).collect();
    let named = splits
        .values()
        .flat_map(|(declared, _)| declared.split.deploy.iter().chain(&declared.split.runtime))
        .chain(groups.values().flat_map(|(members, _)| members.iter()));
    let undescribed: BTreeSet<String> = named
        .filter(|subject| matches!(subject, Subject::Group(_)) && !groups.contains_key(subject))
        .map(ToString::to_string)
        .collect();
    json!({
        "ledger": ledger,
        "groups": groups.iter().map(|(group, (members, from))| json!({
            "group": group.to_string(), "members": texts(*members), "from": from,
        })).collect::<Vec<_>>(),
        "splits": splits.iter().map(|(workload, (declared, from))| json!({
            "workload": workload.to_string(),
            "deploy": texts(&declared.split.deploy),
            "may": texts(&declared.may),
            "runtime": texts(&declared.split.runtime),
            "from": from,
        })).collect::<Vec<_>>(),
        "undescribed": undescribed,
    })
}

fn texts<T: ToString>(items: &BTreeSet<T>) -> BTreeSet<String> {
    items.iter().map(ToString::to_string).collect()
}
