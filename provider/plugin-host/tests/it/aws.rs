//! The first-party connector, and our signatures, against moto.

mod grant;
mod identity;
mod judged;
mod organization;
mod secrets;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use moto_server::{INSTALL, Moto};
use portcullis_plugin_host::{AccessFacts, AwsKeys, Connector, Effect, Grants, PluginError};
use serde_json::{Value, json};

use crate::peer::{Answer, Peer, with_headers};
use crate::stage::{Stage, applied, granted};
use crate::support::Folder;

const MINUTE: Duration = Duration::from_secs(60);
const ACCOUNT: &str = "arn:aws:iam::123456789012";

/// A server with an account of the connector's tests; none where it cannot be started, which `CI=true` does not accept.
fn account() -> Option<Moto> {
    let moto = server()?;
    let file = "../../plugins/connectors/aws/tests/account.json";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let steps: Vec<Value> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    for step in &steps {
        moto.carry_out(step).unwrap();
    }
    Some(moto)
}

/// A server with nothing in its accounts.
fn server() -> Option<Moto> {
    if !moto_server::is_installed() {
        let line = format!("not run: AWS played by moto (needs `{INSTALL}`)");
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{line}");
        println!("{line}");
        return None;
    }
    Some(Moto::start().unwrap())
}

fn keys(id: &str, secret: &str) -> AwsKeys {
    AwsKeys {
        access_key_id: id.to_owned(),
        secret_access_key: secret.to_owned(),
        session_token: None,
    }
}

fn signing(url: &str, keys: AwsKeys) -> Grants {
    granted(url).sigv4(url, "iam", "us-east-1", keys).unwrap()
}

fn connector(folder: &Folder, url: &str) -> Connector {
    let plugin = folder.workspace_plugin("aws-connector");
    let keys = keys("AKIDEXAMPLE", "not-checked-by-this-server");
    let config = json!({"iam": url});
    folder.host().connector(&plugin, config, signing(url, keys))
}

