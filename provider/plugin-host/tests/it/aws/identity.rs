//! Identities as roles: made, looked at, mended, moved and offboarded.

use portcullis_plugin_host::{Action, Change, Connector, Desired, Managed, PluginError, Stamp};
use serde_json::{Value, json};

use super::{ACCOUNT, MINUTE, account, connector};
use crate::support::Folder;

const NAME: &str = "production/fraud-scorer";

fn desired(settings: &Value, ttl: u32) -> Desired {
    let mut settings = settings.clone();
    settings["provider"] = json!(format!("{ACCOUNT}:oidc-provider/oidc.example/id/1"));
    settings["subject"] = json!("system:serviceaccount:infer:fraud-runtime");
    Desired {
        kind: "identity".to_owned(),
        name: NAME.to_owned(),
        attributes: json!({
            "spiffe_id": "spiffe://acme.example/production/fraud-scorer", "owner": "team:risk-ml",
            "class": "serving", "purpose": "Scores \"card\" transactions", "max_ttl_seconds": ttl,
            "audiences": ["sts.amazonaws.com"], "expires_at": null, "settings": settings,
        }),
    }
}

pub(super) fn stamp(token: &str, fence: u32) -> Stamp {
    Stamp {
        token: token.to_owned(),
        fence,
    }
}

/// Plans and carries out.
pub(super) async fn keep(
    connector: &Connector,
    prior: Option<&Managed>,
    desired: &Desired,
    fence: u32,
) -> (Change, Managed) {
    let change = connector.plan(prior, desired, MINUTE).await.unwrap();
    let stamp = stamp("t", fence);
    let made = connector.apply(prior, &change, &stamp, MINUTE).await;
    (change, made.unwrap())
}

