//! A connector that sends the requests its configuration names, to try the gate.

use portcullis_plugin::{
    Connector, Device, DevicePage, Failure, HttpAccess, Inventory, Manifest, Request, Response,
    SecretAccess, log,
};
use serde::Deserialize;
use std::time::Duration;

/// The connector.
#[derive(Debug)]
pub struct Hostile;

/// What to send. Its shape is left open: the tests say what they like.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The URL that the manifest asks for.
    #[serde(rename = "url")]
    _asked: String,
    /// The URL that is really called.
    call: String,
    #[serde(default)]
    post: bool,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default)]
    secret: bool,
    #[serde(default)]
    deadline_milliseconds: u64,
    /// How often the request is sent.
    #[serde(default = "once")]
    times: u32,
    /// Whether to call what a redirect names.
    #[serde(default)]
    follow: bool,
    /// Whether every page names a next one.
    #[serde(default)]
    endless: bool,
}

fn once() -> u32 {
    1
}

impl portcullis_plugin::Config for Config {
    const SCHEMA: portcullis_plugin::Schema =
        <serde_json::Value as portcullis_plugin::Config>::SCHEMA;
}

impl Connector for Hostile {
    const MANIFEST: Manifest = Manifest::connector(
        "hostile-connector",
        env!("CARGO_PKG_VERSION"),
        "Tries the gate",
    )
    .http(&[HttpAccess::new("config:url", &["GET", "POST"], "/")])
    .secrets(&[SecretAccess::new("TOKEN", "authorization", "config:url")]);
    type Config = Config;
}

impl Inventory for Hostile {
    fn list_inventory(config: &Config, _cursor: Option<&str>) -> Result<DevicePage, Failure> {
        let mut devices = Vec::new();
        for _ in 0..config.times {
            let mut response = config.request(&config.call).send()?;
            if config.follow
                && let Some((_, location)) =
                    response.headers.iter().find(|(name, _)| name == "location")
            {
                response = config.request(location).send()?;
            }
            log::info(&format!(
                "answer {}",
                String::from_utf8_lossy(&response.body)
            ));
            devices.push(device(&response));
        }
        Ok(DevicePage {
            devices,
            next: config.endless.then(|| "again".to_owned()),
        })
    }
}

impl Config {
    fn request(&self, url: &str) -> Request {
        let mut request = if self.post {
            Request::post(url).body("body")
        } else {
            Request::get(url)
        };
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if self.secret {
            request = request.secret_header("authorization", "Bearer ", "TOKEN");
        }
        request.deadline(Duration::from_millis(self.deadline_milliseconds))
    }
}

/// The response, where a test can read it.
fn device(response: &Response) -> Device {
    Device {
        uuid: String::from_utf8_lossy(&response.body).into_owned(),
        model: response.status.to_string(),
        node: portcullis_plugin::now().to_string(),
        index: None,
        mig_profile: None,
        memory_mib: None,
        memory_used_mib: None,
        allocation: "lent".to_owned(),
        health: "healthy".to_owned(),
        health_reason: String::new(),
        grade: "certain".to_owned(),
        observed_at: portcullis_plugin::now(),
        labels: response.headers.clone(),
    }
}

portcullis_plugin::export_connector!(Hostile: Inventory);
