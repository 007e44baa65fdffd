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

/// The connector with the real time, because Prometheus has no other.
fn connector(folder: &Folder, plugin: &PluginRef, url: &str) -> Connector {
    #[allow(
        clippy::disallowed_methods,
        reason = "the clock of this test is the rim"
    )]
    let mut config = HostConfig::new(std::sync::Arc::new(now));
    config.cache_dir = Some(folder.cache());
    config.limits = Limits::default();
    let grants = Grants::none().host(url).unwrap();
    Host::new(config).connector(plugin, json!({"url": url, "cluster": "gpu-prod"}), grants)
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
