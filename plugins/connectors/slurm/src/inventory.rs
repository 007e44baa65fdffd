//! The part `inventory`: Slurm tells everything at once, and the host takes it page by page.

use std::collections::{BTreeMap, VecDeque};

use portcullis_plugin::{DevicePage, Failure, now};
use serde::{Deserialize, Serialize};

use crate::Config;
use crate::device::Machine;
use crate::node::{Node, Nodes};
use crate::reservation::{Hold, Reservations, Terms, holds};
use crate::rest::Rest;

/// Devices of one page: with 500 bytes each it stays below the host's 8 MiB of output, with room for a cursor.
const DEVICES: usize = 6_000;

/// What was read and is not told yet.
#[derive(Debug, Deserialize, Serialize)]
struct Left {
    seen: u32,
    machines: VecDeque<Machine>,
}

/// The page at `cursor`, the first one without.
pub(crate) fn page(config: &Config, cursor: Option<&str>) -> Result<DevicePage, Failure> {
    let mut left = match cursor {
        Some(cursor) => serde_json::from_str(cursor)?,
        None => Left {
            seen: now(),
            machines: read(config)?,
        },
    };
    let mut devices = Vec::new();
    while devices.len() < DEVICES {
        let Some(machine) = left.machines.pop_front() else {
            break;
        };
        devices.extend(machine.devices(config, left.seen));
    }
    let is_more = !left.machines.is_empty();
    Ok(DevicePage {
        devices,
        next: is_more.then(|| serde_json::to_string(&left)).transpose()?,
    })
}

/// The nodes with GPUs. Reservations are read first: a job that takes a node meanwhile is seen, and what a reservation
/// keeps is seldom given up at once.
fn read(config: &Config) -> Result<VecDeque<Machine>, Failure> {
    let rest = Rest::negotiated(config)?;
    let Reservations { reservations } = rest.list("reservations")?;
    let Nodes { nodes } = rest.list("nodes")?;
    let cores = cores(&nodes)?;
    let terms = Terms {
        now: now(),
        notice_seconds: u64::from(config.notice_hours).saturating_mul(3600),
        ours: &config.reservations,
    };
    let mut holds: BTreeMap<String, Hold> = holds(&reservations, &cores, terms)?;
    let mut machines = VecDeque::new();
    for node in nodes.iter().filter(|node| is_asked(config, node)) {
        machines.extend(Machine::of(node, holds.remove(&node.name))?);
    }
    Ok(machines)
}

fn is_asked(config: &Config, node: &Node) -> bool {
    let Some(partitions) = &config.partitions else {
        return true;
    };
    node.partitions.iter().any(|name| partitions.contains(name))
}

/// The cores of each node.
///
/// # Errors
/// When a node is told twice.
fn cores(nodes: &[Node]) -> Result<BTreeMap<&str, u64>, Failure> {
    let mut cores = BTreeMap::new();
    for node in nodes {
        if cores.insert(node.name.as_str(), node.cores()).is_some() {
            return Err(Failure::malformed(format!(
                "slurmrestd tells of the node `{}` twice.",
                node.name
            )));
        }
    }
    Ok(cores)
}