/// `subject | operation | object | policy` of those with that effect.
fn permissions(facts: &AccessFacts, effect: Effect) -> Vec<String> {
    let lines = facts.permissions.iter().filter(|one| one.effect == effect);
    lines
        .map(|one| {
            let line = format!(
                "{} | {} | {} | {}",
                one.subject, one.operation, one.object, one.source
            );
            line.replace(ACCOUNT, "")
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_told_whole() {
    let Some(moto) = account() else { return };
    let folder = Folder::new();
    let facts = connector(&folder, &moto.url())
        .list_access(MINUTE)
        .await
        .unwrap();
    assert_eq!(facts.platform, "aws");
    let subjects: Vec<String> = facts
        .subjects
        .iter()
        .map(|one| format!("{} {}", one.kind, one.id.replace(ACCOUNT, "")))
        .collect();
    assert_eq!(
        subjects,
        [
            "group group::group/ml/passers",
            "human user::user/ana",
            "role role::role/fraud-runtime",
            "other instance-profile::instance-profile/fraud",
            "role role::role/ci/fraud-deploy",
        ]
    );
    let edges: Vec<String> = facts
        .edges
        .iter()
        .map(|one| format!("{} {} {} ({})", one.from, one.relation, one.to, one.source))
        .map(|line| line.replace(ACCOUNT, ""))
        .collect();
    assert_eq!(
        edges,
        [
            "user::user/ana member_of policy::policy/instances (policy instances attached to user ana)",
            "user::user/ana member_of group::group/ml/passers (groups of user ana)",
            "service:ec2.amazonaws.com assumes role::role/fraud-runtime (trust policy of role fraud-runtime)",
            "instance-profile::instance-profile/fraud runs_as role::role/fraud-runtime (instance profile fraud)",
            "role::role/ci/fraud-deploy bounded_by boundary::policy/limits/developers (permission boundary limits/developers of role fraud-deploy)",
            "role::role/ci/fraud-deploy member_of policy::policy/limits/developers#denied (permission boundary limits/developers of role fraud-deploy)",
            "ci:github:acme/fraud:ref:main assumes role::role/ci/fraud-deploy (trust policy of role fraud-deploy)",
        ]
    );
    let denied = permissions(&facts, Effect::Deny);
    for expected in [
        "user::user/ana | !ec2:*,iam:* | * | policy not-here of user ana",
        "policy::policy/limits/developers#denied | iam:PassRole | :role/admin | policy limits/developers",
    ] {
        assert!(denied.iter().any(|line| line == expected), "{denied:#?}");
    }
    let allowed = permissions(&facts, Effect::Allow);
    for expected in [
        "group::group/ml/passers | iam:PassRole | :role/fraud-* | policy pass of group passers",
        "boundary::policy/limits/developers | ec2:* | * | policy limits/developers",
        "policy::policy/instances | ec2:RunInstances | * | policy instances",
        "role::role/ci/fraud-deploy | iam:PassRole | * | policy rollout of role fraud-deploy",
    ] {
        assert!(allowed.iter().any(|line| line == expected), "{allowed:#?}");
    }
    let condition = facts
        .permissions
        .iter()
        .find(|one| one.source == "policy pass of group passers");
    assert_eq!(
        condition.unwrap().condition,
        r#"{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}"#
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn trust_in_tokens_of_others_and_what_trust_denies_are_told() {
    let Some(moto) = account() else { return };
    let issuer = "oidc.eks.eu-west-1.amazonaws.com/id/E1";
    let mut subject = serde_json::Map::new();
    subject.insert(
        format!("{issuer}:sub"),
        json!("system:serviceaccount:infer:runtime"),
    );
    let ana = json!({"AWS": format!("{ACCOUNT}:user/ana")});
    let step = json!({"operation": "CreateRole", "RoleName": "scorer", "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": subject},
         "Principal": {"Federated": format!("{ACCOUNT}:oidc-provider/{issuer}")}},
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "123456789012"}},
        {"Effect": "Deny", "Action": "sts:*", "Principal": ana},
    ]}});
    moto.carry_out(&step).unwrap();
    let folder = Folder::new();
    let facts = connector(&folder, &moto.url()).list_access(MINUTE).await;
    let facts = facts.unwrap();
    let role = format!("role:{ACCOUNT}:role/scorer");
    let trusted = facts.edges.iter().filter(|edge| edge.to == role);
    let trusted: Vec<String> = trusted.map(|edge| edge.from.replace(ACCOUNT, "")).collect();
    assert_eq!(
        trusted,
        [
            format!("oidc:https://{issuer}#system:serviceaccount:infer:runtime"),
            format!("group::oidc-provider/{issuer}"),
            "account:123456789012".to_owned(),
        ]
    );
    let denied = permissions(&facts, Effect::Deny);
    let expected =
        "user::user/ana | sts:AssumeRole | :role/scorer | trust policy of role scorer".to_owned();
    assert!(denied.contains(&expected), "{denied:#?}");
}

