//! What the connector tells of a server.

use serde_json::json;

use super::{MINUTE, connector, edges, facts, permissions, server};
use crate::support::Folder;

#[tokio::test]
async fn roles_entities_and_groups_lead_to_policies() {
    let Some(server) = server() else { return };
    let root = server.root();
    root.policy(
        "fraud",
        r#"path "secret/data/fraud" { capabilities = ["read"] }"#,
    )
    .unwrap();
    root.post("sys/auth/jwt", &json!({"type": "jwt"})).unwrap();
    let key = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9\nq9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==\n-----END PUBLIC KEY-----";
    let trust =
        json!({"jwt_validation_pubkeys": [key], "bound_issuer": "https://kubernetes.default.svc"});
    root.post("auth/jwt/config", &trust).unwrap();
    let role = json!({
        "role_type": "jwt", "bound_audiences": ["bao"], "user_claim": "sub", "token_policies": ["fraud"],
        "bound_subject": "system:serviceaccount:infer:fraud-runtime",
    });
    root.post("auth/jwt/role/fraud", &role).unwrap();
    root.post("sys/auth/userpass", &json!({"type": "userpass"}))
        .unwrap();
    let ana = json!({"password": "of-this-test", "token_policies": ["fraud"], "token_no_default_policy": true});
    root.post("auth/userpass/users/ana", &ana).unwrap();
    let entity = root
        .post(
            "identity/entity",
            &json!({"name": "fraud", "policies": ["fraud"]}),
        )
        .unwrap();
    let entity = entity["data"]["id"].as_str().unwrap();
    let methods = root.get("sys/auth").unwrap();
    let accessor = |path: &str| {
        methods["data"][path]["accessor"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    for (path, name) in [
        ("jwt/", "system:serviceaccount:infer:fraud-runtime"),
        ("userpass/", "ana"),
    ] {
        let alias = json!({"name": name, "canonical_id": entity, "mount_accessor": accessor(path)});
        root.post("identity/entity-alias", &alias).unwrap();
    }
    let group = json!({"name": "admins", "policies": ["fraud"], "member_entity_ids": [entity]});
    root.post("identity/group", &group).unwrap();

    let config = json!({
        "tokens": false,
        "assumed_by": {"role:auth/userpass/users/ana": ["user:ana@acme.example"]},
    });
    let facts = facts(&server, config).await;
    assert_eq!(
        permissions(&facts, "policy:fraud"),
        ["read on secret/data/fraud"]
    );
    assert_eq!(permissions(&facts, "policy:root").len(), 8);
    let token = "oidc:https://kubernetes.default.svc#system:serviceaccount:infer:fraud-runtime";
    assert_eq!(
        edges(&facts, |_| true),
        [
            "entity:fraud member_of identity-group:admins".to_owned(),
            "entity:fraud member_of policy:fraud".to_owned(),
            "identity-group:admins member_of policy:fraud".to_owned(),
            format!("{token} assumes entity:fraud"),
            format!("{token} assumes role:auth/jwt/role/fraud"),
            "role:auth/jwt/role/fraud member_of policy:default".to_owned(),
            "role:auth/jwt/role/fraud member_of policy:fraud".to_owned(),
            "role:auth/userpass/users/ana assumes entity:fraud".to_owned(),
            "role:auth/userpass/users/ana member_of policy:fraud".to_owned(),
            "user:ana@acme.example assumes role:auth/userpass/users/ana".to_owned(),
        ]
    );
}

#[tokio::test]
async fn tokens_hold_what_they_were_issued_with_until_they_end() {
    let Some(server) = server() else { return };
    let root = server.root();
    root.policy(
        "fraud",
        r#"path "secret/data/fraud" { capabilities = ["read"] }"#,
    )
    .unwrap();
    let issued = root
        .post(
            "auth/token/create",
            &json!({"policies": ["fraud"], "ttl": "1h"}),
        )
        .unwrap();
    let accessor = issued["auth"]["accessor"].as_str().unwrap();
    let facts = facts(&server, json!({})).await;
    let id = format!("token:{accessor}");
    assert_eq!(
        edges(&facts, |end| end == id),
        [
            format!("{id} member_of policy:default"),
            format!("{id} member_of policy:fraud"),
        ]
    );
    let ends = facts.edges.iter().filter(|edge| edge.from == id);
    assert!(
        ends.clone().all(|edge| edge.expires_at.is_some()),
        "{:?}",
        ends.collect::<Vec<_>>()
    );
    let secret = issued["auth"]["client_token"].as_str().unwrap();
    assert!(!serde_json::to_string(&facts).unwrap().contains(secret));
}

#[tokio::test]
async fn namespaces_are_read_with_all_below_them() {
    let Some(server) = server() else { return };
    let root = server.root();
    for path in ["sys/namespaces/team", "team/sys/namespaces/ml"] {
        root.post(path, &json!({})).unwrap();
    }
    let policy = json!({"policy": r#"path "secret/*" { capabilities = ["read"] }"#});
    root.post("team/ml/sys/policies/acl/reader", &policy)
        .unwrap();
    root.post("team/ml/sys/auth/userpass", &json!({"type": "userpass"}))
        .unwrap();
    root.post(
        "team/ml/auth/userpass/users/ana",
        &json!({"password": "of-this-test", "token_policies": "reader"}),
    )
    .unwrap();
    let all = facts(&server, json!({})).await;
    assert_eq!(
        permissions(&all, "policy:reader@team/ml/"),
        ["read on team/ml/secret/*"]
    );
    assert_eq!(
        edges(&all, |end| end.starts_with("role:")),
        [
            "role:team/ml/auth/userpass/users/ana member_of policy:default@team/ml/",
            "role:team/ml/auth/userpass/users/ana member_of policy:reader@team/ml/",
        ]
    );
    let found: Vec<&str> = all
        .objects
        .iter()
        .map(|object| object.id.as_str())
        .collect();
    assert_eq!(found, ["namespace:team/", "namespace:team/ml/"]);
    let below = facts(&server, json!({"namespace": "team/ml"})).await;
    assert!(permissions(&below, "policy:default").is_empty());
    assert_eq!(
        permissions(&below, "policy:reader@team/ml/"),
        ["read on team/ml/secret/*"]
    );
}

#[tokio::test]
async fn a_token_that_may_not_read_is_told_what_it_lacks() {
    let Some(server) = server() else { return };
    let root = server.root();
    root.policy(
        "reader",
        r#"path "sys/policies/*" { capabilities = ["read", "list"] }"#,
    )
    .unwrap();
    let token = server.token(&["reader"]).unwrap();
    let folder = Folder::new();
    let error = connector(&folder, &server, &token, json!({}))
        .list_access(MINUTE)
        .await
        .unwrap_err();
    let said = error.to_string();
    assert!(
        said.contains("does not let this connector list `sys/namespaces/`"),
        "{said}"
    );
    assert!(
        said.contains("path \"sys/namespaces/\" { capabilities = [\"list\"] }"),
        "{said}"
    );
}

#[tokio::test]
async fn the_policy_of_the_readme_is_enough() {
    let Some(server) = server() else { return };
    let readme = include_str!("../../../../../plugins/connectors/openbao/README.md");
    let policy = readme
        .split("```hcl\n")
        .find(|block| block.contains("capabilities"));
    let policy = policy.and_then(|block| block.split("```").next()).unwrap();
    let root = server.root();
    root.policy("reader", policy).unwrap();
    root.post("sys/auth/jwt", &json!({"type": "jwt"})).unwrap();
    root.post("sys/auth/userpass", &json!({"type": "userpass"}))
        .unwrap();
    root.post("sys/auth/approle", &json!({"type": "approle"}))
        .unwrap();
    root.post("sys/auth/kubernetes", &json!({"type": "kubernetes"}))
        .unwrap();
    root.post("sys/auth/cert", &json!({"type": "cert"}))
        .unwrap();
    root.post("auth/approle/role/ci", &json!({})).unwrap();
    root.post(
        "auth/token/roles/ci",
        &json!({"allowed_policies": ["reader"]}),
    )
    .unwrap();
    root.post("identity/entity", &json!({"name": "fraud"}))
        .unwrap();
    root.post("identity/group", &json!({"name": "admins"}))
        .unwrap();
    let token = server.token(&["reader"]).unwrap();
    let folder = Folder::new();
    let connector = connector(&folder, &server, &token, json!({}));
    let told = connector.list_access(MINUTE).await.unwrap();
    assert_eq!(
        edges(&told, |end| end.starts_with("role:auth/token")),
        [
            "role:auth/token/create/ci member_of policy:default",
            "role:auth/token/create/ci member_of policy:reader",
            "role:auth/token/roles/ci assumes role:auth/token/create/ci",
        ]
    );
    // It is not enough for anything else.
    assert_eq!(
        server
            .client(&token)
            .send("GET", "secret/data/any", None)
            .unwrap()
            .status,
        403
    );
}
