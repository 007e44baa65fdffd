//! Compiled policies, judged by `sys/capabilities` and by real requests on paths that are allowed and on their neighbours.

use openbao_server::Server;
use portcullis_plugin_host::{Connector, Desired, Stamp};
use serde_json::{Value, json};

use super::{MINUTE, connector, server};
use crate::support::Folder;

const SPLITS: usize = 60;
const SECRETS: [&str; 8] = [
    "models/fraud",
    "models/fraud-2",
    "models",
    "models/fraud/deep",
    "other/fraud",
    "a.b/c_d",
    "x/y/z",
    "x/y",
];

/// Numbers that look random and are the same in every run (xorshift).
fn next(seed: &mut u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed
}

async fn compiled(connector: &Connector, workload: &str, read: &[String]) {
    let attributes = json!({
        "workload": workload, "accounts": ["role:auth/jwt/role/any"], "deploy": {"subjects": [], "may": []},
        "runtime": {"subjects": [], "use": [], "read": read, "call": []}, "settings": {},
    });
    let desired = Desired {
        kind: "grant".to_owned(),
        name: workload.to_owned(),
        attributes,
    };
    let change = connector.plan(None, &desired, MINUTE).await.unwrap();
    let stamp = Stamp {
        token: workload.to_owned(),
        fence: 1,
    };
    connector
        .apply(None, &change, &stamp, MINUTE)
        .await
        .unwrap();
}

/// What the server says that a token may do at a path.
fn said(server: &Server, token: &str, path: &str) -> Value {
    let ask = json!({"token": token, "paths": [path]});
    let answer = server.root().post("sys/capabilities", &ask).unwrap();
    answer["data"][path].clone()
}

/// Asks about one secret and its neighbours, the server's own judgement and the requests themselves.
fn judge(server: &Server, token: &str, declared: &[&str], name: &str) {
    let is_declared = |path: &str| {
        let name = path.strip_prefix("secret/data/");
        name.is_some_and(|name| declared.contains(&name))
    };
    let data = format!("secret/data/{name}");
    let beside = [
        format!("secret/metadata/{name}"),
        format!("{data}/more"),
        format!("{data}-more"),
    ];
    for path in beside.iter().chain([&data]) {
        let expected = if is_declared(path) { "read" } else { "deny" };
        assert_eq!(
            said(server, token, path),
            json!([expected]),
            "{declared:?} on {path}"
        );
    }
    let client = server.client(token);
    let status =
        |method: &str, body: Option<&Value>| client.send(method, &data, body).unwrap().status;
    let expected = if is_declared(&data) { 200 } else { 403 };
    assert_eq!(status("GET", None), expected, "{declared:?} reads {data}");
    let changed = json!({"data": {"value": "changed"}});
    assert_eq!(status("POST", Some(&changed)), 403);
    assert_eq!(status("DELETE", None), 403);
}

#[tokio::test]
async fn a_compiled_policy_gives_what_was_declared_and_nothing_else() {
    let Some(server) = server() else { return };
    for name in SECRETS {
        let secret = json!({"data": {"value": "of-this-test"}});
        let path = format!("secret/data/{name}");
        server.root().post(&path, &secret).unwrap();
    }
    let folder = Folder::new();
    let connector = connector(&folder, &server, server.root_token(), json!({}));
    let mut seed = 0x9e37_79b9_7f4a_7c15;
    let mut allowed = 0;
    for number in 0..SPLITS {
        let mut declared = SECRETS.to_vec();
        declared.retain(|_| next(&mut seed).is_multiple_of(3));
        let read: Vec<String> = declared
            .iter()
            .map(|name| format!("vault:secret/{name}"))
            .collect();
        compiled(&connector, &format!("test/split-{number}"), &read).await;
        let policy = format!("portcullis.test.split-{number}");
        let token = server.token(&[&policy]).unwrap();
        for name in SECRETS {
            judge(&server, &token, &declared, name);
        }
        allowed += declared.len();
    }
    let asked = SPLITS * SECRETS.len();
    println!(
        "{SPLITS} splits, {asked} secrets asked for, {allowed} declared: read and nothing else"
    );
    assert!(
        allowed * 5 > asked && allowed * 2 < asked,
        "{allowed} of {asked}"
    );
}
