//! Samples of one device put together.

use std::collections::BTreeMap;

use portcullis_plugin::Device;

use crate::Config;
use crate::answer::Sample;
use crate::health::health;
use crate::query::{FREE, PRESENCE, TOTAL};

/// UUID of the GPU and, when it is partitioned, id of the GPU instance.
type Key<'a> = (&'a str, Option<&'a str>);

/// The devices that the samples tell of, by UUID. A device without a time was not seen and is not reported.
pub(crate) fn devices(config: &Config, samples: &[Sample], seen: &[Sample]) -> Vec<Device> {
    let times: BTreeMap<Key<'_>, u32> = seen
        .iter()
        .filter_map(|sample| Some((key(sample)?, sample.seconds()?)))
        .collect();
    let mut parts: BTreeMap<Key<'_>, Vec<&Sample>> = BTreeMap::new();
    for sample in samples {
        if let Some(key) = key(sample) {
            parts.entry(key).or_default().push(sample);
        }
    }
    let partitioned: Vec<&str> = parts
        .keys()
        .filter(|(_, instance)| instance.is_some())
        .map(|(uuid, _)| *uuid)
        .collect();
    parts
        .iter()
        .filter(|((uuid, instance), _)| instance.is_some() || !partitioned.contains(uuid))
        .filter_map(|(key, samples)| Some(device(config, *key, samples, *times.get(key)?)))
        .collect()
}

fn key(sample: &Sample) -> Option<Key<'_>> {
    Some((sample.label("UUID")?, sample.label("GPU_I_ID")))
}

