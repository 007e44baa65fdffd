//! The nodes that have GPUs, with what is held of them.

use std::collections::BTreeMap;

use portcullis_plugin::{Device, Failure, log};
use serde::{Deserialize, Serialize};

use super::device::{Count, Place, Seen, offered, placed};
use super::dra::{Gpu, Gpus};
use super::machine::{Facts, Kind, Machine};
use super::node::Node;
use super::pod::Pod;

/// Nodes that have GPUs, with what is held of them. It travels in cursors, so what many nodes have in common is there
/// once.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Fleet {
    facts: Vec<Facts>,
    kinds: Vec<Kind>,
    nodes: BTreeMap<String, Kept>,
    /// Devices that a driver publishes, by node.
    gpus: Gpus,
}

/// What is kept of a node.
#[derive(Debug, Deserialize, Serialize)]
struct Kept {
    /// Position of its facts.
    #[serde(rename = "a")]
    facts: usize,
    #[serde(rename = "f", default, skip_serializing_if = "String::is_empty")]
    fault: String,
    #[serde(rename = "o", default, skip_serializing_if = "Vec::is_empty")]
    offers: Vec<KeptOffer>,
}

/// Position of a kind, devices, those that are unhealthy, and units that are held.
#[derive(Debug, Deserialize, Serialize)]
struct KeptOffer(usize, u32, u32, u64);

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
        let (mut facts, mut kinds) = (Once(BTreeMap::new()), Once(BTreeMap::new()));
        let mut kept = BTreeMap::new();
        for node in nodes {
            let name = &node.metadata.name;
            let machine = node.machine(tolerated)?;
            if !machine.offers.is_empty() || gpus.contains_key(name) {
                kept.insert(name.clone(), keep(machine, &mut facts, &mut kinds));
            }
        }
        gpus.retain(|node, _| {
            let is_there = kept.contains_key(node);
            if !is_there {
                log::warn(&format!(
                    "devices of node `{node}` are not counted: there is no such node"
                ));
            }
            is_there
        });
        Ok(Self {
            facts: facts.into_vec(),
            kinds: kinds.into_vec(),
            nodes: kept,
            gpus,
        })
    }

    /// Counts what a pod holds on its node.
    ///
    /// # Errors
    /// When it requests an amount that is no number.
    pub(crate) fn hold(&mut self, pod: &Pod) -> Result<(), Failure> {
        let Some(node) = self.nodes.get_mut(&pod.spec.node_name) else {
            return Ok(());
        };
        for (resource, units) in pod.gpus()? {
            for KeptOffer(kind, _, _, held) in &mut node.offers {
                if self
                    .kinds
                    .get(*kind)
                    .is_some_and(|kind| kind.resource == resource)
                {
                    *held = held.saturating_add(units);
                }
            }
        }
        Ok(())
    }

    /// Forgets what pods hold.
    pub(crate) fn release(&mut self) {
        let nodes = self.nodes.values_mut();
        nodes
            .flat_map(|node| &mut node.offers)
            .for_each(|offer| offer.3 = 0);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// As many nodes as it takes to have `least` devices, or all that are left. What nodes have in common goes with each
    /// part.
    pub(crate) fn take(&mut self, least: usize) -> Self {
        let mut part = Self {
            facts: self.facts.clone(),
            kinds: self.kinds.clone(),
            ..Self::default()
        };
        let mut devices = 0;
        while devices < least {
            let Some((name, node)) = self.nodes.pop_first() else {
                break;
            };
            match self.gpus.remove(&name) {
                Some(gpus) => {
                    devices += gpus.len();
                    part.gpus.insert(name.clone(), gpus);
                }
                None => devices += node.devices(),
            }
            part.nodes.insert(name, node);
        }
        part
    }

    /// The devices of all its nodes.
    pub(crate) fn devices(mut self, seen: Seen<'_>) -> Vec<Device> {
        let mut devices = Vec::new();
        for (name, node) in self.nodes {
            let nothing = Facts::new();
            let place = Place {
                node: &name,
                facts: self.facts.get(node.facts).unwrap_or(&nothing),
                fault: &node.fault,
                seen,
            };
            if let Some(gpus) = self.gpus.remove(&name) {
                devices.extend(of_driver(place, &node.offers, gpus));
                continue;
            }
            for KeptOffer(kind, count, unhealthy, held) in node.offers {
                let count = Count {
                    devices: count,
                    unhealthy,
                    held,
                };
                let kind = self.kinds.get(kind).into_iter();
                devices.extend(kind.flat_map(|kind| offered(place, kind, count)));
            }
        }
        devices
    }
}

