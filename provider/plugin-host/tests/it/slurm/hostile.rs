//! Answers that no slurmrestd should give: each is an error that says what is wrong, and none is a fleet.

use std::time::Duration;

use serde_json::{Value, json};
use slurm_server::User;

use super::connector;
use crate::peer::{Answer, Peer, ok};
use crate::support::Folder;

/// A server that describes its API, has no reservations, and answers that when it is asked for nodes.
async fn saying(nodes: Answer) -> Peer {
    let paths = json!({"paths": {"/slurm/v0.0.40/nodes/": {}}}).to_string();
    let none = json!({"reservations": []}).to_string();
    Peer::start(move |heard, _| {
        let asked = |path: &str| heard.head.contains(path);
        if asked("/openapi/v3") {
            Answer::Bytes(ok(&paths))
        } else if asked("/slurm/v0.0.40/reservations") {
            Answer::Bytes(ok(&none))
        } else {
            nodes.clone()
        }
    })
    .await
}

async fn told(nodes: Answer, within: Duration) -> Result<usize, String> {
    let peer = saying(nodes).await;
    let user = User {
        name: "portcullis".to_owned(),
        token: "canary-of-this-test".to_owned(),
    };
    let folder = Folder::new();
    let connector = connector(&folder, &peer.url(), &user, json!({}));
    let told = connector.list_inventory(within).await;
    told.map(|devices| devices.len())
        .map_err(|error| error.to_string())
}

fn answer(nodes: &Value) -> Answer {
    Answer::Bytes(ok(&json!({"errors": [], "nodes": nodes}).to_string()))
}

#[tokio::test]
async fn an_answer_of_a_newer_version_is_read() {
    let node = json!({
        "name": "a", "gres": "gpu:h200:2", "gres_used": "gpu:h200:1(IDX:1)", "state": ["MIXED"], "cpus": 8,
        "alloc_cpus": 4, "partitions": ["all"], "cpu_load": {"set": false, "infinite": false, "number": 0},
        "reason_changed_at": {"set": true, "infinite": false, "number": 0},
    });
    assert_eq!(told(answer(&json!([node])), super::MINUTE).await, Ok(2));
}

#[tokio::test]
async fn what_makes_no_sense_is_named() {
    let node = |gres: &str| json!({"name": "a", "gres": gres, "state": ["IDLE"]});
    let cut = ok(r#"{"errors":[],"nodes":[{"name":"a","gres":"gpu:h200:8","#);
    let refused = json!({"errors": [{"error": "Protocol authentication error", "error_number": 1007}], "nodes": []});
    for (nodes, expected) in [
        (
            answer(&json!([node("gpu:h200:-8")])),
            "makes no sense: `gpu:h200:-8`",
        ),
        (
            answer(&json!([node("gpu:h200:99999999")])),
            "makes no sense",
        ),
        (
            answer(&json!([node("gpu:h200:1"), node("gpu:h200:1")])),
            "the node `a` twice",
        ),
        (answer(&json!(null)), "not the expected JSON"),
        (Answer::Bytes(ok("{}")), "not the expected JSON"),
        (Answer::Bytes(ok("<html>")), "not the expected JSON"),
        (
            Answer::Bytes(ok("\u{0}\u{7f}{\"nodes\":[]}")),
            "not the expected JSON",
        ),
        (Answer::Bytes(cut), "not the expected JSON"),
        (
            Answer::Bytes(ok(&refused.to_string())),
            "Protocol authentication error",
        ),
        (
            Answer::Bytes(b"HTTP/1.1 500 No\r\ncontent-length: 4\r\n\r\noops".to_vec()),
            "status 500: `oops`",
        ),
        (
            Answer::Bytes(ok(&" ".repeat(50 * 1024 * 1024))),
            "more than 8388608 bytes",
        ),
        (Answer::Reset, "reach"),
    ] {
        let found = told(nodes, super::MINUTE).await.unwrap_err();
        assert!(found.contains(expected), "{expected} is not in {found}");
        assert!(!found.contains("canary-of-this-test"), "{found}");
    }
}

#[tokio::test]
async fn a_server_that_never_answers_costs_no_more_than_its_time() {
    let begun = std::time::Instant::now();
    let drip = Answer::Drip(ok("")[..20].to_vec(), Duration::from_millis(50));
    for nodes in [Answer::Hang, drip] {
        let found = told(nodes, Duration::from_secs(3)).await.unwrap_err();
        assert!(
            found.contains("time") || found.contains("within"),
            "{found}"
        );
    }
    assert!(
        begun.elapsed() < Duration::from_secs(30),
        "{:?}",
        begun.elapsed()
    );
}
