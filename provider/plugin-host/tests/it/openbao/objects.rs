//! Identities and grants that the connector keeps, judged by the server and by whoever logs in.

use serde_json::json;

use super::issuer::Issuer;
use super::keeper::{ENTITY, Keeper, SUBJECT, WORKLOAD, grant, identity, reads, secrets};
use super::{MINUTE, server};

#[tokio::test]
async fn a_workload_logs_in_reads_its_secret_and_is_offboarded() {
    let Some(server) = server() else { return };
    let issuer = Issuer::trusted_by(&server);
    secrets(&server, &["models/fraud", "models/other"]);
    let keeper = Keeper::of(&server);
    let made = keeper
        .put("identity", identity(&json!({})), 1)
        .await
        .unwrap();
    assert_eq!(made.attributes["account"], "role:auth/jwt/role/fraud");
    assert!(keeper.is_settled("identity", identity(&json!({}))).await);
    let split = keeper
        .put("grant", grant(&["vault:secret/models/fraud"]), 1)
        .await
        .unwrap();
    assert!(
        keeper
            .is_settled("grant", grant(&["vault:secret/models/fraud"]))
            .await
    );
    assert_eq!(split.attributes["clauses"][2]["enforcement"], "enforced");

    let paths = [
        "secret/data/models/fraud",
        "secret/data/models/other",
        "sys/policies/acl/default",
    ];
    let workload = issuer.logged_in(&server, "fraud", SUBJECT);
    assert_eq!(reads(&workload, &paths), [200, 403, 403]);
    assert_eq!(
        issuer
            .log_in(&server, "fraud", "system:serviceaccount:other:x")
            .status,
        400
    );

    let foreseen = keeper
        .connector
        .read("offboarding", &made.id, WORKLOAD, MINUTE)
        .await
        .unwrap();
    let foreseen = foreseen.unwrap().attributes["finds"].to_string();
    assert_eq!(foreseen.matches("is revoked").count(), 1, "{foreseen}");

    keeper.delete(&made, 2).await.unwrap();
    assert_eq!(reads(&workload, &paths), [403, 403, 403]);
    assert_eq!(issuer.log_in(&server, "fraud", SUBJECT).status, 400);
    assert_eq!(
        server
            .root()
            .send("GET", "auth/jwt/role/fraud", None)
            .unwrap()
            .status,
        404
    );
    keeper.delete(&made, 2).await.unwrap();
    keeper.delete(&split, 2).await.unwrap();
    assert!(
        keeper
            .connector
            .read("grant", "", WORKLOAD, MINUTE)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn offboarding_names_every_role_that_still_lets_the_workload_in() {
    let Some(server) = server() else { return };
    let issuer = Issuer::trusted_by(&server);
    let keeper = Keeper::of(&server);
    let made = keeper
        .put("identity", identity(&json!({})), 1)
        .await
        .unwrap();
    let role = |subject: &str| json!({"role_type": "jwt", "user_claim": "sub", "bound_audiences": ["bao"], "bound_subject": subject});
    for (name, subject) in [
        ("same", SUBJECT),
        ("others", "system:serviceaccount:other:x"),
    ] {
        server
            .root()
            .post(&format!("auth/jwt/role/{name}"), &role(subject))
            .unwrap();
    }
    assert_eq!(issuer.log_in(&server, "same", SUBJECT).status, 200);
    let refused = keeper.delete(&made, 2).await.unwrap_err().to_string();
    assert!(
        refused.contains("role auth/jwt/role/same lets in the same tokens"),
        "{refused}"
    );
    assert!(!refused.contains("role/others"), "{refused}");
    assert!(refused.ends_with("plugin-refused"), "{refused}");
    server.root().delete("auth/jwt/role/same").unwrap();
    keeper.delete(&made, 2).await.unwrap();
}

#[tokio::test]
async fn what_was_changed_behind_its_back_is_seen_and_mended() {
    let Some(server) = server() else { return };
    let _issuer = Issuer::trusted_by(&server);
    let keeper = Keeper::of(&server);
    let (wanted, split) = (identity(&json!({})), grant(&["vault:secret/models/fraud"]));
    keeper.put("identity", wanted.clone(), 1).await.unwrap();
    keeper.put("grant", split.clone(), 1).await.unwrap();
    let root = server.root();
    root.post(
        "auth/jwt/role/fraud",
        &json!({"role_type": "jwt", "user_claim": "sub", "bound_subject": "", "token_policies": ["root-like"]}),
    )
    .unwrap();
    root.post(
        &format!("identity/entity/name/{ENTITY}"),
        &json!({"policies": ["admin"]}),
    )
    .unwrap();
    let text = root
        .get("sys/policies/acl/portcullis.production.fraud")
        .unwrap();
    let text = text["data"]["policy"].as_str().unwrap();
    root.policy(
        "portcullis.production.fraud",
        &format!("{text}path \"secret/*\" {{ capabilities = [\"read\"] }}"),
    )
    .unwrap();
    let lines = async |kind: &str| {
        let found = keeper
            .connector
            .read(kind, "", WORKLOAD, MINUTE)
            .await
            .unwrap();
        found.unwrap().attributes["allows"].to_string()
    };
    let told = lines("identity").await;
    for widened in [
        "a token of anybody for bao",
        "has policy root-like",
        "its entity has policy admin",
    ] {
        assert!(told.contains(widened), "{widened}: {told}");
    }
    assert!(lines("grant").await.contains("allows read on secret/*"));
    assert!(!keeper.is_settled("identity", wanted.clone()).await);
    assert!(!keeper.is_settled("grant", split.clone()).await);
    keeper.put("identity", wanted.clone(), 2).await.unwrap();
    keeper.put("grant", split.clone(), 2).await.unwrap();
    assert!(keeper.is_settled("identity", wanted).await && keeper.is_settled("grant", split).await);
    assert!(!lines("grant").await.contains("secret/*"));
}

#[tokio::test]
async fn an_update_moves_subject_and_role_and_leaves_nothing_behind() {
    let Some(server) = server() else { return };
    let issuer = Issuer::trusted_by(&server);
    let keeper = Keeper::of(&server);
    let made = keeper
        .put("identity", identity(&json!({})), 1)
        .await
        .unwrap();
    let moved =
        identity(&json!({"role": "fraud-2", "bound_subject": "system:serviceaccount:infer:new"}));
    let after = keeper.put("identity", moved.clone(), 2).await.unwrap();
    assert_eq!(
        (&after.id, &after.attributes["account"]),
        (&made.id, &json!("role:auth/jwt/role/fraud-2"))
    );
    assert!(keeper.is_settled("identity", moved).await);
    assert_eq!(
        issuer
            .log_in(&server, "fraud-2", "system:serviceaccount:infer:new")
            .status,
        200
    );
    assert_eq!(issuer.log_in(&server, "fraud", SUBJECT).status, 400);
    let late = keeper
        .put("identity", identity(&json!({})), 1)
        .await
        .unwrap_err()
        .to_string();
    assert!(late.contains("was changed under fence 2"), "{late}");
}

#[tokio::test]
async fn what_others_made_is_never_taken_over() {
    let Some(server) = server() else { return };
    let issuer = Issuer::trusted_by(&server);
    let keeper = Keeper::of(&server);
    let root = server.root();
    root.policy("portcullis.production.fraud", "# somebody's\n")
        .unwrap();
    let (_, refused) = keeper.planned("grant", grant(&[])).await;
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("The policy `portcullis.production.fraud` is there and was not made by")
    );

    root.post("auth/jwt/role/fraud", &json!({"role_type": "jwt", "user_claim": "sub", "bound_audiences": ["bao"], "bound_subject": SUBJECT})).unwrap();
    let (_, refused) = keeper.planned("identity", identity(&json!({}))).await;
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("The role `auth/jwt/role/fraud` is there and was not made by")
    );

    // Logging in makes an entity of the server's own, with the subject as its alias.
    issuer.logged_in(&server, "fraud", SUBJECT);
    root.delete("auth/jwt/role/fraud").unwrap();
    let refused = keeper
        .put("identity", identity(&json!({})), 1)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("is an alias of the entity `entity_"),
        "{refused}"
    );

    root.post(&format!("identity/entity/name/{ENTITY}"), &json!({}))
        .unwrap();
    let (_, refused) = keeper.planned("identity", identity(&json!({}))).await;
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .contains("The entity `portcullis.production.fraud` is there and was not made by")
    );
}

