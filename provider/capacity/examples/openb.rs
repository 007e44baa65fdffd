//! The pods of a production cluster placed on its nodes, by our search and by plain best-fit and first-fit; prints JSON.
//!
//! `cargo run --release --package portcullis-capacity --example openb -- <nodes.csv> <pods.csv>`: Alibaba's `openb` trace of
//! 2023, 1,523 nodes and 8,152 pods; without arguments where it lies beside the repository. Pods that share a GPU are put
//! on one GPU first, the same for everybody; then all pods compete for whole GPUs, CPU and memory on one node at once, the
//! largest first, those without GPUs after the others.
//!
//! One line of one JSON object. Counts: `nodes`, `gpus`, `pods`, `pods_without_gpus`. For each of `ours`, `best_fit` and
//! `first_fit`: `<way>_percent`, the share of all GPUs that placed pods use, and `<way>_unplaced`, pods without a place.
//! `plain_percent` and `plain_unplaced` are the better of the two plain ways, and `ours_seconds` is how long ours takes.
#![allow(clippy::print_stdout, reason = "the figures are the output")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use portcullis_capacity::{Beside, Demand, Fleet, Placement, Reservations, fits};
use portcullis_model::{
    Device, DeviceId, Grade, Health, MigMode, NodeName, NodeRoom, Site, SnapshotBuilder,
    SourceReport, Supply,
};

/// What a pod asks for, or several that share a GPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Ask {
    gpus: u32,
    cpu_milli: u32,
    memory_mib: u32,
    /// How many pods it stands for, and the thousandths of a GPU that they use.
    pods: u32,
    gpu_milli: u32,
}

/// What a node has left.
#[derive(Clone, Debug)]
struct Node {
    name: String,
    model: String,
    gpus: u32,
    cpu_milli: u32,
    memory_mib: u32,
}

fn main() -> Result<(), Box<dyn Error>> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/gpu");
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let nodes = arguments
        .next()
        .unwrap_or_else(|| data.join("openb_node_list_all_node.csv"));
    let pods = arguments
        .next()
        .unwrap_or_else(|| data.join("openb_pod_list_default.csv"));
    let nodes = read_nodes(&std::fs::read_to_string(nodes)?)?;
    let asks = read_asks(&std::fs::read_to_string(pods)?)?;
    let pods: u32 = asks.iter().map(|ask| ask.pods).sum();
    let without = asks.iter().filter(|ask| ask.gpus == 0).count();
    let all: u32 = nodes.iter().map(|node| node.gpus).sum();

    let started = Instant::now();
    let ours = ours(&nodes, &asks)?;
    let seconds = started.elapsed().as_secs_f64();
    let best = plain(&nodes, &asks, true);
    let first = plain(&nodes, &asks, false);
    let unplaced = |placed: &[Ask]| pods - placed.iter().map(|ask| ask.pods).sum::<u32>();
    let share = |placed: &[Ask]| {
        let milli: u32 = placed.iter().map(|ask| ask.gpu_milli).sum();
        f64::from(milli) / 10.0 / f64::from(all)
    };
    println!(
        "{}",
        serde_json::json!({
            "nodes": nodes.len(),
            "gpus": all,
            "pods": pods,
            "pods_without_gpus": without,
            "ours_percent": share(&ours), "ours_unplaced": unplaced(&ours), "ours_seconds": seconds,
            "best_fit_percent": share(&best), "best_fit_unplaced": unplaced(&best),
            "first_fit_percent": share(&first), "first_fit_unplaced": unplaced(&first),
            "plain_percent": share(&best).max(share(&first)),
            "plain_unplaced": unplaced(&best).min(unplaced(&first)),
        })
    );
    Ok(())
}

fn read_nodes(text: &str) -> Result<Vec<Node>, Box<dyn Error>> {
    let mut nodes = Vec::new();
    for line in text.lines().skip(1) {
        let [name, cpu, memory, gpus, model] = fields(line)?;
        nodes.push(Node {
            name: name.to_owned(),
            model: model.to_owned(),
            gpus: gpus.parse()?,
            cpu_milli: cpu.parse()?,
            memory_mib: memory.parse()?,
        });
    }
    Ok(nodes)
}

