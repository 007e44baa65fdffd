//! A connector that is a WebAssembly component.

mod labels;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use portcullis_model::{
    Device, DeviceId, DeviceSource, Fetch, GpuModel, Grade, Health, MigMode, Name, NodeName,
    NodeRoom, ParseError, Reason, SourceReport, Supply,
};
use portcullis_plugin_host::{Connector, DeviceRecord, Part, PluginError, Supply as SupplyRecords};

use super::supply::add_supply;

/// A connector that is a WebAssembly component.
#[derive(Debug)]
pub(super) struct PluginSource {
    name: Name,
    connector: Connector,
    timeout: Duration,
}

impl PluginSource {
    pub(super) fn new(name: Name, connector: Connector, timeout: Duration) -> Self {
        Self {
            name,
            connector,
            timeout,
        }
    }

    /// None from a connector that tells of other things than devices.
    async fn devices(&self) -> Result<Vec<DeviceRecord>, PluginError> {
        if !self.connector.has(Part::Inventory).await? {
            return Ok(Vec::new());
        }
        self.connector.list_inventory(self.timeout).await
    }

    /// None from a connector that offers and limits nothing.
    async fn supply(&self) -> Result<SupplyRecords, PluginError> {
        if !self.connector.has(Part::Supply).await? {
            return Ok(SupplyRecords::default());
        }
        self.connector.list_supply(self.timeout).await
    }
}

impl DeviceSource for PluginSource {
    fn name(&self) -> &Name {
        &self.name
    }

    /// What it reports says how far it can be trusted; before that, all may be.
    fn grade(&self) -> Grade {
        Grade::Firm
    }

    fn fetch(&self, now: Timestamp) -> Fetch<'_> {
        Box::pin(async move {
            // Devices without the quotas that limit them would be more than may be taken: both, or nothing.
            let told = tokio::try_join!(self.devices(), self.supply());
            let (records, supply) = told.map_err(|error| unavailable(&error))?;
            let report = report(&self.name, &records, now);
            add_supply(&self.name, report, &supply, now)
        })
    }
}

/// The records of a component as a report. A record that makes no sense makes the report partial, never a device free.
pub(crate) fn report(source: &Name, records: &[DeviceRecord], now: Timestamp) -> SourceReport {
    let mut devices: BTreeMap<(NodeName, DeviceId), Device> = BTreeMap::new();
    let mut rooms: BTreeMap<NodeName, NodeRoom> = BTreeMap::new();
    let mut refused: Option<(usize, ParseError)> = None;
    for (position, record) in records.iter().enumerate() {
        match reported(record, now) {
            Ok(Reported { device, parent }) => {
                if let Some(room) = labels::room(&record.labels) {
                    rooms.insert(device.node.clone(), room);
                }
                for device in [Some(device), parent].into_iter().flatten() {
                    // Every instance tells of the device that it is a part of.
                    devices
                        .entry((device.node.clone(), device.id.clone()))
                        .or_insert(device);
                }
            }
            Err(error) => drop(refused.get_or_insert((position, error))),
        }
    }
    let nodes: BTreeSet<NodeName> = devices.keys().map(|(node, _)| node.clone()).collect();
    let partial = refused
        .map(|(position, error)| nonsense(source, ("GPUs", records.len()), position + 1, &error));
    SourceReport {
        grade: devices
            .values()
            .map(|device| device.grade)
            .min()
            .unwrap_or(Grade::Counted),
        observed_at: devices
            .values()
            .map(|device| device.observed_at)
            .min()
            .unwrap_or(now),
        partial,
        nodes: nodes.into_iter().collect(),
        rooms: rooms.into_iter().collect(),
        devices: devices.into_values().collect(),
        supply: Supply::default(),
    }
}

/// A record as a device and, of a GPU instance, the device it is a part of, which is then not available as a whole.
struct Reported {
    device: Device,
    parent: Option<Device>,
}

fn reported(record: &DeviceRecord, now: Timestamp) -> Result<Reported, ParseError> {
    let device = device(record, now)?;
    let of = record
        .labels
        .iter()
        .find(|(name, _)| name == "parent_uuid")
        .filter(|_| device.mig_profile.is_some());
    let parent = match of {
        None => None,
        Some((_, id)) => Some(Device {
            id: id.parse()?,
            mig_profile: None,
            memory_mib: None,
            mig_mode: MigMode::Enabled,
            in_use: false,
            holder: None,
            ..device.clone()
        }),
    };
    Ok(Reported { device, parent })
}

fn device(record: &DeviceRecord, now: Timestamp) -> Result<Device, ParseError> {
    let model: GpuModel = record.model.parse()?;
    let mig_profile = record.mig_profile.as_deref().map(str::parse).transpose()?;
    Ok(Device {
        node: record.node.parse()?,
        id: device_id(record)?,
        // The memory of an instance says nothing of the size in which the device was sold.
        model: match record.memory_mib.filter(|_| mig_profile.is_none()) {
            Some(memory) => model.with_memory_mib(memory),
            None => model,
        },
        mig_profile,
        memory_mib: record.memory_mib,
        grade: record.grade.parse()?,
        health: match record.health.as_str() {
            "healthy" => Health::Healthy,
            "degraded" => Health::Degraded,
            "failed" => Health::Unhealthy,
            _ => Health::Unreported,
        },
        mig_mode: if mig_profile.is_some() {
            MigMode::Disabled
        } else {
            MigMode::Unreported
        },
        // What is not said to be free is not taken for free.
        in_use: record.allocation != "free",
        holder: labels::holder(&record.labels),
        part_of: None,
        site: labels::site(&record.labels),
        fabric: labels::fabric(&record.labels),
        observed_at: Timestamp::from_second(i64::from(record.observed_at))
            .unwrap_or(now)
            .min(now),
    })
}