#[tokio::test]
async fn the_policies_of_the_readme_are_enough() {
    let Some(server) = server() else { return };
    let issuer = Issuer::trusted_by(&server);
    secrets(&server, &["models/fraud"]);
    let readme = include_str!("../../../../../plugins/connectors/openbao/README.md");
    let blocks = readme
        .split("```hcl\n")
        .skip(1)
        .filter_map(|block| block.split("```").next());
    let policies: Vec<&str> = blocks
        .filter(|block| block.contains("capabilities"))
        .collect();
    let [reader, keeper] = policies.as_slice() else {
        panic!("{policies:?}")
    };
    server.root().policy("reader", reader).unwrap();
    server.root().policy("keeper", keeper).unwrap();
    let token = server.token(&["reader", "keeper"]).unwrap();
    let keeper = Keeper::with(&server, &token);
    let made = keeper
        .put("identity", identity(&json!({})), 1)
        .await
        .unwrap();
    let split = keeper
        .put("grant", grant(&["vault:secret/models/fraud"]), 1)
        .await
        .unwrap();
    let workload = issuer.logged_in(&server, "fraud", SUBJECT);
    assert_eq!(reads(&workload, &["secret/data/models/fraud"]), [200]);
    let moved = identity(&json!({"bound_subject": "system:serviceaccount:infer:new"}));
    keeper.put("identity", moved, 2).await.unwrap();
    keeper.delete(&made, 3).await.unwrap();
    keeper.delete(&split, 3).await.unwrap();
    assert_eq!(reads(&workload, &["secret/data/models/fraud"]), [403]);
    assert_eq!(
        reads(&server.client(&token), &["secret/data/models/fraud"]),
        [403]
    );
}
