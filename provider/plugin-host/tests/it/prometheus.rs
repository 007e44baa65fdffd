//! The first-party connector against a real Prometheus that scrapes a text of the test's own.

use std::fmt::Write as _;
use std::fs;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use portcullis_plugin_host::{
    Connector, DeviceRecord, Grants, Host, HostConfig, Limits, PluginRef,
};
use serde_json::json;

use crate::exporter::Exporter;
use crate::support::Folder;

const MINUTE: Duration = Duration::from_secs(60);

/// A running Prometheus, stopped when it is dropped.
struct Prometheus {
    child: Child,
    url: String,
}

impl Prometheus {
    /// None where Prometheus is not installed, which `CI=true` does not accept.
    fn start(folder: &Folder, exporter: &Exporter) -> Option<Self> {
        let config = folder.path("prometheus.yml");
        let scrape = json!({
            "global": {"scrape_interval": "250ms", "scrape_timeout": "250ms"},
            "scrape_configs": [{
                "job_name": "dcgm",
                "static_configs": [{"targets": [exporter.address()]}],
            }],
        });
        fs::write(&config, scrape.to_string()).unwrap();
        let free = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                folder.path("tsdb").display()
            ))
            .arg(format!("--web.listen-address={free}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match child {
            Ok(child) => Some(Self {
                child,
                url: format!("http://{free}"),
            }),
            Err(error) => {
                let line = format!(
                    "not run: connector on a real Prometheus (needs Debian `prometheus`: {error})"
                );
                assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{line}");
                eprintln!("{line}");
                None
            }
        }
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What dcgm-exporter 3 writes, for one healthy node, one with a lost GPU and a blank, and one with a partitioned GPU.
fn metrics() -> String {
    let mut text = String::new();
    let mut lines = |host: &str, gpu: u32, extra: &str, values: &[(&str, &str)]| {
        for (metric, value) in values {
            writeln!(
                text,
                "DCGM_FI_DEV_{metric}{{gpu=\"{gpu}\",UUID=\"GPU-{host}-{gpu}\",device=\"nvidia{gpu}\",\
                 modelName=\"NVIDIA H200\",Hostname=\"{host}\",DCGM_FI_DRIVER_VERSION=\"550.54.15\"{extra}}} {value}"
            )
            .unwrap();
        }
    };
    for gpu in 0..8 {
        let used = if gpu < 3 { "120000" } else { "4" };
        lines(
            "h200-a",
            gpu,
            "",
            &[("FB_USED", used), ("FB_FREE", "23000"), ("XID_ERRORS", "0")],
        );
    }
    lines(
        "h200-b",
        0,
        "",
        &[("FB_USED", "9223372036854775794"), ("XID_ERRORS", "79")],
    );
    for instance in [7, 8] {
        let mig = format!(",GPU_I_PROFILE=\"1g.18gb\",GPU_I_ID=\"{instance}\"");
        lines(
            "h200-c",
            0,
            &mig,
            &[("FB_USED", "12"), ("FB_FREE", "16000")],
        );
    }
    text
}

fn connector(folder: &Folder, plugin: &PluginRef, url: &str) -> Connector {
    connector_of(folder, plugin, url, json!({"cluster": "gpu-prod"}))
}

/// The connector with the real time, because Prometheus has no other.
fn connector_of(
    folder: &Folder,
    plugin: &PluginRef,
    url: &str,
    mut settings: serde_json::Value,
) -> Connector {
    settings["url"] = json!(url);
    #[allow(
        clippy::disallowed_methods,
        reason = "the clock of this test is the rim"
    )]
    let mut config = HostConfig::new(std::sync::Arc::new(now));
    config.cache_dir = Some(folder.cache());
    config.limits = Limits::default();
    let grants = Grants::none().host(url).unwrap();
    Host::new(config).connector(plugin, settings, grants)
}

#[allow(
    clippy::disallowed_methods,
    reason = "the clock of this test is the rim"
)]
fn now() -> u32 {
    u32::try_from(
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs(),
    )
    .unwrap()
}

/// Asks until a scrape is stored whole, for twenty seconds at most.
async fn inventory(connector: &Connector, devices: usize) -> Vec<DeviceRecord> {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        match connector.list_inventory(MINUTE).await {
            Ok(found) if found.len() >= devices || Instant::now() > end => return found,
            Err(error) if Instant::now() > end => panic!("{error}"),
            _ => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    }
}

