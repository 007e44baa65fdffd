//! What a split compiles to, and that every clause of it is somewhere.

use serde_json::{Value, json};

use portcullis_plugin::objects::Enforcement;

use super::{Compiled, compile};
use crate::objects::split::parse;

const ROLE: &str = "arn:aws:iam::123456789012:role/portcullis/production/fraud/fraud";
const GITHUB: &str = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
const SERVICE: &str = "arn:aws:ecs:eu-west-1:123456789012:service/infer/fraud";
const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:fraud-model";

fn declared() -> Value {
    json!({
        "accounts": [format!("role:{ROLE}"), "sa:cluster/infer/fraud"],
        "deploy": {"subjects": ["ci:github:acme/fraud:ref:main", "group:ml-release"], "may": ["rollout", "rollback", "read_logs", "approve"]},
        "runtime": {
            "subjects": ["group:oncall"], "use": [{"pool": "scoring", "max_gpus": 4}],
            "read": ["vault:secret/models/fraud", "secret:elsewhere"], "call": ["service:ledger-api"],
        },
        "settings": {"deploy_role": "fraud-deploy", "provider": GITHUB, "service": SERVICE, "resources": {"vault:secret/models/fraud": SECRET}},
    })
}

fn compiled(declared: &Value) -> Compiled {
    let split = parse("production/fraud", declared.as_object().unwrap()).unwrap();
    compile("production/fraud", &split)
}

fn with(change: impl FnOnce(&mut Value)) -> Compiled {
    let mut declared = declared();
    change(&mut declared);
    compiled(&declared)
}

#[test]
fn every_clause_is_somewhere_once() {
    use Enforcement::{Advisory, Enforced, Mediated};
    let clauses = compiled(&declared()).clauses;
    let told: Vec<(&str, Enforcement)> = clauses
        .iter()
        .map(|one| (one.clause.as_str(), one.enforcement))
        .collect();
    assert_eq!(
        told,
        [
            ("deploy may rollout", Enforced),
            ("deploy may rollback", Enforced),
            ("deploy may read_logs", Advisory),
            ("deploy may approve", Advisory),
            ("deploy stays out of runtime", Mediated),
            ("runtime use scoring", Advisory),
            ("runtime read vault:secret/models/fraud", Enforced),
            ("runtime read secret:elsewhere", Advisory),
            ("runtime call service:ledger-api", Advisory),
            ("runtime act as group:oncall", Advisory),
        ]
    );
    let unexplained = clauses
        .iter()
        .find(|one| one.enforcement != Enforced && one.reason.is_empty());
    assert_eq!(unexplained, None);
    assert!(
        clauses[0].reason.contains("`group:ml-release`"),
        "{:?}",
        clauses[0]
    );
}

#[test]
fn policies_say_no_more_than_the_split() {
    let compiled = compiled(&declared());
    assert_eq!(
        compiled.trust.unwrap()["Statement"],
        json!([{
            "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated": GITHUB},
            "Condition": {"StringEquals": {
                "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                "token.actions.githubusercontent.com:sub": ["repo:acme/fraud:ref:refs/heads/main"],
            }},
        }])
    );
    assert_eq!(
        compiled.deploy["Statement"],
        json!([
            {"Effect": "Allow", "Action": ["ecs:DescribeServices", "ecs:UpdateService"], "Resource": SERVICE},
            {"Effect": "Deny", "Action": ["iam:*", "sts:AssumeRole"], "Resource": [ROLE]},
        ])
    );
    assert_eq!(
        compiled.runtime.unwrap()["Statement"],
        json!([{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": SECRET}])
    );
}

#[test]
fn a_project_without_a_run_is_any_of_its_runs_and_roles_are_named() {
    let compiled = with(|declared| {
        declared["deploy"]["subjects"] =
            json!(["ci:github:acme/fraud", "role:arn:aws:iam::1:role/ci"]);
    });
    let trust = compiled.trust.unwrap();
    assert_eq!(
        trust["Statement"][0]["Condition"]["StringLike"],
        json!({"token.actions.githubusercontent.com:sub": ["repo:acme/fraud:*"]})
    );
    assert_eq!(
        trust["Statement"][1],
        json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ["arn:aws:iam::1:role/ci"]}})
    );
}

#[test]
fn what_nobody_can_do_and_what_has_no_role_is_advisory() {
    let nobody = with(|declared| declared["deploy"]["subjects"] = json!(["group:ml-release"]));
    assert_eq!(nobody.trust, None);
    assert_eq!(nobody.clauses[0].enforcement, Enforcement::Advisory);
    let homeless = with(|declared| declared["accounts"] = json!([]));
    assert_eq!(homeless.runtime, None);
    let deny = &homeless.deploy["Statement"][1];
    assert_eq!(deny["Resource"], json!(["*"]), "{deny}");
}

#[test]
fn settings_with_a_mistake_name_it() {
    for (settings, named) in [
        (json!({"provider": GITHUB}), "deploy_role"),
        (
            json!({"deploy_role": "a b", "provider": GITHUB}),
            "`a b` is no name",
        ),
        (
            json!({"deploy_role": "a", "provider": "arn:aws:iam::1:saml-provider/x"}),
            "no ARN of an OpenID",
        ),
        (
            json!({"deploy_role": "a", "provider": GITHUB, "service": "arn:aws:ecs:*:1:service/*"}),
            "is no ARN",
        ),
        (
            json!({"deploy_role": "a", "provider": GITHUB, "resources": {"x": "*"}}),
            "`*` is no ARN",
        ),
        (
            json!({"deploy_role": "a", "provider": GITHUB, "sevice": "x"}),
            "sevice",
        ),
    ] {
        let mut declared = declared();
        declared["settings"] = settings;
        let failure = parse("a/b", declared.as_object().unwrap()).unwrap_err();
        assert_eq!(failure.kind, "config");
        assert!(failure.message.contains(named), "{}", failure.message);
    }
}
