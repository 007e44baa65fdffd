//! Devices that were there within the hour and are not any more.

use std::collections::BTreeMap;

use portcullis_plugin::Device;

use crate::Config;
use crate::answer::Sample;
use crate::device::{Key, cluster, key, node, uuid};

/// The devices of `before` that are not among `devices`: the exporter, the machine or the device itself is gone. They
/// are told, because a smaller fleet would look like one that was always so.
pub(crate) fn lost(
    config: &Config,
    devices: &[Device],
    before: &[Sample],
    now: u32,
) -> Vec<Device> {
    let is_there = |key: Key<'_>| {
        let name = uuid(key);
        let parts = format!("MIG-{}/", key.0);
        let is = |device: &Device| {
            device.uuid == name || (key.1.is_none() && device.uuid.starts_with(&parts))
        };
        devices.iter().any(is)
    };
    let mut last: BTreeMap<Key<'_>, (u32, &Sample)> = BTreeMap::new();
    for sample in before {
        let Some((key, seconds)) = key(sample).zip(sample.seconds()) else {
            continue;
        };
        // Seen by several exporters, or moved: the last time counts.
        let entry = last.entry(key).or_insert((seconds, sample));
        if seconds > entry.0 {
            *entry = (seconds, sample);
        }
    }
    last.into_iter()
        .filter(|(key, _)| !is_there(*key))
        .map(|(key, (seconds, sample))| Device {
            node: node(config, sample),
            index: sample.label("gpu").and_then(|index| index.parse().ok()),
            mig_profile: key.1.and(sample.label("GPU_I_PROFILE")).map(str::to_owned),
            allocation: "unknown".to_owned(),
            health: "failed".to_owned(),
            health_reason: format!("its last sample is {} s old", now.saturating_sub(seconds)),
            grade: "counted".to_owned(),
            // That it is gone was seen now.
            observed_at: now,
            labels: [
                ("cluster", cluster(config, sample)),
                ("parent_uuid", key.1.map(|_| key.0)),
            ]
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
            .collect(),
            ..Device::new(uuid(key), sample.label("modelName").unwrap_or_default())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Config, Device, lost};
    use crate::answer::Vector;
    use serde_json::{Value, json};

    fn before(uuid: &str, instance: Option<&str>, seconds: u32) -> Value {
        json!({
            "metric": {"UUID": uuid, "GPU_I_ID": instance.unwrap_or(""), "Hostname": "n1", "modelName": "NVIDIA H200", "gpu": "3"},
            "value": [1, seconds.to_string()],
        })
    }

    #[test]
    fn what_is_gone_is_told_once_as_failed() {
        let samples = json!([
            before("GPU-there", None, 990),
            before("GPU-divided", None, 990),
            before("GPU-gone", None, 400),
            before("GPU-gone", None, 700),
            before("GPU-divided", Some("9"), 900)
        ]);
        let vector: Vector = serde_json::from_value(json!({"data": {"result": samples}})).unwrap();
        let config: Config = serde_json::from_value(json!({"url": "http://a"})).unwrap();
        let there = ["GPU-there", "MIG-GPU-divided/7"].map(|uuid| Device::new(uuid, "NVIDIA H200"));
        let found = lost(&config, &there, &vector.data.result, 1000);
        let told: Vec<String> = found
            .iter()
            .map(|device| {
                format!(
                    "{} on {}: {} {}",
                    device.uuid, device.node, device.health, device.health_reason
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "MIG-GPU-divided/9 on n1: failed its last sample is 100 s old",
                "GPU-gone on n1: failed its last sample is 300 s old"
            ]
        );
        assert!(
            found
                .iter()
                .all(|device| device.allocation == "unknown" && device.observed_at == 1000)
        );
    }
}
