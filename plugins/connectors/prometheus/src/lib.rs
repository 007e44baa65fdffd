//! The connector `prometheus`: GPU inventory from the metrics of the DCGM exporter.
//!
//! ```hcl
//! connector "cluster" {
//!   plugin = "prometheus"
//!   config = { url = "http://127.0.0.1:9090", cluster = "gpu-prod" }
//!   allow { hosts = ["http://127.0.0.1:9090"] }
//! }
//! ```
//!
//! Devices are counted, not reserved: the exporter sees use and health, and knows nothing of reservations.

mod answer;
mod device;
mod health;
mod lost;
mod query;

use portcullis_plugin::{
    Client, Connector, DevicePage, Failure, HttpAccess, Inventory, Manifest, SecretAccess, log,
};
use serde::Deserialize;

use crate::answer::{Names, Sample, Vector};
use crate::device::devices;
use crate::lost::lost;

/// Hosts of one page. With eight GPUs each and nine metrics an answer stays near 1.5 MB, and the URL below 8 KB.
const HOSTS: usize = 64;
/// How long ago a host may have been seen last to be asked for at all, in seconds.
const SEEN_WITHIN: u32 = 3600;
const TOKEN: &str = "PROMETHEUS_TOKEN";

/// The connector.
#[derive(Debug)]
pub struct Prometheus;

/// What `config` in HCL holds.
#[derive(Debug, Deserialize, portcullis_plugin::Config)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where Prometheus listens, with a path if it lies behind one.
    #[config(pattern = "^https?://")]
    pub url: String,
    /// Name of the cluster, put on every device.
    pub cluster: Option<String>,
    /// Label that names the cluster, where Prometheus has those of several: `cluster` for example. It is put on every
    /// device, and machines are called `<cluster>:<machine>`, so that two of one name are not taken for one.
    pub cluster_label: Option<String>,
    /// The only clusters that are read, by the values of `cluster_label`; all of them without it.
    pub clusters: Option<Vec<String>>,
    /// Label that names the machine.
    #[serde(default = "hostname")]
    pub node_label: String,
    /// Label that names the pod which uses a device. `pod` when Prometheus scrapes with honor_labels.
    #[serde(default = "exported_pod")]
    pub pod_label: String,
    /// A device without a pod and with no more memory than this in use is free, in MiB.
    #[serde(default = "idle_below_mib")]
    pub idle_below_mib: u32,
    /// Whether to send the secret `PROMETHEUS_TOKEN` as bearer token.
    #[serde(default)]
    pub token: bool,
}

fn hostname() -> String {
    "Hostname".to_owned()
}

fn exported_pod() -> String {
    "exported_pod".to_owned()
}

fn idle_below_mib() -> u32 {
    1024
}

impl Connector for Prometheus {
    const MANIFEST: Manifest = Manifest::connector(
        "prometheus",
        env!("CARGO_PKG_VERSION"),
        "Reads GPU inventory from DCGM exporter metrics in Prometheus",
    )
    .http(&[HttpAccess::new("config:url", &["GET"], "/")])
    .secrets(&[SecretAccess::new(TOKEN, "authorization", "config:url")]);
    type Config = Config;
}

impl Inventory for Prometheus {
    fn list_inventory(config: &Config, cursor: Option<&str>) -> Result<DevicePage, Failure> {
        config.check()?;
        let hosts = config.hosts()?;
        let rest: Vec<&str> = hosts
            .iter()
            .map(String::as_str)
            .filter(|host| cursor.is_none_or(|cursor| *host > cursor))
            .collect();
        let (now, later) = rest.split_at(rest.len().min(HOSTS));
        let samples = config.ask(&query::samples(config, now))?;
        let seen = config.ask(&query::sample_times(config, now))?;
        let before = config.ask(&query::earlier(config, now))?;
        let next = if later.is_empty() {
            None
        } else {
            now.last().map(|&host| host.to_owned())
        };
        let time = portcullis_plugin::now();
        warn_of_clocks(&seen, time);
        let mut devices = devices(config, &samples, &seen);
        devices.extend(lost(config, &devices, &before, time));
        Ok(DevicePage { devices, next })
    }
}

portcullis_plugin::export_connector!(Prometheus: Inventory);

/// Seconds by which clocks may differ without anybody being told.
const SKEW_SECONDS: u32 = 60;

/// A sample of the future makes an inventory look newer than it is; the host takes it for one of now.
fn warn_of_clocks(seen: &[Sample], now: u32) {
    let ahead = seen.iter().filter_map(Sample::seconds).max().unwrap_or(0);
    let ahead = ahead.saturating_sub(now);
    if ahead > SKEW_SECONDS {
        log::warn(&format!(
            "samples of Prometheus are up to {ahead} s ahead of this machine's clock"
        ));
    }
}

impl Config {
    /// # Errors
    /// When clusters are to be told apart by no label, or a label's name is none.
    fn check(&self) -> Result<(), Failure> {
        if self.clusters.is_some() && self.cluster_label.is_none() {
            return Err(Failure::config(
                "`clusters` in `config` names clusters, and `cluster_label` does not say which label has them.",
            )
            .remedy("Set `cluster_label` in `config`, to `cluster` for example."));
        }
        let is_name = |name: &str| {
            let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            !name.is_empty()
                && name.bytes().all(known)
                && !name.starts_with(|c: char| c.is_ascii_digit())
        };
        let names = [
            Some(&self.node_label),
            Some(&self.pod_label),
            self.cluster_label.as_ref(),
        ];
        match names.into_iter().flatten().find(|name| !is_name(name)) {
            None => Ok(()),
            Some(name) => Err(Failure::config(format!(
                "`config` names the label `{}`, which is no name of one.",
                name.escape_debug()
            ))
            .remedy(
                "Write letters, digits and `_` alone, as `curl <url>/api/v1/labels` shows them.",
            )),
        }
    }

    /// The machines with GPUs, sorted.
    fn hosts(&self) -> Result<Vec<String>, Failure> {
        let client = self.client();
        let start = portcullis_plugin::now().saturating_sub(SEEN_WITHIN);
        let request = client
            .get("/api/v1/label")
            .segment(&self.node_label)
            .segment("values")
            .query("match[]", &query::presence(self))
            .query("start", &start.to_string());
        let mut hosts = client.send(request)?.json::<Names>()?.data;
        if hosts.is_empty() {
            return Err(Failure::malformed(format!(
                "Prometheus at `{}` has no series `{}` with a label `{}` of the last {SEEN_WITHIN} s.",
                self.url,
                query::PRESENCE,
                self.node_label
            ))
            .remedy("Check that Prometheus scrapes the DCGM exporter (`up` is 1), and `node_label` in `config`."));
        }
        hosts.sort();
        Ok(hosts)
    }

    fn ask(&self, query: &str) -> Result<Vec<Sample>, Failure> {
        let client = self.client();
        let request = client.get("/api/v1/query").query("query", query);
        Ok(client.send(request)?.json::<Vector>()?.data.result)
    }

    fn client(&self) -> Client {
        let client = Client::new(&self.url);
        if self.token {
            client.bearer(TOKEN)
        } else {
            client
        }
    }
}
