//! Devices as the contract has them.

use portcullis_plugin::Device;

use super::machine::{Facts, Kind};

/// What a model is called that nobody tells.
const UNREPORTED: &str = "unreported";

/// When and of which cluster devices are told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'a> {
    pub(crate) cluster: Option<&'a str>,
    pub(crate) at: u32,
}

/// The node that devices are in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) node: &'a str,
    pub(crate) facts: &'a Facts,
    /// Why no pod can come to it; empty when one can.
    pub(crate) fault: &'a str,
    pub(crate) seen: Seen<'a>,
}

/// How many there are of the devices of one kind on one node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Count {
    pub(crate) devices: u32,
    pub(crate) unhealthy: u32,
    /// Units that pods hold.
    pub(crate) held: u64,
}

/// Devices that a device plugin offers. A node tells how many are held and not which: they are counted from index 0, as
/// whoever reserves takes them, so that a device that is reserved and used is counted once.
pub(crate) fn offered<'a>(
    place: Place<'a>,
    kind: &'a Kind,
    count: Count,
) -> impl Iterator<Item = Device> + 'a {
    let name = kind.resource.rsplit('/').next().unwrap_or_default();
    let healthy = count.devices.saturating_sub(count.unhealthy);
    (0..count.devices).map(move |index| {
        let fault = match place.fault {
            "" if index >= healthy => "the device plugin calls it unhealthy",
            fault => fault,
        };
        let uuid = format!("{}:{name}:{index}", place.node);
        Device {
            index: Some(index),
            mig_profile: kind.profile.clone(),
            memory_mib: kind.memory_mib,
            allocation: allocation(kind, count.held, index).to_owned(),
            ..placed(place, uuid, kind.model.as_deref(), fault)
        }
    })
}

/// A device that is there, of which nobody has said yet whether it is free.
pub(crate) fn placed(place: Place<'_>, uuid: String, model: Option<&str>, fault: &str) -> Device {
    let cluster = place.seen.cluster;
    let cluster = cluster.map(|name| ("cluster".to_owned(), name.to_owned()));
    Device {
        node: place.node.to_owned(),
        grade: "counted".to_owned(),
        observed_at: place.seen.at,
        health: (if fault.is_empty() {
            "healthy"
        } else {
            "failed"
        })
        .to_owned(),
        health_reason: fault.to_owned(),
        labels: cluster
            .into_iter()
            .chain(place.facts.iter().cloned())
            .collect(),
        ..Device::new(uuid, model.unwrap_or(UNREPORTED))
    }
}

/// Of a shared device nobody knows whose share is where, and of shares that nobody counts not even how many devices.
fn allocation(kind: &Kind, held: u64, index: u32) -> &'static str {
    match kind.units_each {
        1 if u64::from(index) < held => "used",
        1 => "free",
        _ if held == 0 && kind.model.is_some() => "free",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::{Count, Kind, Place, Seen, offered};

    fn kind(units_each: u32) -> Kind {
        Kind {
            resource: "nvidia.com/gpu".to_owned(),
            model: Some("Tesla-T4".to_owned()),
            units_each,
            ..Kind::default()
        }
    }

    fn told(fault: &str, kind: &Kind, (devices, unhealthy, held): (u32, u32, u64)) -> Vec<String> {
        let facts = vec![("zone".to_owned(), "a".to_owned())];
        let seen = Seen {
            cluster: Some("gpu-prod"),
            at: 7,
        };
        let place = Place {
            node: "n1",
            facts: &facts,
            fault,
            seen,
        };
        let devices: Vec<_> = offered(
            place,
            kind,
            Count {
                devices,
                unhealthy,
                held,
            },
        )
        .collect();
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
            told("", &kind(1), (3, 0, 2)),
            [
                "n1:gpu:0 used healthy",
                "n1:gpu:1 used healthy",
                "n1:gpu:2 free healthy"
            ]
        );
        assert_eq!(told("", &kind(1), (1, 0, 9)), ["n1:gpu:0 used healthy"]);
    }

    #[test]
    fn a_device_that_cannot_be_used_has_failed() {
        assert_eq!(
            told("", &kind(1), (2, 1, 0)),
            ["n1:gpu:0 free healthy", "n1:gpu:1 free failed"]
        );
        assert_eq!(
            told("the node is cordoned", &kind(1), (1, 0, 0)),
            ["n1:gpu:0 free failed"]
        );
    }

    #[test]
    fn a_shared_device_is_free_only_when_nobody_has_a_share() {
        assert_eq!(told("", &kind(4), (1, 0, 0)), ["n1:gpu:0 free healthy"]);
        assert_eq!(told("", &kind(4), (1, 0, 1)), ["n1:gpu:0 unknown healthy"]);
        let uncounted = Kind {
            model: None,
            ..kind(8)
        };
        assert_eq!(
            told("", &uncounted, (1, 0, 0)),
            ["n1:gpu:0 unknown healthy"]
        );
    }
}
