//! Instance types and their GPUs.

use portcullis_plugin::{Failure, Pool};
use serde::{Deserialize, Serialize};

use super::quota::{Quotas, Room};
use crate::xml::Element;

/// The GPUs of one machine.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub(crate) struct Gpus {
    /// Maker and name: `NVIDIA H100`.
    model: String,
    count: u32,
    /// Of one of them; `None` when it is not said.
    memory_mib: Option<u32>,
    /// Virtual CPUs beside them, by which quotas count; `None` when it is not said.
    vcpus: Option<u32>,
}

/// The name of a type and its GPUs; `None` for a type without any.
///
/// # Errors
/// When a number is none, or the machine has GPUs of several models, of which one pool cannot tell.
pub(crate) fn gpus(item: Element<'_>) -> Result<Option<(String, Gpus)>, Failure> {
    let name = item.needed("instanceType")?;
    let Some(info) = item.child("gpuInfo") else {
        return Ok(None);
    };
    let mut gpus = info.list("gpus");
    let Some(gpu) = gpus.next() else {
        return Ok(None);
    };
    if gpus.next().is_some() {
        return Err(Failure::malformed(format!(
            "The instance type `{name}` has GPUs of several models."
        )));
    }
    let model = format!("{} {}", gpu.text("manufacturer"), gpu.needed("name")?);
    let memory = gpu
        .child("memoryInfo")
        .map(|memory| memory.text("sizeInMiB"));
    Ok(Some((
        name.to_owned(),
        Gpus {
            model: model.trim().to_owned(),
            count: number(gpu, "count", name)?,
            vcpus: item
                .child("vCpuInfo")
                .and_then(|info| info.text("defaultVCpus").parse().ok()),
            memory_mib: memory.and_then(|memory| memory.parse().ok()),
        },
    )))
}

/// The number in the child of that name; `of` is what it is about.
///
/// # Errors
/// When it is no number below 2^32.
pub(crate) fn number(element: Element<'_>, name: &str, of: &str) -> Result<u32, Failure> {
    let text = element.needed(name)?;
    text.parse().map_err(|_| {
        Failure::malformed(format!(
            "`{of}` has `{text}` as its `{name}`, which is no number."
        ))
    })
}

impl Gpus {
    /// Maker and name.
    pub(crate) fn model(&self) -> &str {
        &self.model
    }

    /// What quotas leave of machines of that type.
    pub(crate) fn room(&self, name: &str, quotas: Option<&Quotas>) -> Room {
        let known = quotas.zip(self.vcpus);
        known.map_or_else(Room::default, |(quotas, vcpus)| quotas.room(name, vcpus))
    }

    /// A type that the region offers, in whatever number, unless no quota leaves one.
    pub(crate) fn listed(
        &self,
        name: &str,
        region: Option<&str>,
        observed_at: u32,
        room: &Room,
    ) -> Pool {
        let mut pool = self.pool(name, "listed", observed_at);
        pool.nodes_available = room.is_none.then_some(0);
        self.label(&mut pool, name, region);
        pool
    }

    /// Machines of that type under a name, without labels.
    pub(crate) fn pool(&self, name: &str, grade: &str, observed_at: u32) -> Pool {
        Pool {
            name: name.to_owned(),
            model: self.model.clone(),
            devices_per_node: self.count,
            nodes_available: None,
            nodes_total: None,
            grade: grade.to_owned(),
            observed_at,
            price_milli: None,
            currency: String::new(),
            labels: Vec::new(),
        }
    }

    pub(crate) fn label(&self, pool: &mut Pool, instance_type: &str, region: Option<&str>) {
        let mut add = |name: &str, value: String| pool.labels.push((name.to_owned(), value));
        add("instance_type", instance_type.to_owned());
        if let Some(region) = region {
            add("region", region.to_owned());
        }
        if let Some(memory) = self.memory_mib {
            add("memory_mib", memory.to_string());
        }
    }
}
