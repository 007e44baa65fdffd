//! The part `inventory`, step by step: what drivers publish, which nodes there are, what pods hold, then the devices.
//!
//! Each page of the host's is one step, and what earlier steps found travels in the cursor: a page of devices can only
//! be told once everything was read. All namespaces are read whatever `namespaces` says, because any pod may hold a GPU.

mod device;
mod dra;
mod fleet;
mod machine;
mod node;
mod pod;
mod product;
mod quantity;
mod resource;
mod slice;

use portcullis_plugin::{DevicePage, Failure, now};
use serde::{Deserialize, Serialize};

use crate::Config;
use crate::api::{Api, Part};
use crate::collection::Collection;
use crate::listing::Listing;
use crate::needs::Needs;
use crate::page::Encoding;
use crate::position::Position;
use device::Seen;
use dra::Gpus;
use fleet::Fleet;
use node::Node;
use pod::Pod;
pub(crate) use quantity::Quantity;
use slice::{Claim, Slice};

const NODES: Collection = Collection::of_cluster("/api/v1", "nodes");
const PODS: Listing<'static> = Listing {
    collection: Collection::namespaced("/api/v1", "pods"),
    fields: "spec.nodeName!=,status.phase!=Succeeded,status.phase!=Failed",
    metadata_only: false,
};
const NEEDS: Needs = Needs {
    role: "portcullis-inventory",
    resources: "nodes,pods",
};

/// Where slices and claims are, in the versions that this connector reads.
const DRA_GROUP: &str = "resource.k8s.io";
const DRA_VERSIONS: [(&str, &str); 4] = [
    ("v1", "/apis/resource.k8s.io/v1"),
    ("v1beta2", "/apis/resource.k8s.io/v1beta2"),
    ("v1beta1", "/apis/resource.k8s.io/v1beta1"),
    ("v1alpha3", "/apis/resource.k8s.io/v1alpha3"),
];
const DRA_NEEDS: Needs = Needs {
    role: "portcullis-inventory",
    resources: "nodes,pods,resourceslices.resource.k8s.io,resourceclaims.resource.k8s.io",
};

/// Devices of one page: with 500 bytes each it stays below the host's 8 MiB of output, with room for a cursor.
const DEVICES: usize = 6_000;
/// Requests of one step, fewer than a call may send.
const REQUESTS: u32 = 48;

/// What is left to do.
#[derive(Debug, Deserialize, Serialize)]
enum Step {
    Nodes(Gpus),
    Pods(Pods),
    Devices(Fleet),
}

/// Pods that are being read.
#[derive(Debug, Deserialize, Serialize)]
struct Pods {
    fleet: Fleet,
    next: Position,
    /// Whether the list expired once.
    again: bool,
}

/// The page at `cursor`, the first one without. A cursor is the steps that are left, one a line: only the first of them
/// is read, so that a page costs as much as its own devices.
pub(crate) fn page(config: &Config, cursor: Option<&str>) -> Result<DevicePage, Failure> {
    let api = Api::new(config, NEEDS);
    let mut devices = Vec::new();
    let (step, mut left) = match cursor.map(|steps| steps.split_once('\n').unwrap_or((steps, ""))) {
        None => (None, String::new()),
        Some((step, left)) => (Some(serde_json::from_str(step)?), left.to_owned()),
    };
    match step {
        None => left = line(&Step::Nodes(published(config)?))?,
        Some(Step::Nodes(gpus)) => {
            api.then(PODS);
            let nodes: Vec<Node> = api.list_as(&Listing::all(NODES), &Encoding::COMPACT)?;
            let fleet = Fleet::new(&nodes, gpus, &config.tolerated_taints)?;
            // Pods take the room that nodes took.
            drop(nodes);
            left = Pods::of(fleet).read(&api)?;
        }
        Some(Step::Pods(pods)) => left = pods.read(&api)?,
        Some(Step::Devices(fleet)) => {
            let seen = Seen {
                cluster: config.cluster.as_deref(),
                at: now(),
            };
            devices = fleet.devices(seen);
        }
    }
    Ok(DevicePage {
        devices,
        next: (!left.is_empty()).then_some(left),
    })
}

fn line(step: &Step) -> Result<String, Failure> {
    Ok(serde_json::to_string(step)?)
}

/// What drivers of dynamic resource allocation publish, where the server has it.
fn published(config: &Config) -> Result<Gpus, Failure> {
    let api = Api::new(config, DRA_NEEDS);
    let served = api.versions(DRA_GROUP)?;
    if served.is_empty() {
        return Ok(Gpus::new());
    }
    let known = DRA_VERSIONS
        .iter()
        .find(|(version, _)| served.iter().any(|served| served == version));
    let Some((_, root)) = known else {
        return Err(Failure::malformed(format!(
            "`{}` serves `{DRA_GROUP}` in the versions {} alone, which this connector does not read.",
            config.url,
            served.join(", ")
        ))
        .remedy("Use a version of this connector that is made for this version of Kubernetes."));
    };
    let slices = Listing::all(Collection::of_cluster(root, "resourceslices"));
    let claims = Listing::all(Collection::of_cluster(root, "resourceclaims"));
    let slices: Vec<Slice> = api.list_if_served(&slices)?.unwrap_or_default();
    if slices.is_empty() {
        return Ok(Gpus::new());
    }
    let claims: Vec<Claim> = api.list(&claims)?;
    Ok(dra::gpus(slices, claims, &config.tolerated_taints))
}

impl Pods {
    /// Pods of which none was read yet.
    fn of(fleet: Fleet) -> Self {
        Self {
            fleet,
            next: Position::default(),
            again: false,
        }
    }

    /// Reads as many pages as a step may, those of nodes before them among these, and gives the steps that are left.
    fn read(mut self, api: &Api<'_>) -> Result<String, Failure> {
        while api.sent() < REQUESTS {
            match api.page::<Pod>(&PODS, &self.next, &Encoding::COMPACT)? {
                Part::Page(pods, next) => {
                    for pod in &pods {
                        self.fleet.hold(pod)?;
                    }
                    match next {
                        None => return steps(self.fleet),
                        Some(next) => self.next = next,
                    }
                }
                Part::Expired if !self.again => {
                    self.fleet.release();
                    self.next = Position::default();
                    self.again = true;
                }
                Part::Expired => return Err(api.expired(&PODS)),
                Part::NotServed => return Err(api.not_served(&PODS)),
            }
        }
        line(&Step::Pods(self))
    }
}

/// The steps that tell the devices of a fleet.
fn steps(mut fleet: Fleet) -> Result<String, Failure> {
    let mut lines = Vec::new();
    while !fleet.is_empty() {
        lines.push(line(&Step::Devices(fleet.take(DEVICES)))?);
    }
    Ok(lines.join("\n"))
}
