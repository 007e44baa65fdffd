//! A connector that acts by script, and its host.

use std::time::Duration;

use portcullis_plugin_host::{
    Action, Change, Connector, Grants, Host, Limits, Managed, Network, PluginError, PluginRef,
    Stamp,
};
use serde_json::{Value, json};

use crate::support::Folder;

pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const SECRET: &str = "s3cr3t-value-of-TOKEN";

/// The script connector in a folder with a host.
pub(crate) struct Stage {
    _folder: Folder,
    pub(crate) host: Host,
    pub(crate) plugin: PluginRef,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::with(Limits::default(), Network::default())
    }

    pub(crate) fn with(limits: Limits, network: Network) -> Self {
        let folder = Folder::new();
        let plugin = folder.workspace_plugin("script-connector");
        let host = folder.host_with(limits, network);
        Self {
            _folder: folder,
            host,
            plugin,
        }
    }

    /// A connector whose manifest asks for everything at `url`.
    pub(crate) fn connector(&self, url: &str, grants: Grants, acts: &Value) -> Connector {
        let config = json!({"url": url, "acts": acts});
        self.host.connector(&self.plugin, config, grants)
    }

    /// The results of the acts in plan, with the whole host granted.
    pub(crate) async fn acts(&self, url: &str, acts: Value) -> Vec<Value> {
        results(&self.connector(url, granted(url), &acts)).await
    }

    /// The only result.
    pub(crate) async fn act(&self, url: &str, act: Value) -> Value {
        self.acts(url, json!([act])).await.remove(0)
    }
}

/// What the acts of a connector give in plan.
pub(crate) async fn results(connector: &Connector) -> Vec<Value> {
    attempt(connector).await.unwrap()
}

pub(crate) async fn attempt(connector: &Connector) -> Result<Vec<Value>, PluginError> {
    let read = connector.read("pool", "1", "p", MINUTE).await?;
    Ok(of(&read.unwrap()))
}

/// What the acts of a connector give in apply.
pub(crate) async fn applied(connector: &Connector) -> Vec<Value> {
    let change = Change {
        action: Action::Create,
        kind: "pool".to_owned(),
        name: "p".to_owned(),
        attributes: json!({}),
        unknown: Vec::new(),
        replaced_by: Vec::new(),
    };
    let applied = connector.apply(None, &change, &stamp(), MINUTE).await;
    of(&applied.unwrap())
}

pub(crate) fn stamp() -> Stamp {
    Stamp {
        token: "t".to_owned(),
        fence: 1,
    }
}

fn of(managed: &Managed) -> Vec<Value> {
    let Value::Array(results) = managed.attributes["results"].clone() else {
        panic!("{managed:?}")
    };
    results
}

pub(crate) fn granted(url: &str) -> Grants {
    Grants::none().host(url).unwrap()
}

/// The message of a failure of that kind.
pub(crate) fn failed<'a>(result: &'a Value, kind: &str) -> &'a str {
    assert_eq!(result["failed"], kind, "{result}");
    result["message"].as_str().unwrap()
}
