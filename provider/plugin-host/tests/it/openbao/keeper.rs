//! Somebody who keeps identities and grants on a server through the connector.

use openbao_server::Server;
use portcullis_plugin_host::{Action, Change, Connector, Desired, Managed, PluginError, Stamp};
use serde_json::{Value, json};

use super::{MINUTE, connector};
use crate::support::Folder;

pub(super) const WORKLOAD: &str = "production/fraud";
pub(super) const ENTITY: &str = "portcullis.production.fraud";
pub(super) const SUBJECT: &str = "system:serviceaccount:infer:fraud-runtime";

pub(super) struct Keeper {
    pub(super) connector: Connector,
    _folder: Folder,
}

impl Keeper {
    pub(super) fn of(server: &Server) -> Self {
        Self::with(server, server.root_token())
    }

    pub(super) fn with(server: &Server, token: &str) -> Self {
        let folder = Folder::new();
        Self {
            connector: connector(&folder, server, token, json!({})),
            _folder: folder,
        }
    }

    pub(super) async fn planned(
        &self,
        kind: &str,
        attributes: Value,
    ) -> (Option<Managed>, Result<Change, PluginError>) {
        let desired = Desired {
            kind: kind.to_owned(),
            name: WORKLOAD.to_owned(),
            attributes,
        };
        let prior = self
            .connector
            .read(kind, "", WORKLOAD, MINUTE)
            .await
            .unwrap();
        let change = self.connector.plan(prior.as_ref(), &desired, MINUTE).await;
        (prior, change)
    }

    pub(super) async fn put(
        &self,
        kind: &str,
        attributes: Value,
        fence: u32,
    ) -> Result<Managed, PluginError> {
        let (prior, change) = self.planned(kind, attributes).await;
        self.connector
            .apply(prior.as_ref(), &change?, &stamp(fence), MINUTE)
            .await
    }

    pub(super) async fn is_settled(&self, kind: &str, attributes: Value) -> bool {
        let (_, change) = self.planned(kind, attributes).await;
        change.unwrap().action == Action::None
    }

    pub(super) async fn delete(&self, object: &Managed, fence: u32) -> Result<(), PluginError> {
        self.connector.delete(object, &stamp(fence), MINUTE).await
    }
}

fn stamp(fence: u32) -> Stamp {
    Stamp {
        token: format!("change-{fence}"),
        fence,
    }
}

pub(super) fn identity(settings: &Value) -> Value {
    let mut identity = json!({
        "spiffe_id": "spiffe://acme.example/production/fraud", "owner": "team:risk-ml", "class": "serving",
        "purpose": null, "max_ttl_seconds": 600, "audiences": ["bao"], "expires_at": null,
        "settings": {"role": "fraud", "bound_subject": SUBJECT},
    });
    for (name, value) in settings.as_object().unwrap() {
        identity["settings"][name] = value.clone();
    }
    identity
}

pub(super) fn grant(read: &[&str]) -> Value {
    json!({
        "workload": WORKLOAD, "spiffe_id": "spiffe://acme.example/production/fraud",
        "accounts": ["role:auth/jwt/role/fraud"],
        "deploy": {"subjects": ["ci:github:acme/fraud:ref:main"], "may": ["rollout"]},
        "runtime": {"subjects": [], "use": [], "read": read, "call": []},
        "settings": {},
    })
}

/// Statuses with which the server answers reads of secrets.
pub(super) fn reads(client: &openbao_server::Client, paths: &[&str]) -> Vec<u16> {
    let status = |path: &&str| client.send("GET", path, None).unwrap().status;
    paths.iter().map(status).collect()
}

pub(super) fn secrets(server: &Server, names: &[&str]) {
    for name in names {
        let path = format!("secret/data/{name}");
        server
            .root()
            .post(&path, &json!({"data": {"value": "of-this-test"}}))
            .unwrap();
    }
}
