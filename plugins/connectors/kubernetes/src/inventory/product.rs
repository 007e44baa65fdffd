//! What the labels of GPU feature discovery say of a node's devices, as far as they can be believed.
//!
//! They are of the node, not of a device. On a node with several models they are those of one model, whichever came last,
//! and the count is that model's alone; so they are believed when the count is the number of devices that the node has.

use std::collections::BTreeMap;

/// What a node's devices are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Product {
    /// None when the labels do not tell, or tell of something else.
    pub(crate) model: Option<String>,
    pub(crate) memory_mib: Option<u32>,
    /// The profile of all of them, when they are GPU instances (MIG strategy `single`).
    pub(crate) profile: Option<String>,
    /// Units that one device is offered as, more than 1 when it is shared.
    pub(crate) units: u32,
}

type Labels = BTreeMap<String, String>;

/// Of the resource `nvidia.com/<name>`, `gpu` or `mig-<profile>`, of which a node has `units`. `instances` tells whether
/// GPU instances are offered beside whole devices.
pub(crate) fn product(labels: &Labels, name: &str, units: u32, instances: bool) -> Product {
    let label = |suffix: &str| labels.get(&format!("nvidia.com/{name}.{suffix}"));
    let number = |suffix: &str| label(suffix)?.parse::<u32>().ok();
    let replicas = number("replicas").unwrap_or(1).max(1);
    let unknown = Product {
        units: replicas,
        ..Product::default()
    };
    let (Some(text), Some(count)) = (label("product"), number("count")) else {
        return unknown;
    };
    // With MIG strategy `mixed` the count is of all devices, and those that are partitioned are not offered.
    let fits = if name == "gpu" && instances {
        count > units
    } else {
        count.checked_mul(replicas) == Some(units)
    };
    if !fits {
        return unknown;
    }
    let text = text.strip_suffix("-SHARED").unwrap_or(text);
    let (model, profile) = match text.split_once("-MIG-") {
        Some((_, "INVALID")) => return unknown,
        Some((model, profile)) => (model, Some(profile.to_owned())),
        None => (text, None),
    };
    Product {
        model: Some(model.to_owned()),
        memory_mib: number("memory").filter(|memory| *memory > 0),
        profile,
        units: replicas,
    }
}

