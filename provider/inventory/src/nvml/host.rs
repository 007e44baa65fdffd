//! What NVML says of a host.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use portcullis_model::{
    Device, DeviceId, Fabric, GpuModel, Grade, Health, MigMode, NodeName, PartOf, Reason, Site,
    SourceReport, Supply,
};
use serde::Serialize;

use super::mig::GpuInstance;
use super::{Mig, NvmlFault};

/// What NVML says of a host: more than a snapshot holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Host {
    /// Version of the kernel driver, such as `570.172.08`.
    pub driver: String,
    /// Version of the library.
    pub nvml: String,
    /// The newest CUDA that the driver runs, such as `12.8`.
    pub cuda: String,
    /// Every device, by index.
    pub devices: Vec<HostDevice>,
}

/// What NVML says of one device; what the device or the driver does not tell is `None`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HostDevice {
    /// The position on the host.
    pub index: u32,
    /// Such as `GPU-a893886b-3030-584c-91b3-7728f717af39`.
    pub uuid: Option<String>,
    /// Such as `NVIDIA H200`.
    pub name: Option<String>,
    /// Total memory in MiB.
    pub memory_mib: Option<u32>,
    /// Vendor and device as PCI numbers them; with a profile's name it keys MIG tables.
    pub pci_device_id: Option<u32>,
    /// How it is divided; `None` where it cannot be.
    pub mig: Option<Mig>,
    /// Memory errors since the last reset that could not be corrected.
    pub ecc_uncorrected: Option<u64>,
    /// Rows of memory that were replaced by spare ones.
    pub rows: Option<MemoryRows>,
    /// Process ids that compute on it.
    pub processes: Option<Vec<u32>>,
    /// The NVLink domain that it has joined.
    pub fabric: Option<Fabric>,
    /// Why it could not be read to the end.
    pub fault: Option<NvmlFault>,
}

/// Rows of memory that were replaced by spare ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MemoryRows {
    /// After errors that could be corrected.
    pub corrected: u32,
    /// After errors that could not.
    pub uncorrected: u32,
    /// A replacement waits for a reset: the device is not to be used until then.
    pub pending: bool,
    /// A replacement failed: the device is to be exchanged.
    pub failed: bool,
}

impl HostDevice {
    /// Whether it works, by what it says of itself.
    #[must_use]
    pub fn health(&self) -> Health {
        let rows_bad = self.rows.is_some_and(|rows| rows.pending || rows.failed);
        match &self.fault {
            Some(NvmlFault::LostDevice { .. }) => Health::Lost,
            Some(_) => Health::Unhealthy,
            None if rows_bad || self.ecc_uncorrected.is_some_and(|errors| errors > 0) => {
                Health::Unhealthy
            }
            None => Health::Healthy,
        }
    }

    fn device(&self, node: &NodeName, site: &Site, now: Timestamp) -> Device {
        let id = self.uuid.as_deref().and_then(|uuid| uuid.parse().ok());
        let model = self.name.as_deref().and_then(|name| name.parse().ok());
        Device {
            node: node.clone(),
            id: id.unwrap_or(DeviceId::Index(self.index)),
            // Without a name it is still a device: it is there, and nobody can ask for it.
            model: model.unwrap_or_else(GpuModel::unreported),
            mig_profile: None,
            part_of: None,
            memory_mib: self.memory_mib,
            grade: Grade::Counted,
            health: self.health(),
            mig_mode: match &self.mig {
                Some(mig) if mig.enabled => MigMode::Enabled,
                _ => MigMode::Disabled,
            },
            // A device whose processes cannot be listed may be anybody's.
            in_use: self.processes.is_none() || self.own_processes().next().is_some(),
            holder: holder(self.own_processes()),
            site: site.clone(),
            fabric: self.fabric.clone(),
            observed_at: now,
        }
    }

    /// Processes on the device itself: of a divided one NVML also names those of its instances, which are theirs.
    fn own_processes(&self) -> impl Iterator<Item = &u32> {
        let instances = self.mig.iter().flat_map(|mig| &mig.instances);
        let of_instances: BTreeSet<&u32> = instances.flat_map(GpuInstance::processes).collect();
        let processes = self.processes.iter().flatten();
        processes.filter(move |pid| !of_instances.contains(pid))
    }

    /// Its GPU instances, those of profiles that have no name left out: nobody can ask for them.
    fn instances(&self, whole: &Device) -> Vec<Device> {
        let Some(mig) = &self.mig else {
            return Vec::new();
        };
        let instances = mig.instances.iter().filter_map(|instance| {
            let profile = mig.profile_of(instance)?;
            Some(Device {
                id: instance.device_id(&whole.id)?,
                mig_profile: Some(profile.profile?),
                part_of: u8::try_from(instance.placement.start)
                    .ok()
                    .map(|start| PartOf {
                        device: whole.id.clone(),
                        start,
                    }),
                memory_mib: u32::try_from(profile.memory_mib).ok(),
                mig_mode: MigMode::Disabled,
                in_use: instance.is_in_use(),
                holder: holder(instance.processes()),
                ..whole.clone()
            })
        });
        instances.collect()
    }
}

/// Processes that use a device, by the numbers that this host gives them.
fn holder<'a>(processes: impl Iterator<Item = &'a u32>) -> Option<Arc<str>> {
    let named: Vec<String> = processes.map(|pid| format!("process {pid}")).collect();
    (!named.is_empty()).then(|| named.join(", ").into())
}

impl Host {
    /// The host as one node of a snapshot.
    ///
    /// A lost device is there and not usable. A device that could not be read for another cause makes
    /// the report partial: it may well be free.
    #[must_use]
    pub fn report(&self, node: &NodeName, now: Timestamp) -> SourceReport {
        let unread = self.devices.iter().find_map(|device| match &device.fault {
            None | Some(NvmlFault::LostDevice { .. }) => None,
            Some(fault) => Some((device.index, fault.reason())),
        });
        let partial = unread.map(|(index, reason)| Reason {
            found: format!("GPU {index} could not be read: {}", reason.found),
            ..reason
        });
        // A driver of a form of its own is a driver of an unknown version.
        let site = Site {
            driver: self.driver.parse().ok(),
            cuda: self.cuda.parse().ok(),
            ..Site::default()
        };
        SourceReport {
            grade: Grade::Counted,
            observed_at: now,
            partial,
            nodes: vec![node.clone()],
            rooms: Vec::new(),
            devices: self
                .devices
                .iter()
                .flat_map(|device| {
                    let whole = device.device(node, &site, now);
                    let instances = device.instances(&whole);
                    std::iter::once(whole).chain(instances)
                })
                .collect(),
            supply: Supply::default(),
        }
    }
}
