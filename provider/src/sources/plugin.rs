//! A connector that is a WebAssembly component.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use portcullis_model::{
    Device, DeviceId, DeviceSource, Fetch, GpuModel, Grade, Health, MigMode, Name, NodeName,
    ParseError, Reason, SourceReport,
};
use portcullis_plugin_host::{Connector, DeviceRecord, PluginError};

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
            let records = self.connector.list_inventory(self.timeout).await;
            let records = records.map_err(|error| unavailable(&error))?;
            report(&self.name, &records, now)
        })
    }
}

/// The records of a component as a report. A record that makes no sense makes the report partial, never the device free.
fn report(source: &Name, records: &[DeviceRecord], now: Timestamp) -> Result<SourceReport, Reason> {
    let mut devices = Vec::new();
    let mut refused: Option<(usize, ParseError)> = None;
    for (position, record) in records.iter().enumerate() {
        match device(record, now) {
            Ok(Some(device)) => devices.push(device),
            Ok(None) => {}
            Err(error) => {
                refused.get_or_insert((position, error));
            }
        }
    }
    let nodes: BTreeSet<NodeName> = devices.iter().map(|device| device.node.clone()).collect();
    Ok(SourceReport {
        grade: devices
            .iter()
            .map(|device| device.grade)
            .min()
            .unwrap_or(Grade::Counted),
        observed_at: devices
            .iter()
            .map(|device| device.observed_at)
            .min()
            .unwrap_or(now),
        partial: refused.map(|(position, error)| nonsense(source, position, records.len(), &error)),
        nodes: nodes.into_iter().collect(),
        devices,
    })
}

/// One whole device; `None` for a GPU instance, whose device the component reports too.
fn device(record: &DeviceRecord, now: Timestamp) -> Result<Option<Device>, ParseError> {
    if record.mig_profile.is_some() {
        return Ok(None);
    }
    let model: GpuModel = record.model.parse()?;
    let id: DeviceId = match (record.uuid.as_str(), record.index) {
        ("", Some(index)) => DeviceId::Index(index),
        (uuid, _) => uuid.parse()?,
    };
    Ok(Some(Device {
        node: record.node.parse()?,
        id,
        model: record
            .memory_mib
            .map_or(model.clone(), |memory| model.with_memory_mib(memory)),
        memory_mib: record.memory_mib,
        grade: record.grade.parse()?,
        health: match record.health.as_str() {
            "healthy" => Health::Healthy,
            "degraded" | "failed" => Health::Unhealthy,
            _ => Health::Unreported,
        },
        mig_mode: MigMode::Unreported,
        // What is not said to be free is not taken for free.
        in_use: record.allocation != "free",
        observed_at: Timestamp::from_second(i64::from(record.observed_at))
            .unwrap_or(now)
            .min(now),
    }))
}

fn unavailable(error: &PluginError) -> Reason {
    let text = error.to_string();
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

fn nonsense(source: &Name, position: usize, all: usize, error: &ParseError) -> Reason {
    Reason {
        code: "connector-record-invalid".to_owned(),
        summary: "Connector reports a device that makes no sense".to_owned(),
        asked: format!("Asked connector `{source}` for its GPUs."),
        found: format!(
            "Of {all} records, number {position} has `{}` as {}; it and those like it were left out.",
            error.input(),
            error.noun(),
        ),
        remedy: "Report this to the developers of the connector.".to_owned(),
    }
}