/// What pods ask for, the largest first.
fn read_asks(text: &str) -> Result<Vec<Ask>, Box<dyn Error>> {
    let (mut asks, mut shares) = (Vec::new(), Vec::new());
    for line in text.lines().skip(1) {
        let [_, cpu, memory, gpus, milli] = fields(line)?;
        let (gpus, milli): (u32, u32) = (gpus.parse()?, milli.parse()?);
        let ask = Ask {
            gpus,
            cpu_milli: cpu.parse()?,
            memory_mib: memory.parse()?,
            pods: 1,
            gpu_milli: gpus * milli,
        };
        match (gpus, milli) {
            (1, ..1000) => shares.push(ask),
            _ => asks.push(ask),
        }
    }
    asks.extend(shared(shares));
    asks.sort_unstable_by(|one, other| other.cmp(one));
    Ok(asks)
}

/// Pods that share GPUs, each GPU as full as best-fit decreasing makes it.
fn shared(mut shares: Vec<Ask>) -> Vec<Ask> {
    shares.sort_unstable_by_key(|ask| std::cmp::Reverse((ask.gpu_milli, *ask)));
    let mut gpus: Vec<Ask> = Vec::new();
    for share in shares {
        let holds = |gpu: &&mut Ask| gpu.gpu_milli + share.gpu_milli <= 1_000;
        match gpus
            .iter_mut()
            .filter(holds)
            .max_by_key(|gpu| gpu.gpu_milli)
        {
            Some(gpu) => {
                gpu.cpu_milli += share.cpu_milli;
                gpu.memory_mib += share.memory_mib;
                gpu.gpu_milli += share.gpu_milli;
                gpu.pods += 1;
            }
            None => gpus.push(share),
        }
    }
    gpus
}

/// The first fields of a line; none is quoted in these files.
fn fields<const N: usize>(line: &str) -> Result<[&str; N], Box<dyn Error>> {
    let fields: Vec<&str> = line.split(',').take(N).collect();
    Ok(fields
        .try_into()
        .map_err(|_| format!("too few fields: {line}"))?)
}

/// Asks our verdict for as much of each sort of pod as fits beside those before it. Pods without GPUs ask for nothing that
/// a verdict is about: they go to the fullest nodes that the witness leaves.
fn ours(nodes: &[Node], asks: &[Ask]) -> Result<Vec<Ask>, Box<dyn Error>> {
    let fleet = fleet(nodes)?;
    let mut sorts: BTreeMap<(u32, u32, u32), Vec<Ask>> = BTreeMap::new();
    for ask in asks.iter().filter(|ask| ask.gpus > 0) {
        let sort = sorts
            .entry((ask.gpus, ask.cpu_milli, ask.memory_mib))
            .or_default();
        sort.push(*ask);
    }
    let (mut demands, mut placed): (Vec<Demand>, Vec<Ask>) = (Vec::new(), Vec::new());
    let mut witness = None;
    for ((gpus, cpu, memory), sort) in sorts.into_iter().rev() {
        let demand = Demand {
            beside: Beside {
                cpu_milli: Some(cpu),
                memory_mib: Some(memory),
            },
            ..Demand::new(format!("sort-{}", demands.len()).parse()?, 0, gpus)
        };
        demands.push(demand);
        // The most that fits: all of them as a rule, else by halving.
        let (mut least, mut most) = (0, u32::try_from(sort.len())?);
        let mut tried = most;
        while least < most {
            if let Some(last) = demands.last_mut() {
                last.replicas = tried;
            }
            if let Some(found) = fits(&fleet, &demands).witness() {
                witness = Some(found.clone());
                least = tried;
            } else {
                most = tried - 1;
            }
            tried = (least + most).div_ceil(2);
        }
        if let Some(last) = demands.last_mut() {
            last.replicas = least;
        }
        placed.extend(sort.into_iter().take(least as usize));
    }
    let mut left = witness.map_or_else(
        || Ok(nodes.to_vec()),
        |found| after(nodes, &demands, &found),
    )?;
    let without = asks.iter().filter(|ask| ask.gpus == 0);
    placed.extend(without.filter(|ask| put(&mut left, ask, true)).copied());
    Ok(placed)
}