fn device(
    config: &Config,
    (uuid, instance): Key<'_>,
    samples: &[&Sample],
    observed_at: u32,
) -> Device {
    let label = |name: &str| samples.iter().find_map(|sample| sample.label(name));
    let values: BTreeMap<&str, u32> = samples
        .iter()
        .filter_map(|sample| Some((sample.label("__name__")?, sample.count()?)))
        .collect();
    let value = |metric: &str| values.get(metric).copied();
    let (health, health_reason) = health(&values);
    let used = value(PRESENCE);
    // Used and free leave out what the driver reserves, which the total of the device does not.
    let usable = used
        .zip(value(FREE))
        .map(|(used, free)| used.saturating_add(free))
        .or(value(TOTAL));
    let pod = label(&config.pod_label);
    let allocation = match (pod, used) {
        (Some(_), _) => "used",
        (None, Some(used)) if used > config.idle_below_mib => "used",
        (None, Some(_)) => "free",
        (None, None) => "unknown",
    };
    let labels = [
        ("cluster", config.cluster.as_deref()),
        ("driver_version", label("DCGM_FI_DRIVER_VERSION")),
        ("holder", pod),
        ("parent_uuid", instance.map(|_| uuid)),
    ];
    Device {
        uuid: match instance {
            Some(instance) => format!("MIG-{uuid}/{instance}"),
            None => uuid.to_owned(),
        },
        model: label("modelName").unwrap_or_default().to_owned(),
        node: label(&config.node_label).unwrap_or_default().to_owned(),
        index: label("gpu").and_then(|index| index.parse().ok()),
        mig_profile: instance
            .and_then(|_| label("GPU_I_PROFILE"))
            .map(str::to_owned),
        memory_mib: usable,
        memory_used_mib: used,
        allocation: allocation.to_owned(),
        health: health.to_owned(),
        health_reason,
        grade: "counted".to_owned(),
        observed_at,
        labels: labels
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::devices;
    use crate::Config;
    use crate::answer::{Sample, Vector};
    use portcullis_plugin::Device;
    use serde_json::{Value, json};

    fn samples(metrics: &[(Value, &str)]) -> Vec<Sample> {
        let result: Vec<Value> = metrics
            .iter()
            .map(|(metric, value)| json!({"metric": metric, "value": [1, value]}))
            .collect();
        let vector: Vector = serde_json::from_value(json!({"data": {"result": result}})).unwrap();
        vector.data.result
    }

    fn read(metrics: &[(Value, &str)], seen: &[(Value, &str)]) -> Vec<Device> {
        let config: Config =
            serde_json::from_value(json!({"url": "http://a", "cluster": "gpu-prod"})).unwrap();
        devices(&config, &samples(metrics), &samples(seen))
    }

    fn gpu(metric: &str) -> Value {
        json!({"__name__": metric, "UUID": "GPU-1", "modelName": "NVIDIA H200", "Hostname": "n1", "gpu": "3"})
    }

    #[test]
    fn one_device_is_put_together_from_its_metrics() {
        let found = read(
            &[
                (gpu("DCGM_FI_DEV_FB_USED"), "10"),
                (gpu("DCGM_FI_DEV_FB_FREE"), "143000"),
                (gpu("DCGM_FI_DEV_FB_TOTAL"), "143771"),
            ],
            &[(json!({"UUID": "GPU-1"}), "1795392000.5")],
        );
        let [device] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!(
            (
                device.uuid.as_str(),
                device.model.as_str(),
                device.node.as_str()
            ),
            ("GPU-1", "NVIDIA H200", "n1")
        );
        assert_eq!(
            (device.index, device.memory_mib, device.memory_used_mib),
            (Some(3), Some(143_010), Some(10))
        );
        assert_eq!(
            (
                device.allocation.as_str(),
                device.health.as_str(),
                device.grade.as_str()
            ),
            ("free", "unknown", "counted")
        );
        assert_eq!(device.observed_at, 1_795_392_000);
        assert_eq!(
            device.labels,
            [("cluster".to_owned(), "gpu-prod".to_owned())]
        );
    }

    #[test]
    fn a_blank_is_unknown_and_never_zero() {
        let found = read(
            &[
                (gpu("DCGM_FI_DEV_FB_USED"), "9.223372036854776e+18"),
                (gpu("DCGM_FI_DEV_FB_FREE"), "143000"),
            ],
            &[(json!({"UUID": "GPU-1"}), "1795392000")],
        );
        assert_eq!(
            (found[0].memory_mib, found[0].memory_used_mib),
            (None, None)
        );
        assert_eq!(found[0].allocation, "unknown");
    }

    #[test]
    fn a_pod_holds_its_device_however_little_memory_it_uses() {
        let mut metric = gpu("DCGM_FI_DEV_FB_USED");
        metric["exported_pod"] = json!("trainer-0");
        let found = read(&[(metric, "0")], &[(json!({"UUID": "GPU-1"}), "1")]);
        assert_eq!(found[0].allocation, "used");
        assert!(
            found[0]
                .labels
                .contains(&("holder".to_owned(), "trainer-0".to_owned()))
        );
    }

    #[test]
    fn a_partitioned_gpu_counts_as_its_instances() {
        let instance = |id: &str| {
            let mut metric = gpu("DCGM_FI_DEV_FB_USED");
            metric["GPU_I_ID"] = json!(id);
            metric["GPU_I_PROFILE"] = json!("1g.18gb");
            metric
        };
        let found = read(
            &[
                (gpu("DCGM_FI_DEV_FB_USED"), "0"),
                (instance("7"), "0"),
                (instance("8"), "2000"),
            ],
            &[
                (json!({"UUID": "GPU-1"}), "1"),
                (json!({"UUID": "GPU-1", "GPU_I_ID": "7"}), "1"),
                (json!({"UUID": "GPU-1", "GPU_I_ID": "8"}), "1"),
            ],
        );
        let uuids: Vec<&str> = found.iter().map(|device| device.uuid.as_str()).collect();
        assert_eq!(uuids, ["MIG-GPU-1/7", "MIG-GPU-1/8"]);
        assert_eq!(found[0].mig_profile.as_deref(), Some("1g.18gb"));
        assert_eq!(
            (found[0].allocation.as_str(), found[1].allocation.as_str()),
            ("free", "used")
        );
    }

    #[test]
    fn a_device_that_was_not_seen_is_not_reported() {
        assert!(read(&[(gpu("DCGM_FI_DEV_FB_USED"), "0")], &[]).is_empty());
    }
}
