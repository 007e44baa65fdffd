//! Samples of one device put together.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_plugin::{Device, log};

use crate::Config;
use crate::answer::Sample;
use crate::health::health;
use crate::query::{FREE, PRESENCE, TOTAL, UTILISATION};

/// UUID of the GPU and, when it is partitioned, id of the GPU instance.
pub(crate) type Key<'a> = (&'a str, Option<&'a str>);

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

pub(crate) fn key(sample: &Sample) -> Option<Key<'_>> {
    Some((sample.label("UUID")?, sample.label("GPU_I_ID")))
}

/// What the device is called in the contract.
pub(crate) fn uuid((uuid, instance): Key<'_>) -> String {
    match instance {
        Some(instance) => format!("MIG-{uuid}/{instance}"),
        None => uuid.to_owned(),
    }
}

/// The machine of a sample, with its cluster where there are several.
pub(crate) fn node(config: &Config, sample: &Sample) -> String {
    let host = sample.label(&config.node_label).unwrap_or_default();
    match cluster(config, sample).filter(|_| config.cluster_label.is_some()) {
        Some(cluster) => format!("{cluster}:{host}"),
        None => host.to_owned(),
    }
}

/// The cluster of a sample: what its label says, else what the configuration says of all.
pub(crate) fn cluster<'s>(config: &'s Config, sample: &'s Sample) -> Option<&'s str> {
    let label = config.cluster_label.as_deref();
    let told = label.and_then(|label| sample.label(label));
    told.or(config.cluster.as_deref())
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
    let value = |metric: &str| {
        let mut of = samples
            .iter()
            .filter(|sample| sample.label("__name__") == Some(metric));
        of.find_map(|sample| sample.mib())
    };
    let (health, health_reason) = health(&values);
    let nodes: BTreeSet<String> = samples.iter().map(|sample| node(config, sample)).collect();
    if nodes.len() > 1 {
        log::warn(&format!(
            "device `{uuid}` is reported by several machines, and counts as unknown"
        ));
    }
    let used = value(PRESENCE);
    let is_busy = values.get(UTILISATION).is_some_and(|percent| *percent > 0);
    // Used and free leave out what the driver reserves, which the total of the device does not.
    let usable = used
        .zip(value(FREE))
        .map(|(used, free)| used.saturating_add(free))
        .or(value(TOTAL));
    let pod = label(&config.pod_label);
    let allocation = match (pod, used) {
        _ if nodes.len() > 1 => "unknown",
        (Some(_), _) => "used",
        _ if is_busy => "used",
        (None, Some(used)) if used > config.idle_below_mib => "used",
        (None, Some(_)) => "free",
        (None, None) => "unknown",
    };
    let labels = [
        (
            "cluster",
            samples.iter().find_map(|sample| cluster(config, sample)),
        ),
        ("driver_version", label("DCGM_FI_DRIVER_VERSION")),
        ("holder", pod),
        ("parent_uuid", instance.map(|_| uuid)),
    ];
    Device {
        uuid: self::uuid((uuid, instance)),
        model: label("modelName").unwrap_or_default().to_owned(),
        node: nodes.into_iter().next().unwrap_or_default(),
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

    /// It documents every label.
    const CONTRACT: &str = include_str!("../../../../sdk/wit/v0.1/guest.wit");

    fn read(metrics: &[(Value, &str)], seen: &[(Value, &str)]) -> Vec<Device> {
        let config: Config =
            serde_json::from_value(json!({"url": "http://a", "cluster": "gpu-prod"})).unwrap();
        let devices = devices(&config, &samples(metrics), &samples(seen));
        for (label, _) in devices.iter().flat_map(|device| &device.labels) {
            assert!(CONTRACT.contains(&format!("`{label}`")), "{label}");
        }
        devices
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
    fn a_device_that_computes_is_used_however_little_memory_it_has_in_use() {
        let read_with = |percent| {
            read(
                &[
                    (gpu("DCGM_FI_DEV_FB_USED"), "0"),
                    (gpu("DCGM_FI_DEV_GPU_UTIL"), percent),
                ],
                &[(json!({"UUID": "GPU-1"}), "1")],
            )
        };
        for (percent, allocation) in [
            ("0", "free"),
            ("7", "used"),
            ("9223372036854775794", "free"),
        ] {
            assert_eq!(read_with(percent)[0].allocation, allocation, "{percent}");
        }
    }

    #[test]
    fn memory_beyond_measure_is_not_known() {
        let found = read(
            &[
                (gpu("DCGM_FI_DEV_FB_USED"), "0"),
                (gpu("DCGM_FI_DEV_FB_FREE"), "1e9"),
            ],
            &[(json!({"UUID": "GPU-1"}), "1")],
        );
        assert_eq!(found[0].memory_mib, None);
    }

    #[test]
    fn a_device_of_two_machines_is_free_on_neither() {
        let mut other = gpu("DCGM_FI_DEV_FB_USED");
        other["Hostname"] = json!("n2");
        let found = read(
            &[(gpu("DCGM_FI_DEV_FB_USED"), "0"), (other, "0")],
            &[(json!({"UUID": "GPU-1"}), "1")],
        );
        assert_eq!((found.len(), found[0].allocation.as_str()), (1, "unknown"));
    }

    #[test]
    fn machines_of_several_clusters_are_told_apart() {
        let config: Config = serde_json::from_value(
            json!({"url": "http://a", "cluster_label": "cluster", "cluster": "rest"}),
        )
        .unwrap();
        let of = |uuid: &str, cluster: Option<&str>| {
            let mut metric = gpu("DCGM_FI_DEV_FB_USED");
            metric["UUID"] = json!(uuid);
            if let Some(cluster) = cluster {
                metric["cluster"] = json!(cluster);
            }
            metric
        };
        let metrics = [
            (of("GPU-1", Some("eu")), "0"),
            (of("GPU-2", Some("us")), "0"),
            (of("GPU-3", None), "0"),
        ];
        let seen: Vec<(Value, &str)> = metrics
            .iter()
            .map(|(metric, _)| (metric.clone(), "1"))
            .collect();
        let found = devices(&config, &samples(&metrics), &samples(&seen));
        let places: Vec<(&str, &str)> = found
            .iter()
            .map(|device| (device.node.as_str(), device.labels[0].1.as_str()))
            .collect();
        assert_eq!(
            places,
            [("eu:n1", "eu"), ("us:n1", "us"), ("rest:n1", "rest")]
        );
    }

    #[test]
    fn a_device_that_was_not_seen_is_not_reported() {
        assert!(read(&[(gpu("DCGM_FI_DEV_FB_USED"), "0")], &[]).is_empty());
    }
}
