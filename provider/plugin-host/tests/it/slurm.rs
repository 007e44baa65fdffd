//! The first-party connector against a real slurmctld and slurmrestd, and against servers that only look like one.

mod hostile;

use std::time::{Duration, UNIX_EPOCH};

use portcullis_plugin_host::{Connector, DeviceRecord, Grants, Limits};
use serde_json::{Value, json};
use slurm_server::{Cluster, Description, INSTALL, Node, User};

use crate::support::Folder;

const MINUTE: Duration = Duration::from_secs(60);

/// A cluster with these versions of the API; none where it cannot be started, which `CI=true` does not accept.
fn start(nodes: Vec<Node>, commands: &[&str], versions: &str) -> Option<Cluster> {
    if !slurm_server::is_installed() {
        let line = format!(
            "not run: connector on a real slurmctld (needs the one that `{INSTALL}` installs)"
        );
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{line}");
        println!("{line}");
        return None;
    }
    let words = |line: &&str| line.split(' ').map(str::to_owned).collect();
    let commands = commands.iter().map(words).collect();
    Some(Cluster::start_with(&Description { nodes, commands }, versions).unwrap())
}

fn both(nodes: Vec<Node>, commands: &[&str]) -> Option<Cluster> {
    start(nodes, commands, "openapi/v0.0.37,openapi/v0.0.38")
}

