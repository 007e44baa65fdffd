//! Large, strange and moving policies.

use serde_json::json;

use super::{facts, permissions, server};

#[tokio::test]
async fn a_policy_of_a_megabyte_is_told_as_a_whole() {
    let Some(server) = server() else { return };
    let rule = |number: usize| {
        format!(
            "path \"secret/data/team-{number:06}/+/models/*\" {{ capabilities = [\"read\", \"list\"] }}\n"
        )
    };
    let text: String = (0..13_000).map(rule).collect();
    assert!(
        (1_000_000..1_100_000).contains(&text.len()),
        "{}",
        text.len()
    );
    server.root().policy("large", &text).unwrap();
    let facts = facts(&server, json!({"tokens": false})).await;
    let told = permissions(&facts, "policy:large");
    assert_eq!(told.len(), 26_000);
    assert_eq!(
        told.last().unwrap(),
        "read on secret/data/team-012999/+/models/*"
    );
}

#[tokio::test]
async fn strange_names_stay_names() {
    let Some(server) = server() else { return };
    let root = server.root();
    let policy = json!({"policy": "path \"secret/\\u001b[31m\\nüx\" { capabilities = [\"read\"] }\npath \"secret/日本\" { capabilities = [\"read\"] }"});
    root.post("sys/policies/acl/r%C3%A9d-team@x", &policy)
        .unwrap();
    let name = "evil\u{1b}[2J\nSeparation holds";
    root.post(
        "identity/entity",
        &json!({"name": name, "policies": ["réd-team@x"]}),
    )
    .unwrap();
    let facts = facts(&server, json!({})).await;
    assert_eq!(
        permissions(&facts, "policy:réd-team%40x"),
        ["read on secret/{{not told}}", "read on secret/日本"]
    );
    let told = serde_json::to_string(&facts).unwrap();
    assert!(!told.contains("\\n") && !told.contains("\\u001b"), "{told}");
    assert!(
        facts
            .edges
            .iter()
            .any(|edge| edge.to == "policy:réd-team%40x"),
        "{told}"
    );
}

#[tokio::test]
async fn what_is_removed_while_it_is_read_is_passed_over() {
    let Some(server) = server() else { return };
    let root = server.root();
    for number in 0..200 {
        root.policy(
            &format!("p{number}"),
            "path \"a\" { capabilities = [\"read\"] }",
        )
        .unwrap();
        root.post("identity/entity", &json!({"name": format!("e{number}")}))
            .unwrap();
    }
    let removing = std::thread::spawn({
        let root = root.clone();
        move || {
            for number in 0..200 {
                root.delete(&format!("sys/policies/acl/p{number}")).unwrap();
                root.delete(&format!("identity/entity/name/e{number}"))
                    .unwrap();
                let token = root
                    .post("auth/token/create", &json!({"ttl": "1h"}))
                    .unwrap();
                let accessor = &token["auth"]["accessor"];
                root.post("auth/token/revoke-accessor", &json!({"accessor": accessor}))
                    .unwrap();
            }
        }
    });
    while !removing.is_finished() {
        facts(&server, json!({})).await;
    }
    removing.join().unwrap();
    let left = facts(&server, json!({})).await;
    assert!(
        !left
            .subjects
            .iter()
            .any(|subject| subject.id.starts_with("policy:p") || subject.id.starts_with("entity:"))
    );
}