impl Kept {
    /// How many devices its device plugin offers.
    fn devices(&self) -> usize {
        let counts = self.offers.iter().map(|offer| offer.1);
        counts.fold(0, |sum, count| {
            sum.saturating_add(usize::try_from(count).unwrap_or(usize::MAX))
        })
    }
}

fn keep(machine: Machine, facts: &mut Once<Facts>, kinds: &mut Once<Kind>) -> Kept {
    let offers = machine.offers.into_iter();
    Kept {
        facts: facts.position(machine.facts),
        fault: machine.fault,
        offers: offers
            .map(|offered| {
                let kind = kinds.position(offered.kind);
                KeptOffer(kind, offered.devices, offered.unhealthy, 0)
            })
            .collect(),
    }
}

/// Values that are kept once, and where each is.
#[derive(Debug)]
struct Once<T>(BTreeMap<T, usize>);

impl<T: Ord> Once<T> {
    /// The position of a value, the next one when it is new.
    fn position(&mut self, value: T) -> usize {
        let next = self.0.len();
        *self.0.entry(value).or_insert(next)
    }

    /// The values by position.
    fn into_vec(self) -> Vec<T> {
        let mut values: Vec<(usize, T)> =
            self.0.into_iter().map(|(value, at)| (at, value)).collect();
        values.sort_by_key(|(position, _)| *position);
        values.into_iter().map(|(_, value)| value).collect()
    }
}

/// The devices that a driver publishes. Where a device plugin offers devices of the same node, they are the same devices:
/// each is told once, and it is not free while somebody holds one of which the driver does not know.
fn of_driver<'a>(
    place: Place<'a>,
    offers: &[KeptOffer],
    gpus: Vec<Gpu>,
) -> impl Iterator<Item = Device> + 'a {
    let offered: u64 = offers.iter().map(|offer| u64::from(offer.1)).sum();
    let published = u64::try_from(gpus.len()).unwrap_or(u64::MAX);
    let is_held = offers.iter().any(|offer| offer.3 > 0);
    let is_doubtful = is_held || (offered > 0 && offered != published);
    gpus.into_iter().map(move |gpu| {
        let fault = if place.fault.is_empty() {
            &gpu.fault
        } else {
            place.fault
        };
        let mut device = placed(place, gpu.uuid, gpu.model.as_deref(), fault);
        if let Some(version) = gpu.driver_version {
            device.labels.retain(|(name, _)| name != "driver_version");
            device.labels.push(("driver_version".to_owned(), version));
        }
        device
            .labels
            .extend(gpu.parent.map(|parent| ("parent_uuid".to_owned(), parent)));
        let allocation = match (gpu.is_held, is_doubtful) {
            (true, _) => "used",
            (false, true) => "unknown",
            (false, false) => "free",
        };
        Device {
            index: gpu.index,
            mig_profile: gpu.profile,
            memory_mib: gpu.memory_mib,
            allocation: allocation.to_owned(),
            ..device
        }
    })
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

    fn told(fleet: Fleet) -> Vec<String> {
        let devices = fleet.devices(SEEN);
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
        let first = told(fleet.take(3));
        assert_eq!(first.len(), 4);
        assert!(!fleet.is_empty());
        let second = told(fleet.take(3));
        assert_eq!(second, ["c:gpu:0 free", "c:gpu:1 free"]);
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