#[tokio::test]
async fn devices_are_counted_with_use_health_and_time() {
    let folder = Folder::new();
    let exporter = Exporter::start(metrics()).await;
    let Some(prometheus) = Prometheus::start(&folder, &exporter) else {
        return;
    };
    let plugin = folder.workspace_plugin("prometheus-connector");
    let connector = connector(&folder, &plugin, &prometheus.url);
    let devices = inventory(&connector, 11).await;
    assert_eq!(devices.len(), 8 + 1 + 2);
    assert!(
        devices
            .iter()
            .all(|device| device.grade == "counted" && now() - device.observed_at < 30)
    );
    let find = |uuid: &str| devices.iter().find(|device| device.uuid == uuid).unwrap();
    let used = find("GPU-h200-a-0");
    assert_eq!(
        (used.model.as_str(), used.node.as_str(), used.index),
        ("NVIDIA H200", "h200-a", Some(0))
    );
    assert_eq!(
        (
            used.memory_mib,
            used.allocation.as_str(),
            used.health.as_str()
        ),
        (Some(143_000), "used", "healthy")
    );
    assert_eq!(
        used.labels,
        [("cluster", "gpu-prod"), ("driver_version", "550.54.15")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    assert_eq!(
        devices
            .iter()
            .filter(|device| device.node == "h200-a" && device.allocation == "free")
            .count(),
        5
    );
    let lost = find("GPU-h200-b-0");
    assert_eq!(
        (
            lost.memory_mib,
            lost.memory_used_mib,
            lost.allocation.as_str()
        ),
        (None, None, "unknown")
    );
    assert_eq!(
        (lost.health.as_str(), lost.health_reason.as_str()),
        ("failed", "last XID is 79")
    );
    let instance = find("MIG-GPU-h200-c-0/7");
    assert_eq!(
        (instance.mig_profile.as_deref(), instance.memory_mib),
        (Some("1g.18gb"), Some(16_012))
    );
}

#[tokio::test]
async fn a_fleet_of_more_hosts_than_a_page_is_read_whole() {
    let folder = Folder::new();
    let mut text = String::new();
    for host in 0..150 {
        for gpu in 0..8 {
            writeln!(
                text,
                "DCGM_FI_DEV_FB_USED{{gpu=\"{gpu}\",UUID=\"GPU-{host}-{gpu}\",modelName=\"NVIDIA H200\",Hostname=\"node.{host}\"}} 4"
            )
            .unwrap();
        }
    }
    let exporter = Exporter::start(text).await;
    let Some(prometheus) = Prometheus::start(&folder, &exporter) else {
        return;
    };
    let plugin = folder.workspace_plugin("prometheus-connector");
    let devices = inventory(&connector(&folder, &plugin, &prometheus.url), 1200).await;
    let mut uuids: Vec<&str> = devices.iter().map(|device| device.uuid.as_str()).collect();
    uuids.sort_unstable();
    uuids.dedup();
    assert_eq!((devices.len(), uuids.len()), (1200, 1200));
}

/// One GPU of one machine, idle or at work.
fn gpu(cluster: &str, host: &str, number: u32, percent: &str) -> String {
    let labels = format!(
        "gpu=\"{number}\",UUID=\"GPU-{cluster}-{host}-{number}\",modelName=\"NVIDIA H200\",Hostname=\"{host}\",k8s_cluster=\"{cluster}\""
    );
    format!("DCGM_FI_DEV_FB_USED{{{labels}}} 4\nDCGM_FI_DEV_GPU_UTIL{{{labels}}} {percent}\n")
}

#[tokio::test]
async fn several_clusters_are_told_apart_and_what_is_gone_is_told() {
    let folder = Folder::new();
    let both = [
        gpu("eu", "n1", 0, "0"),
        gpu("eu", "n1", 1, "37"),
        gpu("us", "n1", 0, "0"),
    ];
    let exporter = Exporter::start(both.concat()).await;
    let Some(prometheus) = Prometheus::start(&folder, &exporter) else {
        return;
    };
    let plugin = folder.workspace_plugin("prometheus-connector");
    let of = |config: serde_json::Value| connector_of(&folder, &plugin, &prometheus.url, config);
    let told = |devices: &[DeviceRecord]| -> Vec<String> {
        let line = |device: &DeviceRecord| {
            format!(
                "{} {} {} {}",
                device.uuid, device.node, device.allocation, device.health
            )
        };
        devices.iter().map(line).collect()
    };
    let all = of(json!({"cluster_label": "k8s_cluster"}));
    assert_eq!(
        told(&inventory(&all, 3).await),
        [
            "GPU-eu-n1-0 eu:n1 free unknown",
            "GPU-eu-n1-1 eu:n1 used unknown",
            "GPU-us-n1-0 us:n1 free unknown"
        ]
    );
    let one = of(json!({"cluster_label": "k8s_cluster", "clusters": ["us"]}));
    assert_eq!(
        told(&inventory(&one, 1).await),
        ["GPU-us-n1-0 us:n1 free unknown"]
    );
    let error = of(json!({"clusters": ["us"]}))
        .list_inventory(MINUTE)
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("`cluster_label` does not say"), "{error}");

    // Long enough to be remembered: what was there is looked up in steps of a quarter of a minute.
    tokio::time::sleep(Duration::from_secs(16)).await;
    exporter.say(gpu("eu", "n1", 0, "0"));
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let devices = inventory(&all, 3).await;
        if devices
            .iter()
            .filter(|device| device.health == "failed")
            .count()
            == 2
        {
            assert_eq!(
                told(&devices),
                [
                    "GPU-eu-n1-0 eu:n1 free unknown",
                    "GPU-eu-n1-1 eu:n1 unknown failed",
                    "GPU-us-n1-0 us:n1 unknown failed"
                ]
            );
            assert!(
                devices[1].health_reason.starts_with("its last sample is "),
                "{devices:?}"
            );
            return;
        }
        assert!(Instant::now() < end, "{devices:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn a_prometheus_without_gpus_is_not_an_empty_fleet() {
    let folder = Folder::new();
    let exporter = Exporter::start("up_to_date 1\n".to_owned()).await;
    let Some(prometheus) = Prometheus::start(&folder, &exporter) else {
        return;
    };
    let plugin = folder.workspace_plugin("prometheus-connector");
    let connector = connector(&folder, &plugin, &prometheus.url);
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let error = connector
            .list_inventory(MINUTE)
            .await
            .unwrap_err()
            .to_string();
        if error.contains("has no series `DCGM_FI_DEV_FB_USED`") {
            assert!(error.contains("scrapes the DCGM exporter"), "{error}");
            return;
        }
        assert!(Instant::now() < end, "{error}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn a_prometheus_that_is_not_there_is_named() {
    let folder = Folder::new();
    let plugin = folder.workspace_plugin("prometheus-connector");
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://{closed}");
    let error = connector(&folder, &plugin, &url)
        .list_inventory(MINUTE)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("Plugin cannot reach its source\nPlugin `prometheus`:"),
        "{error}"
    );
    assert!(error.contains(&url) && error.contains("refused"), "{error}");
}
