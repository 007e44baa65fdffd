//! What the host signs for a guest, what it does not, and that no key comes near one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portcullis_plugin_host::{AwsKeys, Grants};
use serde_json::{Value, json};

use crate::captured::captured;
use crate::peer::{Answer, Peer, with_headers};
use crate::stage::{Stage, applied, failed, granted, results};

const KEY_ID: &str = "AKIDCANARY0123456789";
const KEY: &str = "canary/of+the/secret+access/key";
const TOKEN: &str = "canary-of-the-session-token";

fn signing(url: &str, service: &str) -> Grants {
    let keys = AwsKeys {
        access_key_id: KEY_ID.to_owned(),
        secret_access_key: KEY.to_owned(),
        session_token: Some(TOKEN.to_owned()),
    };
    granted(url).sigv4(url, service, "eu-west-1", keys).unwrap()
}

fn sign(url: &str, query: &str) -> Value {
    json!({"sign": [{"url": format!("{url}/{query}")}, "iam"]})
}

/// A server that sends back what it was sent, and the keys with it, as if it knew them.
async fn echo() -> Peer {
    Peer::start(|heard, _| {
        let head = &heard.head;
        let encoded = STANDARD.encode(head);
        let body = format!("{head}\n{encoded}\n{KEY_ID} {KEY} {TOKEN}");
        Answer::Bytes(with_headers(&format!("x-seen: {TOKEN}\r\n"), &body))
    })
    .await
}

#[tokio::test]
async fn a_request_is_signed_and_no_key_enters_the_guest() {
    let server = echo().await;
    let url = server.url();
    let stage = Stage::new();
    let acts = json!([sign(&url, "?Action=ListRoles&Version=2010-05-08"), {"log": format!("{KEY} {KEY_ID}")}]);
    let connector = stage.connector(&url, signing(&url, "iam"), &acts);
    let (results, log) = captured(results(&connector)).await;
    let heard = server.heard();
    let head = &heard[0].head;
    // 2026-11-23T00:00:00Z is what the clock of these tests shows.
    let scope = "20261123/eu-west-1/iam/aws4_request";
    assert!(
        head.contains(&format!(
            "authorization: AWS4-HMAC-SHA256 Credential={KEY_ID}/{scope}, \
             SignedHeaders=host;x-amz-date;x-amz-security-token, Signature="
        )),
        "{head}"
    );
    assert!(head.contains("x-amz-date: 20261123T000000Z"), "{head}");
    assert!(
        head.contains(&format!("x-amz-security-token: {TOKEN}")),
        "{head}"
    );
    let seen = results[0].to_string();
    assert_eq!(results[0]["status"], 200);
    for canary in [KEY_ID, KEY, TOKEN] {
        assert!(!seen.contains(canary), "{seen}");
        assert!(!log.contains(canary), "{log}");
        let encoded = STANDARD.encode(canary);
        assert!(!seen.contains(&encoded[4..encoded.len() - 4]), "{seen}");
    }
}

#[tokio::test]
async fn planning_signs_what_reads_whatever_the_method_says() {
    let server = Peer::saying(with_headers("", "ok")).await;
    let url = server.url();
    let stage = Stage::new();
    let acts = json!([
        sign(&url, "?Action=GetRole"),
        sign(&url, "?Action=CreateRole"),
        {"sign": [{"url": format!("{url}/"), "method": "POST", "body": "Action=CreateRole"}, "iam"]},
    ]);
    let planned = results(&stage.connector(&url, signing(&url, "iam"), &acts)).await;
    assert_eq!(planned[0]["status"], 200);
    let message = failed(&planned[1], "refused");
    assert!(
        message.contains("`CreateRole` may change something and this is not apply or destroy"),
        "{message}"
    );
    failed(&planned[2], "refused");
    assert_eq!(server.heard().len(), 1);
    let applied = applied(&stage.connector(&url, signing(&url, "iam"), &acts)).await;
    let statuses: Vec<&Value> = applied.iter().map(|result| &result["status"]).collect();
    assert_eq!(statuses, [200, 200, 200]);
}

#[tokio::test]
async fn what_is_not_asked_for_or_not_granted_is_not_signed() {
    let url = "http://127.0.0.1:9";
    let stage = Stage::new();
    let act = |ask: Value, service: &str| json!([{"sign": [ask, service]}]);
    let to = |query: &str| json!({"url": format!("{url}/{query}")});
    let with = |header: &str| json!({"url": format!("{url}/?Action=ListRoles"), "headers": [[header, "x"]]});
    for (acts, granted, reason) in [
        (
            act(to("?Action=DeleteRole"), "iam"),
            signing(url, "iam"),
            "does not ask for the operation `DeleteRole` of `iam`",
        ),
        (
            act(to("x?Action=ListRoles"), "iam"),
            signing(url, "iam"),
            "does not ask for the operation",
        ),
        (
            act(to("?Action=ListRoles&Action=GetRole"), "iam"),
            signing(url, "iam"),
            "does not name one operation of `iam`",
        ),
        (
            act(to(""), "iam"),
            signing(url, "iam"),
            "does not name one operation of `iam`",
        ),
        (
            act(to("?Action=ListRoles"), "eks"),
            signing(url, "eks"),
            "does not ask for the operation `ListRoles` of `eks`",
        ),
        (
            act(to("?Action=ListRoles"), "sts"),
            signing(url, "sts"),
            "does not ask to sign for the service `sts`",
        ),
        (
            act(to("?Action=ListRoles"), "iam"),
            signing(url, "eks"),
            "signing for the service `iam` at `http://127.0.0.1:9` is not granted",
        ),
        (
            act(with("Authorization"), "iam"),
            signing(url, "iam"),
            "the header `authorization` of a signed request belongs to the host",
        ),
        (
            act(with("X-Amz-Date"), "iam"),
            signing(url, "iam"),
            "the header `x-amz-date` of a signed request belongs to the host",
        ),
        (
            act(
                json!({"url": "http://127.0.0.2:9/?Action=ListRoles"}),
                "iam",
            ),
            signing(url, "iam"),
            "does not ask for `http://127.0.0.2:9`",
        ),
    ] {
        let results = results(&stage.connector(url, granted, &acts)).await;
        let message = failed(&results[0], "refused");
        assert!(message.contains(reason), "{message}");
    }
}
