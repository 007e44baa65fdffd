//! Fleet files in TOML and JSON, which have the same keys.

use jiff::Timestamp;
use portcullis_model::{
    DeviceId, Fabric, GpuModel, Health, Location, NodeName, NodeRoom, Price, Site, Version,
};
use serde::Deserialize;

use super::fault::Problem;
use super::fleet::{Fleet, Group};
use super::place::Place;
use super::supply::{OfferEntry, QuotaEntry};

type Fault = (Option<Place>, Problem);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    observed_at: Option<Timestamp>,
    #[serde(default)]
    node: Vec<Node>,
    #[serde(default)]
    offer: Vec<OfferEntry>,
    #[serde(default)]
    quota: Vec<QuotaEntry>,
}

/// A node's groups of devices, checked while the parser still knows where it is.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Entry")]
struct Node(Vec<Group>);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: NodeName,
    #[serde(default)]
    gpus: u32,
    model: Option<GpuModel>,
    memory_mib: Option<u32>,
    #[serde(default)]
    used: u32,
    healthy: Option<bool>,
    health: Option<Health>,
    region: Option<Location>,
    zone: Option<Location>,
    driver_version: Option<Version>,
    cuda_version: Option<Version>,
    fabric: Option<Fabric>,
    price: Option<Price>,
    node_cpu_milli: Option<u32>,
    node_memory_mib: Option<u32>,
    #[serde(default)]
    gpu: Vec<Gpu>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Gpu {
    uuid: DeviceId,
    model: Option<GpuModel>,
    memory_mib: Option<u32>,
    #[serde(default)]
    used: bool,
    healthy: Option<bool>,
    health: Option<Health>,
    fabric: Option<Fabric>,
    price: Option<Price>,
}

/// Parses TOML; the time that the file says it was true, if it says so.
pub(super) fn parse_toml(text: &str, fleet: &mut Fleet) -> Result<Option<Timestamp>, Fault> {
    let document: Document = toml::from_str(text).map_err(|error| {
        let place = error.span().map(|span| Place::of_offset(text, span.start));
        (place, Problem::Syntax(summary(error.message())))
    })?;
    document.add_to(fleet)
}

/// Parses JSON; the time that the file says it was true, if it says so.
pub(super) fn parse_json(text: &str, fleet: &mut Fleet) -> Result<Option<Timestamp>, Fault> {
    let document: Document = serde_json::from_str(text).map_err(|error| {
        let place = Place::Character {
            line: error.line() as u64,
            column: error.column() as u64,
        };
        let message = error.to_string();
        let message = message
            .rsplit_once(" at line ")
            .map_or(message.as_str(), |(message, _)| message);
        (Some(place), Problem::Syntax(summary(message)))
    })?;
    document.add_to(fleet)
}

/// A noun's own parser says more than fits here: its paragraph of what was found is enough.
fn summary(message: &str) -> String {
    let mut lines = message.lines();
    match (lines.next(), lines.next()) {
        (Some(first), Some(second)) if first.starts_with("Invalid ") => {
            second.trim_end_matches('.').to_owned()
        }
        _ => message.to_owned(),
    }
}

impl Document {
    fn add_to(self, fleet: &mut Fleet) -> Result<Option<Timestamp>, Fault> {
        for Node(groups) in self.node {
            for group in groups {
                fleet.add(group).map_err(|problem| (None, problem))?;
            }
        }
        fleet.offers = self.offer;
        fleet.quotas = self.quota;
        Ok(self.observed_at)
    }
}

impl TryFrom<Entry> for Node {
    type Error = String;

    fn try_from(entry: Entry) -> Result<Self, String> {
        let Entry {
            name,
            gpus,
            model,
            memory_mib,
            used,
            healthy,
            health,
            region,
            zone,
            driver_version,
            cuda_version,
            fabric,
            price,
            node_cpu_milli,
            node_memory_mib,
            gpu,
        } = entry;
        if gpus > 0 && !gpu.is_empty() {
            return Err(format!(
                "node `{name}` has both a count in `gpus` and entries in `gpu`"
            ));
        }
        let node = Group {
            node: name,
            gpus,
            model,
            memory_mib,
            used,
            healthy,
            health,
            id: None,
            site: Site {
                region,
                zone,
                driver: driver_version,
                cuda: cuda_version,
                price,
            },
            fabric,
            room: NodeRoom {
                cpu_milli: node_cpu_milli,
                memory_mib: node_memory_mib,
            },
        };
        let devices = gpu.into_iter().map(|gpu| {
            let told = gpu.healthy.is_some() || gpu.health.is_some();
            Group {
                node: node.node.clone(),
                gpus: 1,
                model: gpu.model.or_else(|| node.model.clone()),
                memory_mib: gpu.memory_mib.or(node.memory_mib),
                used: u32::from(gpu.used),
                healthy: gpu.healthy.or(node.healthy.filter(|_| !told)),
                health: gpu.health.or(node.health.filter(|_| !told)),
                id: Some(gpu.uuid),
                site: Site {
                    price: gpu.price.or(node.site.price),
                    ..node.site.clone()
                },
                fabric: gpu.fabric.or_else(|| node.fabric.clone()),
                room: NodeRoom::default(),
            }
        });
        let mut groups: Vec<Group> = devices.collect();
        groups.push(node);
        for group in &groups {
            group.check().map_err(|problem| problem.found())?;
        }
        Ok(Self(groups))
    }
}