fn device_id(record: &DeviceRecord) -> Result<DeviceId, ParseError> {
    match (record.uuid.as_str(), record.index) {
        ("", Some(index)) => Ok(DeviceId::Index(index)),
        // Where an instance has no UUID of its own, connectors write `MIG-<device>/<number>`; keys are written with `/`.
        (uuid, _) => uuid.replace('/', ":").parse(),
    }
}

pub(super) fn unavailable(error: &PluginError) -> Reason {
    unavailable_in_words(&error.to_string())
}

/// The reason of an error whose first line is the summary and the rest the detail, as all our crates write them.
pub(super) fn unavailable_in_words(text: &str) -> Reason {
    let mut parts = text.splitn(2, '\n');
    let summary = parts.next().unwrap_or_default().to_owned();
    let detail = parts.next().unwrap_or_default();
    let mut paragraphs = detail.split("\n\n");
    Reason {
        summary,
        asked: String::new(),
        found: paragraphs.next().unwrap_or_default().to_owned(),
        remedy: paragraphs.next().unwrap_or_default().to_owned(),
        code: detail.lines().last().unwrap_or_default().to_owned(),
    }
}

/// Why a report is partial: of `(what, how many)`, the record at `position`, from 1, is not what the contract says.
pub(super) fn nonsense(
    source: &Name,
    (what, all): (&str, usize),
    position: usize,
    error: &ParseError,
) -> Reason {
    Reason {
        code: "connector-record-invalid".to_owned(),
        summary: "Connector reports what makes no sense".to_owned(),
        asked: format!("Asked connector `{source}` for its {what}."),
        found: format!(
            "Of {all} records, number {position} has `{}` as {}; it and those like it were left out.",
            error.input(),
            error.noun(),
        ),
        remedy: "Report this to the developers of the connector.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(uuid: &str, allocation: &str) -> DeviceRecord {
        DeviceRecord {
            uuid: uuid.to_owned(),
            model: "NVIDIA H200".to_owned(),
            node: "gpu-a01".to_owned(),
            index: Some(0),
            mig_profile: None,
            memory_mib: Some(143_771),
            memory_used_mib: None,
            allocation: allocation.to_owned(),
            health: "healthy".to_owned(),
            health_reason: String::new(),
            grade: "counted".to_owned(),
            observed_at: 1_700_000_000,
            labels: Vec::new(),
        }
    }

    fn all(records: &[DeviceRecord]) -> SourceReport {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        report(&"cluster".parse().unwrap(), records, now)
    }

    #[test]
    fn what_is_not_said_to_be_free_is_in_use() {
        let report = all(&[
            record("GPU-a893886b-3030-584c-91b3-7728f717af39", "free"),
            record("GPU-b893886b-3030-584c-91b3-7728f717af39", "unknown"),
        ]);
        let in_use: Vec<bool> = report.devices.iter().map(|device| device.in_use).collect();
        assert_eq!(in_use, [false, true]);
        assert_eq!(report.partial, None);
    }

    #[test]
    fn who_uses_a_device_is_told_by_its_label() {
        let held = DeviceRecord {
            labels: vec![("holder".to_owned(), "trainer-0".to_owned())],
            ..record("GPU-1", "used")
        };
        let report = all(&[held, record("GPU-2", "used")]);
        let holders = report.devices.iter().map(|device| device.holder.as_deref());
        assert_eq!(holders.collect::<Vec<_>>(), [Some("trainer-0"), None]);
    }

    #[test]
    fn instances_stand_beside_the_device_that_they_divide() {
        let parent = "GPU-a893886b-3030-584c-91b3-7728f717af39";
        let instance = |number: u32| DeviceRecord {
            mig_profile: Some("1g.18gb".to_owned()),
            memory_mib: Some(16_384),
            labels: vec![("parent_uuid".to_owned(), parent.to_owned())],
            ..record(&format!("MIG-{parent}/{number}"), "free")
        };
        let report = all(&[instance(1), instance(2)]);
        let told: Vec<(String, Option<String>, MigMode)> = report
            .devices
            .iter()
            .map(|device| {
                let profile = device.mig_profile.map(|profile| profile.to_string());
                (device.id.to_string(), profile, device.mig_mode)
            })
            .collect();
        let profile = || Some("1g.18gb".to_owned());
        assert_eq!(
            told,
            [
                (parent.to_owned(), None, MigMode::Enabled),
                (format!("MIG-{parent}:1"), profile(), MigMode::Disabled),
                (format!("MIG-{parent}:2"), profile(), MigMode::Disabled),
            ]
        );
        assert_eq!(report.devices[1].memory_mib, Some(16_384));
    }

    #[test]
    fn nonsense_makes_the_report_partial() {
        let strange = DeviceRecord {
            node: "a/b\n".to_owned(),
            ..record("GPU-1", "free")
        };
        let report = all(&[strange, record("GPU-2", "free")]);
        assert_eq!(report.devices.len(), 1);
        let reason = report.partial.unwrap().to_string();
        assert!(reason.contains("Of 2 records, number 1 has"), "{reason}");
    }
}
