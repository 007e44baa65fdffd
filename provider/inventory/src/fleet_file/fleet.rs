//! Groups of alike devices become devices.

use std::collections::BTreeMap;

use jiff::Timestamp;
use portcullis_model::{
    Device, DeviceId, Fabric, GpuModel, Grade, Health, MigMode, NodeName, NodeRoom, Site,
    SourceReport, Supply,
};

use super::fault::Problem;
use super::supply::{OfferEntry, QuotaEntry};

/// More devices than this in one file are a mistake in a count.
const DEVICES_MAX: usize = 2_000_000;

/// Alike devices of one node, as a row of a file gives them.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) node: NodeName,
    pub(super) gpus: u32,
    pub(super) model: Option<GpuModel>,
    pub(super) memory_mib: Option<u32>,
    /// The first so many are in use.
    pub(super) used: u32,
    /// Healthy or not; or, in more words, how well they work.
    pub(super) healthy: Option<bool>,
    pub(super) health: Option<Health>,
    pub(super) id: Option<DeviceId>,
    pub(super) site: Site,
    pub(super) fabric: Option<Fabric>,
    /// What the node has free beside its devices.
    pub(super) room: NodeRoom,
}

impl Group {
    /// What no single field shows to be wrong.
    pub(super) fn check(&self) -> Result<(), Problem> {
        let Self {
            node,
            gpus,
            model,
            used,
            id,
            healthy,
            health,
            ..
        } = self;
        let wrong = |found: String, allowed: &str| {
            Err(Problem::Value {
                found,
                allowed: allowed.to_owned(),
            })
        };
        if used > gpus {
            let found = format!("{used} GPUs are in use of {gpus} on node `{node}`");
            return wrong(found, "at most as many as there are");
        }
        if healthy.is_some() && health.is_some() {
            let found = format!("both `healthy` and `health` are given for node `{node}`");
            return wrong(found, "one of the two");
        }
        if id.is_some() && *gpus != 1 {
            let found = format!("one UUID stands for {gpus} GPUs on node `{node}`");
            return wrong(found, "one row for each UUID");
        }
        if model.is_none() && *gpus > 0 {
            let found = format!("node `{node}` has GPUs and no model");
            return wrong(found, "a model such as `H200` for every GPU");
        }
        Ok(())
    }
}

/// What has been read of a fleet so far.
#[derive(Debug, Default)]
pub(super) struct Fleet {
    /// Each node, with the index that its next device gets.
    nodes: BTreeMap<NodeName, u32>,
    /// What nodes have free beside their devices, for those of which the file tells it.
    rooms: Vec<(NodeName, NodeRoom)>,
    devices: Vec<Device>,
    pub(super) offers: Vec<OfferEntry>,
    pub(super) quotas: Vec<QuotaEntry>,
}

impl Fleet {
    /// Adds the devices of a group; devices without a UUID are numbered through their node.
    pub(super) fn add(&mut self, group: Group) -> Result<(), Problem> {
        group.check()?;
        let Group {
            node,
            gpus,
            model,
            memory_mib,
            used,
            healthy,
            health,
            id,
            site,
            fabric,
            room,
        } = group;
        if room != NodeRoom::default() {
            self.rooms.push((node.clone(), room));
        }
        if self.devices.len() + gpus as usize > DEVICES_MAX {
            return Err(Problem::TooManyDevices { limit: DEVICES_MAX });
        }
        let next = self.nodes.entry(node.clone()).or_default();
        // Only a node without devices may lack a model.
        let Some(model) = model else { return Ok(()) };
        let model = memory_mib.map_or(model.clone(), |memory_mib| {
            model.with_memory_mib(memory_mib)
        });
        for number in 0..gpus {
            let id = id.clone().unwrap_or_else(|| {
                let index = *next;
                *next += 1;
                DeviceId::Index(index)
            });
            self.devices.push(Device {
                node: node.clone(),
                id,
                model: model.clone(),
                mig_profile: None,
                memory_mib,
                // The report sets grade and time of all devices at once.
                grade: Grade::Counted,
                health: match (health, healthy) {
                    (Some(health), _) => health,
                    (None, Some(true)) => Health::Healthy,
                    (None, Some(false)) => Health::Unhealthy,
                    (None, None) => Health::Unreported,
                },
                mig_mode: MigMode::Unreported,
                in_use: number < used,
                holder: None,
                part_of: None,
                site: site.clone(),
                fabric: fabric.clone(),
                observed_at: Timestamp::UNIX_EPOCH,
            });
        }
        Ok(())
    }

    pub(super) fn report(self, grade: Grade, observed_at: Timestamp) -> SourceReport {
        let mut devices = self.devices;
        for device in &mut devices {
            (device.grade, device.observed_at) = (grade, observed_at);
        }
        let nodes = self.nodes.into_keys().collect();
        let (offers, quotas) = (self.offers.into_iter(), self.quotas.into_iter());
        SourceReport {
            grade,
            observed_at,
            partial: None,
            nodes,
            rooms: self.rooms,
            devices,
            supply: Supply {
                offers: offers.map(|offer| offer.at(observed_at)).collect(),
                quotas: quotas.map(|quota| quota.at(observed_at)).collect(),
            },
        }
    }
}