/// What nodes have left once every pod of a placement is where its witness says.
fn after(
    nodes: &[Node],
    demands: &[Demand],
    placement: &Placement,
) -> Result<Vec<Node>, Box<dyn Error>> {
    let mut left: BTreeMap<String, Node> = nodes
        .iter()
        .map(|node| (node.name.clone(), node.clone()))
        .collect();
    for demand in demands {
        let placed = placement.pool(&demand.pool);
        for replica in placed.iter().flat_map(|placed| &placed.replicas) {
            let name = replica
                .devices
                .first()
                .map(|device| device.node.to_string());
            let node = name.and_then(|name| left.get_mut(&name));
            let node = node.ok_or("a replica is on no node")?;
            // A witness that takes more than there is would be a wrong yes.
            let less = |left: u32, taken: Option<u32>| left.checked_sub(taken.unwrap_or(0));
            node.gpus = less(node.gpus, Some(demand.gpus_per_replica)).ok_or("too few GPUs")?;
            node.cpu_milli =
                less(node.cpu_milli, demand.beside.cpu_milli).ok_or("too little CPU")?;
            node.memory_mib =
                less(node.memory_mib, demand.beside.memory_mib).ok_or("too little memory")?;
        }
    }
    Ok(left.into_values().collect())
}

fn fleet(nodes: &[Node]) -> Result<Fleet, Box<dyn Error>> {
    let now = Timestamp::UNIX_EPOCH;
    let mut report = SourceReport {
        grade: Grade::Counted,
        observed_at: now,
        partial: None,
        nodes: Vec::new(),
        rooms: Vec::new(),
        devices: Vec::new(),
        supply: Supply::default(),
    };
    for node in nodes.iter().filter(|node| node.gpus > 0) {
        let name: NodeName = node.name.parse()?;
        let room = NodeRoom {
            cpu_milli: Some(node.cpu_milli),
            memory_mib: Some(node.memory_mib),
        };
        report.rooms.push((name.clone(), room));
        for index in 0..node.gpus {
            report.devices.push(Device {
                node: name.clone(),
                id: DeviceId::Index(index),
                model: node.model.parse()?,
                mig_profile: None,
                memory_mib: None,
                grade: Grade::Counted,
                health: Health::Healthy,
                mig_mode: MigMode::Disabled,
                in_use: false,
                holder: None,
                part_of: None,
                site: Site::default(),
                fabric: None,
                observed_at: now,
            });
        }
    }
    let snapshot = SnapshotBuilder::default()
        .report("openb".parse()?, report)
        .build();
    Ok(Fleet::new(&Arc::new(snapshot), &Reservations::new()))
}

/// Each pod on the first node that holds it or, with `best`, on the one that it leaves the fewest GPUs on.
fn plain(nodes: &[Node], asks: &[Ask], best: bool) -> Vec<Ask> {
    let mut nodes = nodes.to_vec();
    let placed = asks.iter().filter(|ask| put(&mut nodes, ask, best));
    placed.copied().collect()
}

/// Puts a pod on a node; whether one holds it.
fn put(nodes: &mut [Node], ask: &Ask, best: bool) -> bool {
    let holds = |node: &&mut Node| {
        node.gpus >= ask.gpus
            && node.cpu_milli >= ask.cpu_milli
            && node.memory_mib >= ask.memory_mib
    };
    let mut holding = nodes.iter_mut().filter(holds);
    let node = if best {
        holding.min_by_key(|node| node.gpus)
    } else {
        holding.next()
    };
    let Some(node) = node else {
        return false;
    };
    node.gpus -= ask.gpus;
    node.cpu_milli -= ask.cpu_milli;
    node.memory_mib -= ask.memory_mib;
    true
}
