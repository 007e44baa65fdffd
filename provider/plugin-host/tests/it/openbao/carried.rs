//! Clauses of a split, judged by whether the workload's role carries the policy that holds them.

use serde_json::json;

use super::issuer::Issuer;
use super::keeper::{Keeper, SUBJECT, WORKLOAD, grant, identity, reads, secrets};
use super::{MINUTE, server};

/// How the connector says that the one secret of a split is held: enforcement and reason.
async fn held(keeper: &Keeper) -> (String, String) {
    let found = keeper.connector.read("grant", "", WORKLOAD, MINUTE).await;
    let attributes = found.unwrap().unwrap().attributes;
    let clauses = attributes["clauses"].as_array().unwrap();
    let mut clauses = clauses.iter();
    let read = clauses.find(|one| one["clause"] == "runtime read vault:secret/models/fraud");
    let text = |name: &str| read.unwrap()[name].as_str().unwrap().to_owned();
    (text("enforcement"), text("reason"))
}

#[tokio::test]
async fn a_clause_is_enforced_when_the_role_has_the_policy_and_not_before() {
    let Some(server) = server() else { return };
    let issuer = Issuer::trusted_by(&server);
    secrets(&server, &["models/fraud"]);
    let keeper = Keeper::of(&server);
    let split = grant(&["vault:secret/models/fraud"]);
    keeper.put("grant", split.clone(), 1).await.unwrap();
    let (enforcement, reason) = held(&keeper).await;
    assert_eq!(enforcement, "mediated");
    assert!(reason.contains("is not there yet"), "{reason}");
    assert!(keeper.is_settled("grant", split.clone()).await);

    let wanted = identity(&json!({}));
    keeper.put("identity", wanted.clone(), 1).await.unwrap();
    assert_eq!(held(&keeper).await.0, "enforced");

    let root = server.root();
    root.post(
        "auth/jwt/role/fraud",
        &json!({"role_type": "jwt", "user_claim": "sub", "token_policies": ["default"]}),
    )
    .unwrap();
    let (enforcement, reason) = held(&keeper).await;
    assert_eq!(enforcement, "advisory");
    assert!(reason.ends_with("it was taken off"), "{reason}");
    let workload = issuer.logged_in(&server, "fraud", SUBJECT);
    assert_eq!(reads(&workload, &["secret/data/models/fraud"]), [403]);
    assert!(!keeper.is_settled("grant", split.clone()).await);
    keeper.put("grant", split, 2).await.unwrap();
    assert_eq!(held(&keeper).await.0, "enforced");
    let workload = issuer.logged_in(&server, "fraud", SUBJECT);
    assert_eq!(reads(&workload, &["secret/data/models/fraud"]), [200]);
}

#[tokio::test]
async fn a_role_of_somebody_else_is_looked_at_and_left_alone() {
    let Some(server) = server() else { return };
    let _issuer = Issuer::trusted_by(&server);
    let keeper = Keeper::of(&server);
    let mut split = grant(&["vault:secret/models/fraud"]);
    split["accounts"] = json!(["role:auth/jwt/role/theirs"]);
    let root = server.root();
    let role = |policies: &[&str]| json!({"role_type": "jwt", "user_claim": "sub", "bound_subject": SUBJECT, "token_policies": policies});
    root.post("auth/jwt/role/theirs", &role(&["default"]))
        .unwrap();
    keeper.put("grant", split.clone(), 1).await.unwrap();
    let (enforcement, reason) = held(&keeper).await;
    assert_eq!(enforcement, "advisory");
    assert!(
        reason.contains("add the policy to its `token_policies`"),
        "{reason}"
    );
    let theirs = root.get("auth/jwt/role/theirs").unwrap();
    assert_eq!(theirs["data"]["token_policies"], json!(["default"]));
    root.post(
        "auth/jwt/role/theirs",
        &role(&["portcullis.production.fraud"]),
    )
    .unwrap();
    assert_eq!(held(&keeper).await.0, "enforced");
}