pub(super) fn refusal<T>(result: Result<T, PluginError>) -> String {
    match result {
        Err(error @ PluginError::Failed { .. }) => error.to_string(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("nothing was refused"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_lives_as_a_role() {
    let Some(moto) = account() else { return };
    let folder = Folder::new();
    let connector = connector(&folder, &moto.url());
    let boundary = format!("{ACCOUNT}:policy/limits/developers");
    let wanted = desired(&json!({"role": "fraud-scorer", "boundary": boundary}), 900);
    let (change, made) = keep(&connector, None, &wanted, 1).await;
    assert_eq!(change.action, Action::Create);
    let arn = format!("{ACCOUNT}:role/portcullis/{NAME}/fraud-scorer");
    assert_eq!(made.id, arn);
    assert_eq!(made.attributes["account"], format!("role:{arn}"));
    assert_eq!(made.attributes["documents"][1]["text"], json!(boundary));
    assert_eq!(
        change.attributes, made.attributes,
        "what was planned is what there is"
    );
    for (id, name) in [(arn.as_str(), ""), (&arn, NAME), ("", NAME)] {
        let read = connector.read("identity", id, name, MINUTE).await.unwrap();
        assert_eq!(read.as_ref(), Some(&made), "{id} {name}");
    }
    let (again, same) = keep(&connector, Some(&made), &wanted, 1).await;
    assert_eq!((again.action, &same), (Action::None, &made));
    let retried = connector.apply(None, &change, &stamp("t", 1), MINUTE).await;
    assert_eq!(retried.unwrap(), made);
    // Its facts say so in the same words.
    let facts = connector.list_access(MINUTE).await.unwrap();
    let account = format!("role:{arn}");
    assert!(
        facts
            .edges
            .iter()
            .any(|edge| edge.relation == "bounded_by" && edge.from == account)
    );
    let longer = desired(&json!({"role": "fraud-scorer"}), 1800);
    let (change, mended) = keep(&connector, Some(&made), &longer, 2).await;
    assert_eq!(change.action, Action::Update);
    assert_eq!(mended.attributes["documents"].as_array().unwrap().len(), 1);
    assert!(
        mended.attributes["allows"][0]
            .as_str()
            .unwrap()
            .contains(r#""sts:DurationSeconds":"1800""#)
    );
    let stale = connector
        .apply(Some(&made), &change, &stamp("late", 1), MINUTE)
        .await;
    assert!(refusal(stale).contains("was changed under fence"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_changed_is_seen_and_mended() {
    let Some(moto) = account() else { return };
    let folder = Folder::new();
    let connector = connector(&folder, &moto.url());
    let wanted = desired(&json!({"role": "fraud-scorer"}), 900);
    let (_, made) = keep(&connector, None, &wanted, 1).await;
    let widened = json!({"operation": "UpdateAssumeRolePolicy", "RoleName": "fraud-scorer", "PolicyDocument": {"Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}]}});
    moto.carry_out(&widened).unwrap();
    let seen = connector.read("identity", &made.id, NAME, MINUTE).await;
    let seen = seen.unwrap().unwrap();
    assert_eq!(
        seen.attributes["allows"],
        json!([format!("anyone may take role:{} on", made.id)])
    );
    let (change, mended) = keep(&connector, Some(&seen), &wanted, 2).await;
    assert_eq!(change.action, Action::Update);
    assert_eq!(mended, made);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_of_somebody_else_is_left_alone() {
    let Some(moto) = account() else { return };
    let folder = Folder::new();
    let connector = connector(&folder, &moto.url());
    let taken = desired(&json!({"role": "fraud-runtime"}), 900);
    let refused = refusal(connector.plan(None, &taken, MINUTE).await);
    assert!(
        refused.contains(
            "`arn:aws:iam::123456789012:role/fraud-runtime` is there and was not made by portcullis"
        ),
        "{refused}"
    );
    let foreign = format!("{ACCOUNT}:role/fraud-runtime");
    let read = connector.read("identity", &foreign, "", MINUTE).await;
    assert_eq!(read.unwrap(), None, "it is not ours");
    let short = desired(&json!({"role": "fraud-scorer"}), 600);
    let refused = refusal(connector.plan(None, &short, MINUTE).await);
    assert!(
        refused.contains("AWS issues credentials for 900 s at least"),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn offboarding_leaves_nothing() {
    let Some(moto) = account() else { return };
    let folder = Folder::new();
    let connector = connector(&folder, &moto.url());
    let wanted = desired(&json!({"role": "fraud-scorer"}), 900);
    let (_, made) = keep(&connector, None, &wanted, 1).await;
    for bound in [
        json!({"operation": "AttachRolePolicy", "RoleName": "fraud-scorer", "PolicyArn": format!("{ACCOUNT}:policy/instances")}),
        json!({"operation": "PutRolePolicy", "RoleName": "fraud-scorer", "PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}}),
        json!({"operation": "CreateInstanceProfile", "InstanceProfileName": "scorer"}),
        json!({"operation": "AddRoleToInstanceProfile", "InstanceProfileName": "scorer", "RoleName": "fraud-scorer"}),
    ] {
        moto.carry_out(&bound).unwrap();
    }
    // Another role name is another role: the first one goes when the second one is there.
    let moved = desired(&json!({"role": "fraud-scorer-2"}), 900);
    let (change, second) = keep(&connector, Some(&made), &moved, 2).await;
    assert_eq!(change.action, Action::Replace);
    assert_eq!(
        connector
            .read("identity", &made.id, NAME, MINUTE)
            .await
            .unwrap(),
        None
    );
    connector
        .delete(&second, &stamp("d", 3), MINUTE)
        .await
        .unwrap();
    connector
        .delete(&second, &stamp("d", 3), MINUTE)
        .await
        .unwrap();
    let fields = [("PathPrefix".to_owned(), "/portcullis/".to_owned())];
    let left = moto.ask("iam", "ListRoles", &fields).unwrap();
    assert_eq!(left.element("RoleName"), None, "{}", left.body);
}
