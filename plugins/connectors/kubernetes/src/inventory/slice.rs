//! ResourceSlices: devices that drivers of dynamic resource allocation publish.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::node::Taint;
use super::quantity::Quantity;
use crate::metadata::or_default;

/// A `ResourceSlice` of `resource.k8s.io`, version v1 or one before it.
#[derive(Debug, Deserialize)]
pub(crate) struct Slice {
    pub(crate) spec: SliceSpec,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SliceSpec {
    pub(crate) driver: String,
    /// Empty when the devices are of no single node.
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) node_name: String,
    pub(crate) pool: Pool,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) devices: Vec<Published>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pool {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) generation: i64,
    #[serde(default)]
    pub(crate) resource_slice_count: i64,
}

/// A device. Before v1 its parts were one level deeper, in `basic`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Published {
    pub(crate) name: String,
    /// Of the device, where a slice has those of several nodes.
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) node_name: String,
    basic: Option<Parts>,
    #[serde(flatten)]
    parts: Parts,
}

#[derive(Debug, Default, Deserialize)]
struct Parts {
    #[serde(default, deserialize_with = "or_default")]
    attributes: BTreeMap<String, Attribute>,
    #[serde(default, deserialize_with = "or_default")]
    capacity: BTreeMap<String, Capacity>,
    #[serde(default, deserialize_with = "or_default")]
    taints: Vec<Taint>,
}

/// A value under its type; one of them is there.
#[derive(Debug, Default, Deserialize)]
struct Attribute {
    string: Option<String>,
    version: Option<String>,
    int: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct Capacity {
    value: Quantity,
}

impl Published {
    fn parts(&self) -> &Parts {
        self.basic.as_ref().unwrap_or(&self.parts)
    }

    /// An attribute that is a text or a version. A driver's own names may stand with its domain or without.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let value = self.attribute(name)?;
        let text = value.string.as_deref().or(value.version.as_deref());
        text.filter(|text| !text.is_empty())
    }

    pub(crate) fn number(&self, name: &str) -> Option<u32> {
        u32::try_from(self.attribute(name)?.int?).ok()
    }

    pub(crate) fn memory_mib(&self) -> Option<u32> {
        let capacity = &self.parts().capacity;
        named(capacity, "memory")?
            .value
            .mib()
            .filter(|memory| *memory > 0)
    }

    /// Why nothing that does not tolerate it is given the device; empty when there is no reason.
    pub(crate) fn fault(&self, tolerated: &[String]) -> String {
        let taint = self
            .parts()
            .taints
            .iter()
            .find(|taint| taint.repels(tolerated));
        taint.map_or_else(String::new, |taint| {
            format!("the device has the taint {}:{}", taint.key, taint.effect)
        })
    }

    fn attribute(&self, name: &str) -> Option<&Attribute> {
        named(&self.parts().attributes, name)
    }
}

/// The entry of that name, with or without the domain of NVIDIA's driver before it.
fn named<'a, T>(entries: &'a BTreeMap<String, T>, name: &str) -> Option<&'a T> {
    let qualified = format!("{}/{name}", super::dra::DRIVER);
    entries.get(name).or_else(|| entries.get(&qualified))
}

/// A `ResourceClaim`, as far as it says what is allocated.
#[derive(Debug, Deserialize)]
pub(crate) struct Claim {
    status: Option<ClaimStatus>,
}

#[derive(Debug, Deserialize)]
struct ClaimStatus {
    allocation: Option<Allocation>,
}

#[derive(Debug, Deserialize)]
struct Allocation {
    devices: Option<Devices>,
}

#[derive(Debug, Deserialize)]
struct Devices {
    #[serde(default, deserialize_with = "or_default")]
    results: Vec<Allocated>,
}

/// A device that is allocated to a claim.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Allocated {
    pub(crate) driver: String,
    pub(crate) pool: String,
    pub(crate) device: String,
    /// Access for monitoring, which holds nothing.
    #[serde(default, deserialize_with = "or_default")]
    admin_access: bool,
}

impl Claim {
    /// The devices that it holds.
    pub(crate) fn held(self) -> impl Iterator<Item = Allocated> {
        let devices = self.status.and_then(|status| status.allocation?.devices);
        let results = devices.map(|devices| devices.results).unwrap_or_default();
        results
            .into_iter()
            .filter(|allocated| !allocated.admin_access)
    }
}