/// moto works out the signature of each request with the library of AWS's own SDK for Python, of those over `POST`.
#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_accepts_our_signature_and_no_other() {
    let Some(moto) = account() else { return };
    let allow = json!({"operation": "PutUserPolicy", "UserName": "ana", "PolicyName": "list",
        "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:ListRoles", "Resource": "*"}]}});
    moto.carry_out(&allow).unwrap();
    let ana = moto.keys("ana").unwrap();
    moto.demand_signatures().unwrap();
    let (stage, url) = (Stage::new(), moto.url());
    let ask = |operation: &str| {
        json!({"sign": [{
            "url": format!("{url}/"), "method": "POST",
            "headers": [["Content-Type", "application/x-www-form-urlencoded; charset=utf-8"], ["X-Request-Id", "a  b"]],
            "body": format!("Action={operation}&Version=2010-05-08"),
        }, "iam"]})
    };
    let acts = json!([ask("ListRoles"), ask("GetRole")]);
    let right = signing(&url, keys(&ana.id, &ana.secret));
    let results = applied(&stage.connector(&url, right, &acts)).await;
    assert_eq!(results[0]["status"], 200, "{}", results[0]);
    let refused = results[1]["body"].as_str().unwrap();
    assert!(refused.contains("<Code>AccessDenied</Code>"), "{refused}");
    let wrong = signing(&url, keys(&ana.id, "another-secret-access-key"));
    let results = applied(&stage.connector(&url, wrong, &acts)).await;
    assert_eq!(results[0]["status"], 403);
    let refused = results[0]["body"].as_str().unwrap();
    assert!(refused.contains("SignatureDoesNotMatch"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_are_wrong_are_said_to_be() {
    let Some(moto) = account() else { return };
    moto.demand_signatures().unwrap();
    let folder = Folder::new();
    let error = connector(&folder, &moto.url())
        .list_access(MINUTE)
        .await
        .unwrap_err();
    assert!(
        matches!(&error, PluginError::Failed { kind, .. } if kind == "refused"),
        "{error}"
    );
    let said = error.to_string();
    assert!(
        said.contains("did not answer `GetAccountAuthorizationDetails`: `InvalidClientTokenId`"),
        "{said}"
    );
    assert!(
        said.contains("Check the keys that `allow { sigv4 }` names"),
        "{said}"
    );
}

/// What AWS answers about a capacity block that is half used and a reservation of machines without GPUs. It is a stand-in
/// written after the API reference: moto answers this operation with status 500.
const RESERVATIONS: &str = "<DescribeCapacityReservationsResponse><capacityReservationSet>\
    <item><capacityReservationId>cr-0a1</capacityReservationId><instanceType>p4d.24xlarge</instanceType>\
    <availabilityZone>us-east-1a</availabilityZone><totalInstanceCount>4</totalInstanceCount>\
    <availableInstanceCount>2</availableInstanceCount><state>active</state><endDate>2026-12-01T00:00:00.000Z</endDate>\
    <reservationType>capacity-block</reservationType></item>\
    <item><capacityReservationId>cr-0b2</capacityReservationId><instanceType>m5.large</instanceType>\
    <totalInstanceCount>9</totalInstanceCount><availableInstanceCount>9</availableInstanceCount><state>active</state></item>\
    </capacityReservationSet></DescribeCapacityReservationsResponse>";

#[tokio::test(flavor = "multi_thread")]
async fn a_region_offers_types_and_keeps_what_is_reserved() {
    let Some(moto) = account() else { return };
    let moto = Arc::new(moto);
    let behind = Arc::clone(&moto);
    let front = Peer::start(move |heard, _| {
        let target = heard.head.split(' ').nth(1).unwrap_or_default();
        let body = match target.contains("DescribeCapacityReservations") {
            true => RESERVATIONS.to_owned(),
            false => behind.get("ec2", target).unwrap().body,
        };
        Answer::Bytes(with_headers("", &body))
    })
    .await;
    let folder = Folder::new();
    let plugin = folder.workspace_plugin("aws-connector");
    let region = |url: &str| {
        let config = json!({"iam": url, "ec2": url, "region": "us-east-1", "instance_types": ["p4d.*", "g5.4*", "m5.large"]});
        let keys = keys("AKIDEXAMPLE", "not-checked-by-this-server");
        let grants = granted(url).sigv4(url, "ec2", "us-east-1", keys).unwrap();
        folder.host().connector(&plugin, config, grants)
    };
    let supply = region(&front.url()).list_supply(MINUTE).await.unwrap();
    let told: Vec<String> = supply
        .pools
        .iter()
        .map(|pool| {
            format!(
                "{} {} x{} {} {:?}/{:?}",
                pool.name,
                pool.model,
                pool.devices_per_node,
                pool.grade,
                pool.nodes_available,
                pool.nodes_total
            )
        })
        .collect();
    let mut sorted = told.clone();
    sorted.sort();
    assert_eq!(
        sorted,
        [
            "cr-0a1 NVIDIA A100 x8 firm Some(2)/Some(4)",
            "g5.48xlarge NVIDIA A10G x8 listed None/None",
            "g5.4xlarge NVIDIA A10G x1 listed None/None",
            "p4d.24xlarge NVIDIA A100 x8 listed None/None",
        ]
    );
    let reserved = supply
        .pools
        .iter()
        .find(|pool| pool.name == "cr-0a1")
        .unwrap();
    let label = |name: &str| {
        let found = reserved.labels.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    };
    assert_eq!(label("reservation_type"), Some("capacity-block"));
    assert_eq!(label("zone"), Some("us-east-1a"));
    assert_eq!(label("memory_mib"), Some("40960"));
    // A region that does not tell what is reserved is no region with nothing reserved.
    let error = region(&moto.url()).list_supply(MINUTE).await.unwrap_err();
    assert!(
        matches!(&error, PluginError::Failed { kind, .. } if kind == "unreachable"),
        "{error}"
    );
}
