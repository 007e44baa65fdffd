//! Splits as policies: compiled, accepted, looked at, mended and taken away.

use portcullis_plugin_host::{Action, Desired};
use serde_json::{Value, json};

use super::identity::{keep, refusal, stamp};
use super::{ACCOUNT, MINUTE, account, connector};
use crate::support::Folder;

const SPLIT: &str = "production/fraud-scorer";

fn desired(settings: &Value) -> Desired {
    let mut settings = settings.clone();
    settings["deploy_role"] = json!("fraud-ship");
    settings["provider"] = json!(format!(
        "{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    ));
    settings["service"] = json!("arn:aws:ecs:eu-west-1:123456789012:service/infer/fraud");
    Desired {
        kind: "grant".to_owned(),
        name: SPLIT.to_owned(),
        attributes: json!({
            "workload": SPLIT, "spiffe_id": "spiffe://acme.example/production/fraud-scorer",
            "accounts": [format!("role:{ACCOUNT}:role/fraud-runtime")],
            "deploy": {"subjects": ["ci:github:acme/fraud:ref:main"], "may": ["rollout", "approve"]},
            "runtime": {"subjects": [], "use": [], "read": ["secret:model"], "call": []},
            "settings": settings,
        }),
    }
}

fn model() -> Value {
    json!({"resources": {"secret:model": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:model"}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_split_lives_as_policies_that_the_server_accepts() {
    let Some(moto) = account() else { return };
    let folder = Folder::new();
    let connector = connector(&folder, &moto.url());
    let wanted = desired(&model());
    let (change, made) = keep(&connector, None, &wanted, 1).await;
    assert_eq!(change.action, Action::Create);
    assert_eq!(
        change.attributes, made.attributes,
        "what was planned is there"
    );
    let allows: Vec<String> = serde_json::from_value(made.attributes["allows"].clone()).unwrap();
    let ship = format!("role:{}", made.id);
    let runtime = format!("role:{ACCOUNT}:role/fraud-runtime");
    let service = "arn:aws:ecs:eu-west-1:123456789012:service/infer/fraud";
    assert_eq!(
        allows,
        [
            format!("ci:github:acme/fraud:ref:main may take {ship} on"),
            format!("{ship} may ecs:DescribeServices on {service}"),
            format!("{ship} may ecs:UpdateService on {service}"),
            format!(
                "{runtime} may secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-west-1:123456789012:secret:model"
            ),
        ]
    );
    assert_eq!(made.attributes["clauses"].as_array().unwrap().len(), 4);
    for (id, name) in [(made.id.as_str(), ""), (&made.id, SPLIT), ("", SPLIT)] {
        let read = connector.read("grant", id, name, MINUTE).await.unwrap();
        assert_eq!(read.as_ref(), Some(&made), "{id} {name}");
    }
    let (again, _) = keep(&connector, Some(&made), &wanted, 1).await;
    assert_eq!(again.action, Action::None);
    let none = connector.read("identity", &made.id, "", MINUTE).await;
    assert!(none.unwrap().is_none(), "a split is no identity");
    // Nothing to read any more: the policy of the runtime role goes.
    let (change, fewer) = keep(&connector, Some(&made), &desired(&json!({})), 2).await;
    assert_eq!(change.action, Action::Update);
    assert_eq!(fewer.attributes["allows"].as_array().unwrap().len(), 3);
    connector
        .delete(&fewer, &stamp("d", 3), MINUTE)
        .await
        .unwrap();
    connector
        .delete(&fewer, &stamp("d", 3), MINUTE)
        .await
        .unwrap();
    let gone = connector.read("grant", "", SPLIT, MINUTE).await;
    assert_eq!(gone.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_added_to_a_policy_is_seen_and_mended() {
    let Some(moto) = account() else { return };
    let folder = Folder::new();
    let connector = connector(&folder, &moto.url());
    let wanted = desired(&model());
    let (_, made) = keep(&connector, None, &wanted, 1).await;
    let widened = json!({"operation": "PutRolePolicy", "RoleName": "fraud-runtime", "PolicyName": "portcullis.production.fraud-scorer",
        "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}]}});
    moto.carry_out(&widened).unwrap();
    let seen = connector.read("grant", &made.id, SPLIT, MINUTE).await;
    let seen = seen.unwrap().unwrap();
    let last = format!("role:{ACCOUNT}:role/fraud-runtime may secretsmanager:* on *");
    assert_eq!(seen.attributes["allows"][3], json!(last));
    let (change, mended) = keep(&connector, Some(&seen), &wanted, 2).await;
    assert_eq!(change.action, Action::Update);
    assert_eq!(mended, made);
    // A workload whose role is not there is given nothing, and the reason is said.
    let mut homeless = desired(&model());
    homeless.name = "production/other".to_owned();
    homeless.attributes["accounts"] = json!([format!("role:{ACCOUNT}:role/not-there")]);
    homeless.attributes["settings"]["deploy_role"] = json!("other-ship");
    let change = connector.plan(None, &homeless, MINUTE).await.unwrap();
    let refused = refusal(connector.apply(None, &change, &stamp("t", 1), MINUTE).await);
    assert!(
        refused.contains("role/not-there` of the workload is not in this account"),
        "{refused}"
    );
}
