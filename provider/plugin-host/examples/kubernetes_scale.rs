//! How long the connector `kubernetes` takes for a cluster of many nodes, beside the time that the server takes to give
//! the same pages to a client that does nothing with them.
//!
//! `cargo run --release -p portcullis-plugin-host --example kubernetes_scale -- 5000`: nodes with 8 GPUs each, and two
//! pods on each. It starts a server of its own, with the default limits.

use std::error::Error;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kubernetes_server::{Client, Cluster};
use portcullis_plugin_host::{Grants, Host, HostConfig, Lock, Network};
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Clients that fill the cluster side by side.
const HANDS: usize = 8;
/// As the connector asks: for so many objects at first, and then for what makes pages of this size.
const FIRST: usize = 250;
const PAGE_BYTES: usize = 4 * 1024 * 1024;
const MOST: usize = 2000;
const TIMES: usize = 5;

fn main() -> Outcome<()> {
    let nodes: usize = std::env::args()
        .nth(1)
        .as_deref()
        .unwrap_or("5000")
        .parse()?;
    let cluster = Cluster::start()?;
    fill(&cluster.admin()?, nodes)?;
    let mut floors = Vec::new();
    let mut calls = Vec::new();
    let mut found = 0;
    let runtime = tokio::runtime::Runtime::new()?;
    let folder = tempfile::tempdir()?;
    let connector = connector(&cluster, folder.path())?;
    // The first call compiles the component.
    for _ in 0..=TIMES {
        let began = Instant::now();
        found = runtime
            .block_on(connector.list_inventory(Duration::from_secs(60)))?
            .len();
        calls.push(began.elapsed());
        let began = Instant::now();
        bare(&cluster.admin()?)?;
        floors.push(began.elapsed());
    }
    let (call, floor) = (median(&mut calls), median(&mut floors));
    let ours = call.saturating_sub(floor);
    let printed = json!({
        "nodes": nodes,
        "devices": found,
        "times": TIMES,
        "list_inventory_ms": milliseconds(call),
        "pages_alone_ms": milliseconds(floor),
        "share_percent": 100.0 * ours.as_secs_f64() / call.as_secs_f64(),
    });
    writeln!(io::stdout(), "{printed}")?;
    Ok(())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// The connector as users run it, with default limits.
fn connector(cluster: &Cluster, folder: &Path) -> Outcome<portcullis_plugin_host::Connector> {
    let built = Command::new(env!("CARGO"))
        .args([
            "run",
            "--quiet",
            "--package",
            "portcullis-componentize",
            "--",
        ])
        .args(["--package", "kubernetes-connector", "--out"])
        .arg(folder)
        .status()?;
    if !built.success() {
        return Err("the connector cannot be built".into());
    }
    let mut lock = Lock::read(&folder.join("portcullis.lock"))?;
    let mut config = HostConfig::new(Arc::new(now));
    lock.pin(
        &folder.join("kubernetes.wasm"),
        config.limits.component_bytes,
    )?;
    lock.write()?;
    config.cache_dir = Some(folder.join("cache"));
    config.network = Network::default().root(cluster.authority().to_vec());
    let grants = Grants::none().host(&cluster.url())?;
    let grants = grants.secret("KUBERNETES_TOKEN", cluster.admin_token())?;
    let settings = json!({"url": cluster.url()});
    Ok(Host::new(config).connector(&lock.plugin("kubernetes")?, settings, grants))
}

#[allow(
    clippy::disallowed_methods,
    reason = "the clock of this example is the rim"
)]
fn now() -> u32 {
    let passed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u32::try_from(passed.as_secs()).unwrap_or(u32::MAX)
}

/// Asks for the pages that the connector asks for, in the same encoding.
fn bare(client: &Client) -> Outcome<()> {
    let accept = [(
        "accept",
        "application/vnd.kubernetes.protobuf,application/json",
    )];
    let pods = "/api/v1/pods?fieldSelector=spec.nodeName%21%3D%2Cstatus.phase%21%3DSucceeded%2Cstatus.phase%21%3DFailed&";
    for list in ["/api/v1/nodes?", pods] {
        let (mut next, mut limit) = (String::new(), FIRST);
        loop {
            let path = format!("{list}limit={limit}{next}");
            let answer = client.send("GET", &path, &accept, b"")?;
            let each = (answer.body.len() / limit).max(1);
            limit = (PAGE_BYTES / each).clamp(1, MOST);
            let Some(token) = token(&answer.body) else {
                break;
            };
            next = format!("&continue={token}");
        }
    }
    Ok(())
}

/// What the server gave to go on with: in the envelope its message, in that the metadata, in that the token.
fn token(body: &[u8]) -> Option<&str> {
    let list = field(body.strip_prefix(b"k8s\0")?, 2)?;
    let token = field(field(list, 1)?, 3)?;
    std::str::from_utf8(token)
        .ok()
        .filter(|token| !token.is_empty())
}

/// The first field of that number in a protobuf message whose fields before it all have a length.
fn field(mut message: &[u8], number: u64) -> Option<&[u8]> {
    loop {
        let tag = varint(&mut message)?;
        let len = usize::try_from(varint(&mut message)?).ok()?;
        let (value, rest) = message.split_at_checked(len)?;
        if tag == number << 3 | 2 {
            return Some(value);
        }
        message = rest;
    }
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// As many nodes, each with eight GPUs and two pods that hold four of them.
fn fill(admin: &Client, nodes: usize) -> Outcome<()> {
    admin
        .create(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "infer"}}))?;
    let fill_part = |hand: usize| -> Outcome<()> {
        let own = admin.apart();
        for number in (hand..nodes).step_by(HANDS) {
            own.create(&node(number))?;
            own.create(&pod(number, 0))?;
            own.create(&pod(number, 1))?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let hands: Vec<_> = (0..HANDS)
            .map(|hand| scope.spawn(move || fill_part(hand)))
            .collect();
        for hand in hands {
            hand.join()
                .map_err(|_| "a thread that fills the cluster ended")??;
        }
        Ok(())
    })
}

fn node(number: usize) -> Value {
    let images: Vec<Value> = (0..20)
        .map(|image| json!({"names": [format!("registry.example.com/team/image-{image}@sha256:{image:064x}")], "sizeBytes": 5_000_000_000_u64}))
        .collect();
    json!({
        "apiVersion": "v1", "kind": "Node",
        "metadata": {"name": format!("gpu-node-{number:05}"), "labels": {
            "nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3", "nvidia.com/gpu.count": "8",
            "nvidia.com/gpu.replicas": "1", "nvidia.com/gpu.memory": "81559",
            "nvidia.com/cuda.driver-version.full": "550.54.15", "nvidia.com/cuda.runtime-version.full": "12.4",
            "topology.kubernetes.io/region": "eu-1", "topology.kubernetes.io/zone": format!("eu-1{}", number % 3)}},
        "status": {
            "capacity": {"cpu": "192", "memory": "2113537024Ki", "nvidia.com/gpu": "8"},
            "allocatable": {"cpu": "190", "memory": "2093537024Ki", "nvidia.com/gpu": "8"},
            "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady"}],
            "images": images,
        },
    })
}

fn pod(node: usize, number: usize) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": format!("job-{node:05}-{number}"), "namespace": "infer"},
        "spec": {"nodeName": format!("gpu-node-{node:05}"), "containers": [{"name": "server",
            "image": "registry.example.com/team/image-1", "resources": {"limits": {"nvidia.com/gpu": "2"}}}]},
    })
}