/// The connector as that user. Its clock is the real one, by which reservations begin.
fn connector(folder: &Folder, url: &str, user: &User, mut config: Value) -> Connector {
    (config["url"], config["user"]) = (json!(url), json!(user.name));
    let grants = Grants::none().host(url).unwrap();
    let grants = grants.secret("SLURM_JWT", &user.token).unwrap();
    let plugin = folder.workspace_plugin("slurm-connector");
    let now = || u32::try_from(UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();
    let host = folder.host_at(now, Limits::default());
    host.connector(&plugin, config, grants)
}

async fn inventory(cluster: &Cluster, config: Value) -> Vec<DeviceRecord> {
    let folder = Folder::new();
    let connector = connector(&folder, &cluster.url(), &cluster.admin().unwrap(), config);
    connector.list_inventory(MINUTE).await.unwrap()
}

/// `<device> <allocation> <health> <grade>` and what is said of it.
fn lines(devices: &[DeviceRecord]) -> Vec<String> {
    let line = |device: &DeviceRecord| {
        let holder = device.labels.iter().find(|(name, _)| name == "holder");
        let holder = holder.map_or("", |(_, value)| value.as_str());
        let text = format!(
            "{} {} {} {} {} {holder}",
            device.uuid, device.allocation, device.health, device.grade, device.health_reason
        );
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    devices.iter().map(line).collect()
}

#[tokio::test]
async fn states_allocations_and_reservations_are_told() {
    let gpu = "gpu:h200:2";
    let reserve = |name: &str, rest: &str| {
        format!("scontrol create reservation reservationname={name} users=root duration=60 {rest}")
    };
    let maintenance = reserve("window", "starttime=now nodes=serviced flags=maint");
    let theirs = reserve("theirs", "starttime=now nodes=theirs");
    let ours = reserve("ours", "starttime=now nodes=ours");
    let soon = reserve("soon", "starttime=now+3hours nodes=soon");
    let later = reserve("later", "starttime=now+3days nodes=later");
    let part = reserve("part", "starttime=now nodes=part corecnt=2");
    let names = [
        "busy",
        "drained",
        "exclusive",
        "later",
        "ours",
        "part",
        "serviced",
        "soon",
        "theirs",
    ];
    let mut nodes: Vec<Node> = names.iter().map(|name| Node::up(name, gpu)).collect();
    nodes.extend([Node::absent("absent", gpu), Node::up("login", "")]);
    let commands = [
        "salloc --no-shell --gres=gpu:h200:1 -w busy",
        "salloc --no-shell --exclusive -w exclusive",
        "scontrol update nodename=drained state=drain reason=fan",
        &maintenance,
        &theirs,
        &ours,
        &soon,
        &later,
        &part,
    ];
    let Some(cluster) = both(nodes, &commands) else {
        return;
    };
    let devices = inventory(
        &cluster,
        json!({"reservations": ["ours"], "cluster": "hpc"}),
    )
    .await;
    let even: Vec<DeviceRecord> = devices
        .iter()
        .filter(|device| device.index == Some(1) || device.node == "busy")
        .cloned()
        .collect();
    assert_eq!(
        lines(&even),
        [
            "absent:gpu:1 free failed counted the node has not registered",
            "busy:gpu:0 used unknown counted",
            "busy:gpu:1 free unknown counted",
            "drained:gpu:1 free failed counted the node is drained: fan",
            "exclusive:gpu:1 used unknown counted",
            "later:gpu:1 free unknown counted",
            "ours:gpu:1 free unknown firm",
            "part:gpu:1 unknown unknown counted",
            "serviced:gpu:1 free failed counted the node is in the reservation `window` for maintenance",
            "soon:gpu:1 used unknown counted reservation soon",
            "theirs:gpu:1 used unknown counted reservation theirs",
        ]
    );
    assert_eq!(devices.len(), 20);
    assert_eq!(devices[0].model, "h200");
    assert_eq!(
        devices[0].labels,
        [("cluster".to_owned(), "hpc".to_owned())]
    );
}

#[tokio::test]
async fn partitions_narrow_and_models_are_named() {
    let Some(cluster) = both(
        vec![Node::up("a", "gpu:big:1"), Node::up("b", "gpu:1")],
        &[],
    ) else {
        return;
    };
    let config =
        json!({"partitions": ["all"], "models": {"big": "NVIDIA H200", "gpu": "NVIDIA L4"}});
    let devices = inventory(&cluster, config).await;
    let models: Vec<&str> = devices.iter().map(|device| device.model.as_str()).collect();
    assert_eq!(models, ["NVIDIA H200", "NVIDIA L4"]);
    let none = inventory(&cluster, json!({"partitions": ["other"]})).await;
    assert_eq!(none.len(), 0);
}

#[tokio::test]
async fn more_devices_than_a_page_has_are_told_whole() {
    let nodes = (0..1500).map(|index| Node::absent(&format!("n{index}"), "gpu:h200:8"));
    let Some(cluster) = both(nodes.collect(), &[]) else {
        return;
    };
    let devices = inventory(&cluster, json!({})).await;
    let mut uuids: Vec<&str> = devices.iter().map(|device| device.uuid.as_str()).collect();
    uuids.sort_unstable();
    uuids.dedup();
    assert_eq!((devices.len(), uuids.len()), (12_000, 12_000));
}

/// The status of all of these is 500, which elsewhere means that the server may answer later.
#[tokio::test]
async fn a_token_that_is_not_valid_is_refused_at_once() {
    let Some(mut cluster) = both(vec![Node::up("a", "gpu:h200:1")], &[]) else {
        return;
    };
    let user = cluster.admin().unwrap();
    let ended = cluster.user(1).unwrap();
    std::thread::sleep(Duration::from_secs(2));
    let forged = User {
        token: format!("{}x", user.token),
        ..user.clone()
    };
    let folder = Folder::new();
    for user in [&ended, &forged] {
        let connector = connector(&folder, &cluster.url(), user, json!({}));
        let begun = std::time::Instant::now();
        let error = connector
            .list_inventory(MINUTE)
            .await
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("Plugin was refused\n"), "{error}");
        assert!(error.contains("did not list `reservations`"), "{error}");
        assert!(error.contains("scontrol token"), "{error}");
        assert!(!error.contains(&user.token), "{error}");
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "it was asked again and again"
        );
    }
    cluster.end_controller().unwrap();
    let connector = connector(&folder, &cluster.url(), &user, json!({}));
    let error = connector
        .list_inventory(MINUTE)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("slurmctld that does not answer"), "{error}");
}

#[tokio::test]
async fn a_server_that_is_too_old_names_its_versions() {
    let Some(cluster) = start(vec![Node::absent("a", "")], &[], "openapi/v0.0.37") else {
        return;
    };
    let folder = Folder::new();
    let connector = connector(
        &folder,
        &cluster.url(),
        &cluster.admin().unwrap(),
        json!({}),
    );
    let error = connector
        .list_inventory(MINUTE)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("serves `v0.0.37` alone"), "{error}");
}
