//! What plugins give, as plain values with safe text.

use crate::bindings::{evaluation, inventory};
use crate::text::visible;

/// Bytes of one text of a device record; real ones have a few dozen.
const TEXT_BYTES: usize = 1024;

/// One GPU or GPU instance as a connector reports it. The texts are the connector's; `sdk/wit/v0.1/guest.wit` documents
/// their values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceRecord {
    /// Device UUID, unique in one inventory.
    pub uuid: String,
    /// Product name in the source's own words.
    pub model: String,
    /// Name of the machine.
    pub node: String,
    /// Device index on its node.
    pub index: Option<u32>,
    /// MIG profile when the record is a GPU instance.
    pub mig_profile: Option<String>,
    /// Memory that workloads can use, in MiB.
    pub memory_mib: Option<u32>,
    /// Memory in use, in MiB.
    pub memory_used_mib: Option<u32>,
    /// `free`, `used` or `unknown`.
    pub allocation: String,
    /// `healthy`, `degraded`, `failed` or `unknown`.
    pub health: String,
    /// Why it is not healthy.
    pub health_reason: String,
    /// `firm`, `counted`, `level` or `listed`.
    pub grade: String,
    /// When the source saw it, in seconds since 1970-01-01T00:00:00Z.
    pub observed_at: u32,
    /// Further facts by name, sorted.
    pub labels: Vec<(String, String)>,
}

/// What a check has to say about one attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How grave it is.
    pub severity: Severity,
    /// Stable name of the rule.
    pub code: String,
    /// Address of the resource as the plan document wrote it.
    pub address: String,
    /// Path of the attribute; empty for the whole resource.
    pub attribute: String,
    /// One phrase.
    pub summary: String,
    /// What was asked and found.
    pub detail: String,
    /// What to do.
    pub remedy: String,
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// For information.
    Info,
    /// Should be read.
    Warning,
    /// Should stop the plan.
    Error,
}

impl From<inventory::Device> for DeviceRecord {
    fn from(device: inventory::Device) -> Self {
        let safe = |text: String| visible(&text, TEXT_BYTES);
        let mut labels: Vec<(String, String)> = device
            .labels
            .into_iter()
            .map(|(name, value)| (safe(name), safe(value)))
            .collect();
        labels.sort();
        Self {
            uuid: safe(device.uuid),
            model: safe(device.model),
            node: safe(device.node),
            index: device.index,
            mig_profile: device.mig_profile.map(safe),
            memory_mib: device.memory_mib,
            memory_used_mib: device.memory_used_mib,
            allocation: one_of(&device.allocation, &["free", "used"], "unknown"),
            health: one_of(
                &device.health,
                &["healthy", "degraded", "failed"],
                "unknown",
            ),
            health_reason: safe(device.health_reason),
            grade: one_of(&device.grade, &["firm", "counted", "level"], "listed"),
            observed_at: device.observed_at,
            labels,
        }
    }
}

/// A value of an open set, or what the contract says to take for one that is not known.
fn one_of(value: &str, known: &[&str], fallback: &str) -> String {
    if known.contains(&value) {
        value.to_owned()
    } else {
        fallback.to_owned()
    }
}

impl Finding {
    /// The guest's finding, cut so that all its texts together stay near `max_bytes`.
    pub(crate) fn of_guest(finding: &evaluation::Finding, max_bytes: usize) -> Self {
        let short = |text: &str| visible(text, max_bytes / 8);
        Self {
            severity: match finding.severity.as_str() {
                "warning" => Severity::Warning,
                "info" => Severity::Info,
                _ => Severity::Error,
            },
            code: short(&finding.code),
            address: short(&finding.address),
            attribute: short(&finding.attribute),
            summary: short(&finding.summary),
            detail: visible(&finding.detail, max_bytes / 4),
            remedy: visible(&finding.remedy, max_bytes / 4),
        }
    }

    /// Stands for findings that were not kept. Dropped errors stay an error.
    pub(crate) fn dropped(plugin: &str, kept: usize, dropped: &[evaluation::Finding]) -> Self {
        let severity = |finding| Self::of_guest(finding, 0).severity;
        Self {
            severity: dropped
                .iter()
                .map(severity)
                .max()
                .unwrap_or(Severity::Warning),
            code: "plugin-findings-dropped".to_owned(),
            address: String::new(),
            attribute: String::new(),
            summary: "Check has more findings than are shown".to_owned(),
            detail: format!(
                "Check `{plugin}` gave {} findings, {kept} are shown.",
                kept + dropped.len()
            ),
            remedy: "Correct what is shown and run the plan again.".to_owned(),
        }
    }
}
