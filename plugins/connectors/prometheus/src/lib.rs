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
mod query;

use portcullis_plugin::{
    Client, Connector, Device, DevicePage, Failure, HttpAccess, Inventory, Manifest, SecretAccess,
    log,
};
use serde::Deserialize;

use crate::answer::{Names, Sample, Vector};
use crate::device::devices;

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
        let hosts = config.hosts()?;
        let rest: Vec<&str> = hosts
            .iter()
            .map(String::as_str)
            .filter(|host| cursor.is_none_or(|cursor| *host > cursor))
            .collect();
        let (now, later) = rest.split_at(rest.len().min(HOSTS));
        let samples = config.ask(&query::samples(config, now))?;
        let seen = config.ask(&query::sample_times(config, now))?;
        let next = if later.is_empty() {
            None
        } else {
            now.last().map(|&host| host.to_owned())
        };
        let devices = devices(config, &samples, &seen);
        warn_of_silent(now, &devices);
        Ok(DevicePage { devices, next })
    }
}

portcullis_plugin::export_connector!(Prometheus: Inventory);

/// A host that was seen within the hour and has no sample now has lost its exporter, or itself. Its devices are not
/// counted, which is on the safe side, and not passed over in silence.
fn warn_of_silent(hosts: &[&str], devices: &[Device]) {
    let silent = |host: &&&str| !devices.iter().any(|device| device.node == **host);
    let silent: Vec<&str> = hosts.iter().filter(silent).copied().collect();
    if !silent.is_empty() {
        log::warn(&format!(
            "hosts without a current sample, whose GPUs are not counted: {}",
            silent.join(", ")
        ));
    }
}

impl Config {
    /// The machines with GPUs, sorted.
    fn hosts(&self) -> Result<Vec<String>, Failure> {
        let client = self.client();
        let start = portcullis_plugin::now().saturating_sub(SEEN_WITHIN);
        let request = client
            .get("/api/v1/label")
            .segment(&self.node_label)
            .segment("values")
            .query("match[]", query::PRESENCE)
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
