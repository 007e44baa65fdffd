//! The nodes that have GPUs, with what is held of them.

use std::collections::BTreeMap;

use portcullis_plugin::{Device, Failure, log};
use serde::{Deserialize, Serialize};

use super::device::{Seen, counted, labels, of_machine};
use super::dra::{Gpu, Gpus};
use super::node::{Machine, Node};
use super::pod::Pod;

/// Nodes that have GPUs, with what is held of them.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Fleet {
    machines: BTreeMap<String, Machine>,
    /// Devices that a driver publishes, by node.
    gpus: Gpus,
}

impl Fleet {
    /// Nodes on which neither a device plugin nor a driver offers anything are left out.
    ///
    /// # Errors
    /// When a node has an amount of devices that makes no sense.
    pub(crate) fn new(
        nodes: &[Node],
        mut gpus: Gpus,
        tolerated: &[String],
    ) -> Result<Self, Failure> {
        let mut machines = BTreeMap::new();
        for node in nodes {
            let name = &node.metadata.name;
            let machine = node.machine(tolerated)?;
            if !machine.offers.is_empty() || gpus.contains_key(name) {
                machines.insert(name.clone(), machine);
            }
        }
        gpus.retain(|node, _| {
            let is_there = machines.contains_key(node);
            if !is_there {
                log::warn(&format!(
                    "devices of node `{node}` are not counted: there is no such node"
                ));
            }
            is_there
        });
        Ok(Self { machines, gpus })
    }

    /// Counts what a pod holds on its node.
    ///
    /// # Errors
    /// When it requests an amount that is no number.
    pub(crate) fn hold(&mut self, pod: &Pod) -> Result<(), Failure> {
        let Some(machine) = self.machines.get_mut(&pod.spec.node_name) else {
            return Ok(());
        };
        for (resource, units) in pod.gpus()? {
            let offers = machine.offers.iter_mut();
            for offered in offers.filter(|offered| offered.resource == resource) {
                offered.held = offered.held.saturating_add(units);
            }
        }
        Ok(())
    }

    /// Forgets what pods hold.
    pub(crate) fn release(&mut self) {
        let machines = self.machines.values_mut();
        machines
            .flat_map(|machine| &mut machine.offers)
            .for_each(|offered| offered.held = 0);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.machines.is_empty()
    }

    /// The devices of as many nodes as it takes to have `least` of them, or of all that are left.
    pub(crate) fn take(&mut self, least: usize, seen: Seen<'_>) -> Vec<Device> {
        let mut devices = Vec::new();
        while devices.len() < least {
            let Some((node, machine)) = self.machines.pop_first() else {
                break;
            };
            match self.gpus.remove(&node) {
                Some(gpus) => devices.extend(of_driver(&node, &machine, gpus, seen)),
                None => devices.extend(of_machine(&node, &machine, seen)),
            }
        }
        devices
    }
}