/// Labels under the names that the contract documents.
pub(crate) fn facts(labels: &Labels) -> Vec<(String, String)> {
    let version = |full: &str, parts: [&str; 3]| {
        let full = labels.get(&format!("nvidia.com/{full}")).cloned();
        full.or_else(|| {
            let parts = parts
                .iter()
                .filter_map(|part| labels.get(&format!("nvidia.com/{part}")));
            let parts: Vec<&str> = parts
                .map(String::as_str)
                .filter(|part| !part.is_empty())
                .collect();
            (!parts.is_empty()).then(|| parts.join("."))
        })
    };
    let facts = [
        (
            "cuda_version",
            version(
                "cuda.runtime-version.full",
                ["cuda.runtime.major", "cuda.runtime.minor", ""],
            ),
        ),
        (
            "driver_version",
            version(
                "cuda.driver-version.full",
                ["cuda.driver.major", "cuda.driver.minor", "cuda.driver.rev"],
            ),
        ),
        ("fabric", labels.get("nvidia.com/gpu.clique").cloned()),
        (
            "region",
            labels.get("topology.kubernetes.io/region").cloned(),
        ),
        ("zone", labels.get("topology.kubernetes.io/zone").cloned()),
    ];
    facts
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Labels, Product, facts, product};

    fn labels(of: &[(&str, &str)]) -> Labels {
        let named =
            |(name, value): &(&str, &str)| (format!("nvidia.com/{name}"), (*value).to_owned());
        of.iter().map(named).collect()
    }

    fn gpu(product: &str, count: &str, replicas: &str) -> Labels {
        labels(&[
            ("gpu.product", product),
            ("gpu.count", count),
            ("gpu.replicas", replicas),
            ("gpu.memory", "81559"),
        ])
    }

    #[test]
    fn labels_that_fit_the_node_are_believed() {
        let whole = product(&gpu("NVIDIA-H100-80GB-HBM3", "8", "1"), "gpu", 8, false);
        assert_eq!(
            whole,
            Product {
                model: Some("NVIDIA-H100-80GB-HBM3".to_owned()),
                memory_mib: Some(81_559),
                profile: None,
                units: 1
            }
        );
        let shared = product(&gpu("Tesla-T4-SHARED", "2", "4"), "gpu", 8, false);
        assert_eq!(
            (shared.model.as_deref(), shared.units),
            (Some("Tesla-T4"), 4)
        );
        let single = product(
            &gpu("NVIDIA-A100-SXM4-40GB-MIG-1g.5gb", "7", "1"),
            "gpu",
            7,
            false,
        );
        assert_eq!(
            (single.model.as_deref(), single.profile.as_deref()),
            (Some("NVIDIA-A100-SXM4-40GB"), Some("1g.5gb"))
        );
        let mixed = product(&gpu("NVIDIA-A100-SXM4-40GB", "8", "1"), "gpu", 6, true);
        assert_eq!(mixed.model.as_deref(), Some("NVIDIA-A100-SXM4-40GB"));
    }

    #[test]
    fn labels_of_something_else_say_nothing() {
        for (what, labels, units, instances) in [
            (
                "another model has the rest",
                gpu("Tesla-T4", "3", "1"),
                8,
                false,
            ),
            ("more than there are", gpu("Tesla-T4", "9", "1"), 8, false),
            (
                "partitions of another model",
                gpu("NVIDIA-H100-PCIe", "6", "1"),
                6,
                true,
            ),
            (
                "MIG that does not work",
                gpu("NVIDIA-A100-SXM4-40GB-MIG-INVALID", "0", "0"),
                0,
                false,
            ),
            ("no number", gpu("Tesla-T4", "many", "1"), 8, false),
            (
                "too many shares",
                gpu("Tesla-T4", "4294967295", "4294967295"),
                8,
                false,
            ),
            ("none", Labels::new(), 8, false),
        ] {
            assert_eq!(
                product(&labels, "gpu", units, instances).model,
                None,
                "{what}"
            );
        }
    }

    #[test]
    fn memory_that_is_none_is_not_known() {
        for memory in ["0", "", "-1", "lots"] {
            let mut labels = gpu("Tesla-T4", "1", "1");
            labels.insert("nvidia.com/gpu.memory".to_owned(), memory.to_owned());
            assert_eq!(
                product(&labels, "gpu", 1, false).memory_mib,
                None,
                "{memory}"
            );
        }
    }

    #[test]
    fn versions_are_whole_or_put_together() {
        let full = labels(&[
            ("cuda.driver-version.full", "550.54.15"),
            ("cuda.runtime-version.full", "12.4"),
        ]);
        let old = labels(&[
            ("cuda.driver.major", "550"),
            ("cuda.driver.minor", "54"),
            ("cuda.driver.rev", "15"),
            ("cuda.runtime.major", "12"),
            ("cuda.runtime.minor", "4"),
        ]);
        let expected = [("cuda_version", "12.4"), ("driver_version", "550.54.15")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(facts(&full), expected);
        assert_eq!(facts(&old), expected);
        assert!(facts(&Labels::new()).is_empty());
    }

    #[test]
    fn the_contract_documents_every_label() {
        let contract = include_str!("../../../../../sdk/wit/v0.1/guest.wit");
        let all = labels(&[
            ("cuda.driver-version.full", "550.54.15"),
            ("cuda.runtime-version.full", "12.4"),
            ("gpu.clique", "c0ffee.3"),
            ("topology.kubernetes.io/region", "eu-west-1"),
            ("topology.kubernetes.io/zone", "eu-west-1a"),
        ]);
        let told = facts(&all);
        assert!(told.len() >= 3, "{told:?}");
        for (label, _) in told {
            assert!(contract.contains(&format!("`{label}`")), "{label}");
        }
    }
}
