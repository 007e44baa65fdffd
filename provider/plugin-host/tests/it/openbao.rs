//! The first-party connector against a real `OpenBao`.

mod access;
mod carried;
mod compiled;
mod hostile;
mod issuer;
mod judged;
mod keeper;
mod objects;

use std::time::Duration;

use openbao_server::{INSTALL, Server};
use portcullis_plugin_host::{AccessFacts, Connector, Grants, Limits, Network};
use serde_json::{Value, json};

use crate::support::Folder;

const MINUTE: Duration = Duration::from_secs(60);

/// A server for one test; none where it cannot be started, which `CI=true` does not accept.
fn server() -> Option<Server> {
    if openbao_server::is_installed() {
        return Some(Server::start().unwrap());
    }
    let line =
        format!("not run: connector on a real OpenBao (needs the one that `{INSTALL}` installs)");
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{line}");
    println!("{line}");
    None
}

/// The connector, with a token.
fn connector(folder: &Folder, server: &Server, token: &str, mut config: Value) -> Connector {
    let url = server.url();
    config["url"] = json!(url);
    let grants = Grants::none().host(&url).unwrap().reads(&url).unwrap();
    let grants = grants.secret("BAO_TOKEN", token).unwrap();
    let plugin = folder.workspace_plugin("openbao-connector");
    let limits = Limits {
        // The tests have more policies than time.
        http_requests_per_second: 1_000,
        ..Limits::default()
    };
    let host = folder.host_with(limits, Network::default());
    host.connector(&plugin, config, grants)
}

/// What the connector tells of the server to somebody who may read everything.
async fn facts(server: &Server, config: Value) -> AccessFacts {
    let folder = Folder::new();
    let connector = connector(&folder, server, server.root_token(), config);
    connector.list_access(MINUTE).await.unwrap()
}

/// `from relation to (source) [condition]` of the edges that satisfy a condition, sorted.
fn edges(facts: &AccessFacts, of: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found: Vec<String> = facts
        .edges
        .iter()
        .filter(|edge| of(&edge.from) || of(&edge.to))
        .map(|edge| {
            let condition = match edge.condition.as_str() {
                "" => String::new(),
                condition => format!(" if {condition}"),
            };
            format!("{} {} {}{condition}", edge.from, edge.relation, edge.to)
        })
        .collect();
    found.sort();
    found
}

/// `operation on object` of one subject, sorted.
fn permissions(facts: &AccessFacts, subject: &str) -> Vec<String> {
    let mut found: Vec<String> = facts
        .permissions
        .iter()
        .filter(|permission| permission.subject == subject)
        .map(|permission| format!("{} on {}", permission.operation, permission.object))
        .collect();
    found.sort();
    found
}
