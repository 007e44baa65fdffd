use portcullis_plugin::objects::Enforcement;

use super::*;
use crate::objects::split::parse;

pub(crate) fn split(change: impl FnOnce(&mut Value)) -> Split {
    let mut attributes = json!({
        "accounts": ["sa:infer/fraud-runtime"],
        "deploy": {"subjects": ["ci:github:acme/fraud"], "may": ["rollout", "read_logs"]},
        "runtime": {
            "subjects": ["group:oncall"],
            "use": [{"pool": "scoring", "max_gpus": 4}],
            "read": ["secret:infer/model-key", "vault:secret/models/fraud"],
            "call": ["service:ledger-api"],
        },
        "settings": {"namespace": "infer"},
    });
    change(&mut attributes);
    parse("production/fraud", attributes.as_object().unwrap()).unwrap()
}

fn compiled(split: &Split, has_admission: bool) -> Compiled {
    let holders = vec!["ci:github:acme/fraud".to_owned()];
    let assumed_by = BTreeMap::from([("sa:infer/fraud-deploy".to_owned(), holders)]);
    let ground = Ground {
        has_admission,
        assumed_by: &assumed_by,
    };
    compile("production/fraud", split, &ground)
}

fn told(compiled: &Compiled) -> Vec<(&str, Enforcement)> {
    let clauses = compiled.clauses.iter();
    clauses
        .map(|clause| (clause.clause.as_str(), clause.enforcement))
        .collect()
}

#[test]
fn every_clause_is_told_once_and_by_whom_it_is_held() {
    use Enforcement::{Advisory, Enforced};
    let with = compiled(&split(|_| {}), true);
    assert_eq!(
        told(&with),
        [
            ("deploy may rollout", Enforced),
            ("deploy may read_logs", Enforced),
            ("deploy stays out of runtime", Enforced),
            ("runtime use scoring", Advisory),
            ("runtime read secret:infer/model-key", Enforced),
            ("runtime read vault:secret/models/fraud", Advisory),
            ("runtime call service:ledger-api", Advisory),
            ("runtime act as group:oncall", Enforced),
        ]
    );
    let words: Vec<String> = with.documents.iter().map(|one| one.place.words()).collect();
    assert_eq!(
        words,
        [
            "ValidatingAdmissionPolicy portcullis.production.fraud.infer",
            "ValidatingAdmissionPolicyBinding portcullis.production.fraud.infer",
            "Role infer/production.fraud.deploy",
            "RoleBinding infer/production.fraud.deploy",
            "Role infer/production.fraud.runtime",
            "RoleBinding infer/production.fraud.runtime",
            "Role infer/production.fraud.act-as",
            "RoleBinding infer/production.fraud.act-as",
        ]
    );
    for clause in &with.clauses {
        let is_there = words.contains(&clause.by);
        assert_eq!(is_there, clause.enforcement == Enforced, "{clause:?}");
        assert!(
            clause.enforcement == Enforced || !clause.reason.is_empty(),
            "{clause:?}"
        );
    }
    let all = places("production/fraud", "infer");
    assert!(with.documents.iter().all(|one| all.contains(&one.place)));
}

#[test]
fn an_old_server_leaves_the_side_door_open_and_says_so() {
    let without = compiled(&split(|_| {}), false);
    let stays = &without.clauses[2];
    assert_eq!(stays.enforcement, Enforcement::Advisory);
    assert!(stays.reason.contains("1.30"), "{}", stays.reason);
    assert_eq!(without.documents.len(), 6);
}

#[test]
fn whoever_hands_the_runtime_account_to_deploy_is_told() {
    let handed = split(|all| all["settings"]["service_accounts"] = json!(["fraud-runtime"]));
    let stays = &compiled(&handed, true).clauses[2];
    assert_eq!(stays.enforcement, Enforcement::Advisory);
    assert!(stays.reason.contains("`fraud-runtime`"), "{}", stays.reason);
    let reads = split(|all| all["deploy"]["may"] = json!(["read_logs"]));
    let stays = &compiled(&reads, false).clauses[1];
    assert_eq!(stays.enforcement, Enforcement::Enforced);
}

#[test]
fn another_namespace_keeps_deploy_out_on_any_server() {
    let apart = split(|all| all["settings"]["namespace"] = json!("ship"));
    let stays = &compiled(&apart, false).clauses[2];
    assert_eq!(stays.enforcement, Enforcement::Enforced);
    assert!(stays.reason.contains("`ship`"), "{}", stays.reason);
}

#[test]
fn whom_the_cluster_does_not_know_is_named_and_never_bound() {
    let unknown = split(|all| {
        all["deploy"]["subjects"] = json!(["ci:github:acme/other"]);
        all["accounts"] = json!([]);
    });
    let compiled = compiled(&unknown, true);
    assert!(
        compiled.clauses[0]
            .reason
            .contains("`ci:github:acme/other`")
    );
    let words: Vec<String> = compiled
        .documents
        .iter()
        .map(|one| one.place.words())
        .collect();
    assert_eq!(words, ["Role infer/production.fraud.deploy"]);
}
