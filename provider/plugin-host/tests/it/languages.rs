//! What every template of `sdk/templates` becomes, in the sandbox.

use serde_json::{Value, json};

use crate::support::Folder;
use crate::template::Template;

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

async fn check(language: &'static str) {
    let Some(template) = Template::new(language, "check") else {
        return;
    };
    let folder = Folder::new();
    let plugin = folder.plugin("check", &template.build());
    template.test();
    let host = folder.host();
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
