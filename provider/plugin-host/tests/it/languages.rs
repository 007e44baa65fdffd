//! What every template of `sdk/templates` becomes, in the sandbox: the same check and the same connector in every
//! language.

use std::net::TcpListener;
use std::time::Duration;

use portcullis_plugin_host::{Check, Connector, Grants, Host, Limits, Network, PluginError};
use serde_json::{Value, json};

use crate::nodes::Nodes;
use crate::support::{Folder, NOW};
use crate::template::Template;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_check_in_javascript() {
    check("javascript").await;
}

#[tokio::test]
async fn a_check_in_python() {
    check("python").await;
}

#[tokio::test]
async fn a_check_in_c() {
    check("c").await;
}

#[tokio::test]
async fn a_connector_in_javascript() {
    connector("javascript").await;
}

#[tokio::test]
async fn a_connector_in_python() {
    connector("python").await;
}

/// Python is left out: componentize-py unpacks its library anew for each build, and the snapshot of the interpreter
/// holds the inode numbers and times of those files.
#[test]
fn building_in_two_folders_gives_the_same_bytes() {
    for (language, world) in [("javascript", "connector"), ("c", "check")] {
        let Some(first) = Template::new(language, world) else {
            continue;
        };
        let second = Template::new(language, world).unwrap();
        assert!(first.build() == second.build(), "{world} in {language}");
    }
}

/// A host that has time to compile: this build's compiler is not optimised, and a Python component is 19 MB.
fn patient(folder: &Folder) -> Host {
    let limits = Limits {
        compile_time: 5 * MINUTE,
        ..Limits::default()
    };
    folder.host_with(limits, Network::default())
}

async fn check(language: &'static str) {
    let Some(template) = Template::new(language, "check") else {
        return;
    };
    let folder = Folder::new();
    let plugin = folder.plugin("check", &template.build());
    template.test();
    let host = patient(&folder);
    host.prepare(&plugin).await.unwrap();
    let check = host.check(&plugin, json!({"prefix": "team:"}));
    assert_eq!(check.run(&plan(&json!("team:risk-ml"))).await.unwrap(), []);
    for owner in [json!("user:ann"), Value::Null] {
        let findings = check.run(&plan(&owner)).await.unwrap();
        let [finding] = findings.as_slice() else {
            panic!("{findings:?}")
        };
        assert_eq!(
            (
                finding.code.as_str(),
                finding.address.as_str(),
                finding.attribute.as_str()
            ),
            ("owner-missing", "portcullis_gpu_pool.scoring", "owner")
        );
    }
    // C has no exceptions: what is not there is not found.
    if language != "c" {
        a_defect_is_told(&check).await;
    }
}

/// A plan that is no plan document stands for any mistake in a check: the call ends with words and not with a trap.
async fn a_defect_is_told(check: &Check) {
    let error = check.run(r#"{"schema": 1}"#).await.unwrap_err();
    assert!(
        matches!(&error, PluginError::Failed { kind, .. } if kind == "internal"),
        "{error:?}"
    );
    assert!(error.to_string().contains("rror"), "{error}");
}

fn plan(owner: &Value) -> String {
    json!({"schema": 1, "resources": [{
        "address": "portcullis_gpu_pool.scoring",
        "type": "portcullis_gpu_pool",
        "change": "create",
        "planned": {"owner": owner, "gpu": {"replicas": 2}},
        "unknown": [],
    }]})
    .to_string()
}

async fn connector(language: &'static str) {
    let Some(template) = Template::new(language, "connector") else {
        return;
    };
    let nodes = Nodes::start().await;
    let folder = Folder::new();
    let plugin = folder.plugin("connector", &template.build());
    template.test();
    let host = patient(&folder);
    host.prepare(&plugin).await.unwrap();
    let reading = |url: &str| -> Connector {
        let grants = Grants::none().host(url).unwrap();
        let config = json!({"url": url, "cluster": "prod"});
        host.connector(&plugin, config, grants)
    };

    let devices = reading(&nodes.url("/nodes"))
        .list_inventory(MINUTE)
        .await
        .unwrap();
    let shown: Vec<_> = devices
        .iter()
        .map(|device| {
            (
                device.uuid.as_str(),
                device.node.as_str(),
                device.allocation.as_str(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("GPU-a-0", "gpu-a", "free"),
            ("GPU-a-1", "gpu-a", "used"),
            ("GPU-b-0", "gpu-b", "unknown")
        ]
    );
    let first = devices.first().unwrap();
    assert_eq!((first.index, first.memory_mib), (Some(0), Some(143_771)));
    assert_eq!((first.observed_at, first.grade.as_str()), (NOW, "counted"));
    assert_eq!(first.labels, [("cluster".to_owned(), "prod".to_owned())]);

    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    for (url, expected) in [
        (nodes.url("/broken"), "unreachable"),
        (nodes.url("/forbidden"), "refused"),
        (nodes.url("/text"), "malformed"),
        (nobody, "unreachable"),
    ] {
        let error = reading(&url).list_inventory(MINUTE).await.unwrap_err();
        assert!(
            matches!(&error, PluginError::Failed { kind, .. } if kind == expected),
            "{url}: {error:?}"
        );
        assert!(error.to_string().contains(&url), "{error}");
    }
}
