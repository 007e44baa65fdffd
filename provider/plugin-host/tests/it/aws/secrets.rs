//! Policies of secrets: the documents that are attached, and who reads the secret by them.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_access::{Access, Credentials, Facts, Memberships};
use portcullis_plugin_host::AccessFacts;
use serde_json::{Value, json};

use super::judged::source;
use super::{ACCOUNT, MINUTE, account, keys};
use crate::stage::granted;
use crate::support::Folder;

/// Where credentials of a subject live and who else reads them, as `location: readers`.
fn credentials(facts: &AccessFacts, of: &str) -> Vec<String> {
    let (access, nothing) = (Access::derive(&[source(facts)]), Memberships::new());
    let facts = Facts {
        configuration: &nothing,
        ledger: &nothing,
        access: &access,
        grants: &[],
        unread: &BTreeMap::new(),
    };
    let found = Credentials::of(&BTreeSet::from([of.parse().unwrap()]), facts).found;
    let line = |readers: Vec<&str>, location: &str| format!("{location}: {}", readers.join(", "));
    let lines = found.iter().map(|one| {
        let readers = one.readers.iter().map(|reader| reader.route.start.as_str());
        line(readers.collect(), &one.location)
    });
    lines.map(|text| text.replace(ACCOUNT, "")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_a_secret_by_its_policy_is_told_and_no_value() {
    let Some(moto) = account() else { return };
    // Nobody but the service comes to act as it, so that only the policies of the secrets decide.
    let trust = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}]});
    let role =
        json!({"operation": "CreateRole", "RoleName": "scorer", "AssumeRolePolicyDocument": trust});
    moto.carry_out(&role).unwrap();
    let value = "canary-value-of-a-secret";
    let ask = |operation: &str, mut members: Value| {
        members["service"] = json!("secretsmanager");
        members["interface"] = json!("secretsmanager");
        members["operation"] = json!(operation);
        moto.carry_out(&members).unwrap()
    };
    let (ana, runtime) = (
        format!("{ACCOUNT}:user/ana"),
        format!("{ACCOUNT}:role/scorer"),
    );
    let statement = |effect: &str, who: &str| json!({"Effect": effect, "Action": "secretsmanager:GetSecretValue", "Resource": "*", "Principal": {"AWS": who}});
    for (name, statements) in [
        (
            "shared",
            vec![statement("Allow", &ana), statement("Allow", &runtime)],
        ),
        (
            "apart",
            vec![
                statement("Allow", &ana),
                statement("Allow", &runtime),
                statement("Deny", &ana),
            ],
        ),
        ("plain", vec![]),
    ] {
        ask("CreateSecret", json!({"Name": name, "SecretString": value}));
        if !statements.is_empty() {
            let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
            ask(
                "PutResourcePolicy",
                json!({"SecretId": name, "ResourcePolicy": policy}),
            );
        }
    }
    let (folder, url) = (Folder::new(), moto.url());
    let keys = || keys("AKIDEXAMPLE", "not-checked-by-this-server");
    let grants = granted(&url)
        .reads(&url)
        .and_then(|grants| grants.sigv4(&url, "iam", "us-east-1", keys()))
        .and_then(|grants| grants.sigv4(&url, "secretsmanager", "us-east-1", keys()));
    let plugin = folder.workspace_plugin("aws-connector");
    let config = json!({"iam": url, "secrets_manager": url});
    let connector = folder.host().connector(&plugin, config, grants.unwrap());
    let facts = connector.list_access(MINUTE).await.unwrap();
    let mut names: Vec<&str> = facts.objects.iter().map(|one| one.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["apart", "plain", "shared"]);
    assert!(!format!("{facts:?}").contains(value));
    let found = credentials(&facts, &format!("role:{runtime}"));
    let [apart, shared] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert!(apart.contains("secret:apart-"), "{apart}");
    assert!(!apart.contains("user/ana"), "{apart}");
    assert!(shared.contains("secret:shared-"), "{shared}");
    assert!(shared.contains("user::user/ana"), "{shared}");
}
