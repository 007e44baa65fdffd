//! Small fleets for tests.

use std::sync::Arc;

use jiff::Timestamp;
use portcullis_capacity::Demand;
use portcullis_model::{
    Device, DeviceId, Grade, Health, MigMode, Name, NodeName, Reason, Site, Snapshot,
    SnapshotBuilder, SourceReport, Supply,
};

pub(crate) fn now() -> Timestamp {
    "2026-11-23T04:00:00Z".parse().unwrap()
}

pub(crate) fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// So many free devices of a model with so much memory on a node.
pub(crate) fn devices(node: &str, model: &str, memory_mib: u32, count: u32) -> Vec<Device> {
    let node: NodeName = node.parse().unwrap();
    let device = |index| Device {
        node: node.clone(),
        id: DeviceId::Index(index),
        model: model.parse().unwrap(),
        mig_profile: None,
        memory_mib: (memory_mib > 0).then_some(memory_mib),
        grade: Grade::Counted,
        health: Health::Healthy,
        mig_mode: MigMode::Disabled,
        in_use: false,
        holder: None,
        part_of: None,
        site: Site::default(),
        fabric: None,
        observed_at: now(),
    };
    (0..count).map(device).collect()
}

pub(crate) fn report(devices: Vec<Device>) -> SourceReport {
    SourceReport {
        grade: Grade::Counted,
        observed_at: now(),
        partial: None,
        nodes: Vec::new(),
        rooms: Vec::new(),
        devices,
        supply: Supply::default(),
    }
}

/// A snapshot of one complete source named `cluster`.
pub(crate) fn cluster(devices: impl IntoIterator<Item = Vec<Device>>) -> Arc<Snapshot> {
    let devices = devices.into_iter().flatten().collect();
    Arc::new(
        SnapshotBuilder::default()
            .report(name("cluster"), report(devices))
            .build(),
    )
}

/// Replicas of so many identical devices on one node, of any of these models.
pub(crate) fn demand(pool: &str, models: &[&str], replicas: u32, gpus_per_replica: u32) -> Demand {
    Demand {
        models: models.iter().map(|model| model.parse().unwrap()).collect(),
        ..Demand::new(name(pool), replicas, gpus_per_replica)
    }
}

pub(crate) fn reason(summary: &str, found: &str) -> Reason {
    Reason {
        code: "test".into(),
        summary: summary.into(),
        asked: String::new(),
        found: found.into(),
        remedy: String::new(),
    }
}
