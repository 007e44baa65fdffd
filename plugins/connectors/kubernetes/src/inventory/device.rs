//! Devices as the contract has them.

use portcullis_plugin::Device;

use super::node::{Machine, Offered};

/// What a model is called that nobody tells.
const UNREPORTED: &str = "unreported";

/// When and of which cluster devices are told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'a> {
    pub(crate) cluster: Option<&'a str>,
    pub(crate) at: u32,
}

/// The devices of a node that a device plugin offers. A node tells how many are held and not which: they are counted
/// from index 0, as whoever reserves takes them, so that a device that is reserved and used is counted once.
pub(crate) fn of_machine(node: &str, machine: &Machine, seen: Seen<'_>) -> Vec<Device> {
    let offers = machine.offers.iter();
    offers
        .flat_map(|offered| of_offer(node, machine, offered, seen))
        .collect()
}

fn of_offer<'a>(
    node: &'a str,
    machine: &'a Machine,
    offered: &'a Offered,
    seen: Seen<'a>,
) -> impl Iterator<Item = Device> + 'a {
    let name = offered.resource.rsplit('/').next().unwrap_or_default();
    let healthy = offered.devices.saturating_sub(offered.unhealthy);
    (0..offered.devices).map(move |index| {
        let (health, health_reason) = match machine.fault.as_str() {
            "" if index < healthy => ("healthy", String::new()),
            "" => ("failed", "the device plugin calls it unhealthy".to_owned()),
            fault => ("failed", fault.to_owned()),
        };
        Device {
            node: node.to_owned(),
            index: Some(index),
            mig_profile: offered.profile.clone(),
            memory_mib: offered.memory_mib,
            allocation: allocation(offered, index).to_owned(),
            health: health.to_owned(),
            health_reason,
            labels: labels(machine, seen),
            ..counted(
                format!("{node}:{name}:{index}"),
                offered.model.as_deref(),
                seen,
            )
        }
    })
}

/// A device of which nothing is known but what it is.
pub(crate) fn counted(uuid: String, model: Option<&str>, seen: Seen<'_>) -> Device {
    Device {
        grade: "counted".to_owned(),
        observed_at: seen.at,
        ..Device::new(uuid, model.unwrap_or(UNREPORTED))
    }
}

pub(crate) fn labels(machine: &Machine, seen: Seen<'_>) -> Vec<(String, String)> {
    let cluster = seen
        .cluster
        .map(|name| ("cluster".to_owned(), name.to_owned()));
    cluster
        .into_iter()
        .chain(machine.facts.iter().cloned())
        .collect()
}

/// Of a shared device nobody knows whose share is where.
fn allocation(offered: &Offered, index: u32) -> &'static str {
    if offered.held == 0 {
        return if offered.units_each > 1 && offered.model.is_none() {
            "unknown"
        } else {
            "free"
        };
    }
    match offered.units_each {
        1 if u64::from(index) < offered.held => "used",
        1 => "free",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::{Seen, of_machine};
    use crate::inventory::node::{Machine, Offered};

    const SEEN: Seen<'static> = Seen {
        cluster: Some("gpu-prod"),
        at: 7,
    };

    fn offered(devices: u32, unhealthy: u32, units_each: u32, held: u64) -> Offered {
        Offered {
            resource: "nvidia.com/gpu".to_owned(),
            model: Some("Tesla-T4".to_owned()),
            devices,
            unhealthy,
            units_each,
            held,
            ..Offered::default()
        }
    }

    fn told(fault: &str, offered: Offered) -> Vec<String> {
        let machine = Machine {
            facts: vec![("zone".to_owned(), "a".to_owned())],
            fault: fault.to_owned(),
            offers: vec![offered],
        };
        let devices = of_machine("n1", &machine, SEEN);
        assert!(
            devices
                .iter()
                .all(|device| device.labels.len() == 2 && device.observed_at == 7)
        );
        devices
            .iter()
            .map(|device| format!("{} {} {}", device.uuid, device.allocation, device.health))
            .collect()
    }

    #[test]
    fn what_pods_hold_is_counted_from_the_first_device() {
        assert_eq!(
            told("", offered(3, 0, 1, 2)),
            [
                "n1:gpu:0 used healthy",
                "n1:gpu:1 used healthy",
                "n1:gpu:2 free healthy"
            ]
        );
        assert_eq!(told("", offered(1, 0, 1, 9)), ["n1:gpu:0 used healthy"]);
    }

    #[test]
    fn a_device_that_cannot_be_used_has_failed() {
        assert_eq!(
            told("", offered(2, 1, 1, 0)),
            ["n1:gpu:0 free healthy", "n1:gpu:1 free failed"]
        );
        assert_eq!(
            told("the node is cordoned", offered(1, 0, 1, 0)),
            ["n1:gpu:0 free failed"]
        );
    }

    #[test]
    fn a_shared_device_is_free_only_when_nobody_has_a_share() {
        assert_eq!(told("", offered(1, 0, 4, 0)), ["n1:gpu:0 free healthy"]);
        assert_eq!(told("", offered(1, 0, 4, 1)), ["n1:gpu:0 unknown healthy"]);
        let uncounted = Offered {
            model: None,
            ..offered(1, 0, 8, 0)
        };
        assert_eq!(told("", uncounted), ["n1:gpu:0 unknown healthy"]);
    }
}