/// The devices that a driver publishes. Where a device plugin offers devices of the same node, they are the same devices:
/// each is told once, and it is not free while somebody holds one of which the driver does not know.
fn of_driver(node: &str, machine: &Machine, gpus: Vec<Gpu>, seen: Seen<'_>) -> Vec<Device> {
    let offered: usize = machine
        .offers
        .iter()
        .map(|offered| usize::try_from(offered.devices).unwrap_or(usize::MAX))
        .sum();
    let is_held = machine.offers.iter().any(|offered| offered.held > 0);
    let is_doubtful = is_held || (offered > 0 && offered != gpus.len());
    let gpus = gpus.into_iter();
    gpus.map(|gpu| {
        let fault = if machine.fault.is_empty() {
            gpu.fault
        } else {
            machine.fault.clone()
        };
        let mut labels = labels(machine, seen);
        if let Some(version) = gpu.driver_version {
            labels.retain(|(name, _)| name != "driver_version");
            labels.push(("driver_version".to_owned(), version));
        }
        labels.extend(gpu.parent.map(|parent| ("parent_uuid".to_owned(), parent)));
        let allocation = match (gpu.is_held, is_doubtful) {
            (true, _) => "used",
            (false, true) => "unknown",
            (false, false) => "free",
        };
        Device {
            node: node.to_owned(),
            index: gpu.index,
            mig_profile: gpu.profile,
            memory_mib: gpu.memory_mib,
            allocation: allocation.to_owned(),
            health: (if fault.is_empty() {
                "healthy"
            } else {
                "failed"
            })
            .to_owned(),
            health_reason: fault,
            labels,
            ..counted(gpu.uuid, gpu.model.as_deref(), seen)
        }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::{Fleet, Gpu, Seen};
    use crate::inventory::dra::Gpus;
    use crate::inventory::node::Node;
    use crate::inventory::pod::Pod;
    use serde_json::json;

    const SEEN: Seen<'static> = Seen {
        cluster: None,
        at: 7,
    };

    fn node(name: &str, gpus: &str) -> Node {
        serde_json::from_value(json!({
            "metadata": {"name": name},
            "status": {"allocatable": {"nvidia.com/gpu": gpus}, "conditions": [{"type": "Ready", "status": "True"}]},
        }))
        .unwrap()
    }

    fn pod(node: &str, gpus: &str) -> Pod {
        serde_json::from_value(json!({
            "metadata": {"name": "p", "namespace": "infer"},
            "spec": {"nodeName": node, "containers": [{"resources": {"limits": {"nvidia.com/gpu": gpus}}}]},
        }))
        .unwrap()
    }

    fn published(node: &str, held: &[bool]) -> Gpus {
        let gpus = held.iter().enumerate().map(|(index, is_held)| Gpu {
            uuid: format!("GPU-{index}"),
            is_held: *is_held,
            ..Gpu::default()
        });
        Gpus::from([(node.to_owned(), gpus.collect())])
    }

    fn told(mut fleet: Fleet) -> Vec<String> {
        let devices = fleet.take(usize::MAX, SEEN);
        devices
            .iter()
            .map(|device| format!("{} {}", device.uuid, device.allocation))
            .collect()
    }

    #[test]
    fn pods_hold_devices_of_their_node_until_they_are_forgotten() {
        let nodes = [node("a", "2"), node("b", "1"), node("cpu", "0")];
        let mut fleet = Fleet::new(&nodes, Gpus::new(), &[]).unwrap();
        for bound in ["a", "cpu", "elsewhere"] {
            fleet.hold(&pod(bound, "1")).unwrap();
        }
        let carried = serde_json::to_string(&fleet).unwrap();
        let read = || serde_json::from_str::<Fleet>(&carried).unwrap();
        assert_eq!(
            told(read()),
            ["a:gpu:0 used", "a:gpu:1 free", "b:gpu:0 free"]
        );
        let mut released = read();
        released.release();
        assert_eq!(
            told(released),
            ["a:gpu:0 free", "a:gpu:1 free", "b:gpu:0 free"]
        );
    }

    #[test]
    fn a_page_ends_between_two_nodes() {
        let nodes = [node("a", "2"), node("b", "2"), node("c", "2")];
        let mut fleet = Fleet::new(&nodes, Gpus::new(), &[]).unwrap();
        assert_eq!(fleet.take(3, SEEN).len(), 4);
        assert!(!fleet.is_empty());
        assert_eq!(fleet.take(3, SEEN).len(), 2);
        assert!(fleet.is_empty());
    }

    #[test]
    fn a_device_that_plugin_and_driver_offer_is_told_once() {
        for (offered, pods, held, expected) in [
            ("0", 0, [false, true], ["GPU-0 free", "GPU-1 used"]),
            ("2", 0, [false, true], ["GPU-0 free", "GPU-1 used"]),
            ("2", 1, [false, true], ["GPU-0 unknown", "GPU-1 used"]),
            ("3", 0, [false, false], ["GPU-0 unknown", "GPU-1 unknown"]),
            ("1", 0, [false, false], ["GPU-0 unknown", "GPU-1 unknown"]),
        ] {
            let mut fleet = Fleet::new(&[node("a", offered)], published("a", &held), &[]).unwrap();
            for _ in 0..pods {
                fleet.hold(&pod("a", "1")).unwrap();
            }
            assert_eq!(told(fleet), expected, "{offered} offered, {pods} held");
        }
    }

    #[test]
    fn devices_of_a_node_that_is_gone_are_not_told() {
        let fleet = Fleet::new(&[node("a", "0")], published("gone", &[false]), &[]).unwrap();
        assert!(fleet.is_empty());
    }
}
