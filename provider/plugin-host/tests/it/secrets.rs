//! What a guest learns of secrets, and what becomes of one that it knows: the class `sec` of the hostile cases.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portcullis_plugin_host::{Application, Limits, Network, PluginError};
use serde_json::{Value, json};

use crate::captured::captured;
use crate::peer::{Answer, Heard, Peer, ok};
use crate::stage::{MINUTE, SECRET, Stage, attempt, failed, granted, results, stamp};

/// A server that sends back what it was sent, raw and encoded.
async fn echo() -> Peer {
    Peer::start(|heard, _| {
        let head = &heard.head;
        let hex: String = head.bytes().map(|byte| format!("{byte:02x}")).collect();
        let encoded = STANDARD.encode(head);
        let json = json!({ "head": head });
        let body = format!("{head}\n{encoded}\n{hex}\n{json}");
        let seen = head
            .lines()
            .find(|line| line.starts_with("authorization"))
            .unwrap_or("-");
        Answer::Bytes(crate::peer::with_headers(
            &format!("x-seen: {seen}\r\n"),
            &body,
        ))
    })
    .await
}

fn with_token(url: &str) -> Value {
    json!({"url": url, "secret_headers": [["Authorization", "Bearer ", "TOKEN"]]})
}

/// Forms in which a test looks for a text.
fn holds(text: &str, secret: &str) -> bool {
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    // The middle of base64 at each offset, which does not depend on what stands around it.
    let encoded = (0..3).map(|offset| {
        let padded = format!("{}{secret}", "#".repeat(offset));
        let text = STANDARD.encode(padded);
        text[4..secret.len()].to_owned()
    });
    text.contains(secret)
        || text.contains(&hex)
        || encoded.into_iter().any(|form| text.contains(&form))
}

#[tokio::test]
async fn sec_02_echo() {
    let server = echo().await;
    let url = server.url();
    let stage = Stage::new();
    let request = with_token(&url);
    let acts = json!([
        {"send": request}, {"send": request},
        {"open": request}, {"response": 0}, {"read": [0, 7]}, {"read": [0, 100_000]},
    ]);
    let grants = granted(&url).secret("TOKEN", SECRET).unwrap();
    let connector = stage.connector(&url, grants, &acts);
    let (results, log) = captured(results(&connector)).await;
    assert_eq!(
        results[0]["headers"]["x-seen"],
        "authorization: Bearer [secret]"
    );
    let body = results[0]["body"].as_str().unwrap();
    assert_eq!(body.matches("[secret]").count(), 4, "{body}");
    for result in &results {
        assert!(!holds(&result.to_string(), SECRET), "{result}");
    }
    let heard = format!("authorization: Bearer {SECRET}");
    assert!(
        server
            .heard()
            .iter()
            .all(|request| request.head.contains(&heard))
    );
    assert!(!holds(&log, SECRET), "{log}");
    assert_eq!(
        log.matches("the server sent a secret back").count(),
        1,
        "{log}"
    );
}

#[tokio::test]
async fn sec_04_log_secret() {
    let url = "http://127.0.0.1:9";
    let stage = Stage::new();
    let encoded = STANDARD.encode(format!("user:{SECRET}"));
    let acts = json!([
        {"log": format!("token {SECRET} and {encoded}")},
        {"send": {"url": format!("{url}/{SECRET}"), "method": SECRET}},
        {"fail": format!("refused {SECRET} {encoded}")},
    ]);
    let grants = granted(url).secret("TOKEN", SECRET).unwrap();
    let connector = stage.connector(url, grants, &acts);
    let (result, log) = captured(attempt(&connector)).await;
    let error = result.unwrap_err().to_string();
    assert!(error.contains("refused [secret]"), "{error}");
    assert!(!holds(&error, SECRET), "{error}");
    assert!(log.contains("token [secret] and"), "{log}");
    assert!(!holds(&log, SECRET), "{log}");
}

#[tokio::test]
async fn sec_05_state_secret() {
    let url = "http://127.0.0.1:9";
    let stage = Stage::new();
    let hex: String = SECRET.bytes().map(|byte| format!("{byte:02X}")).collect();
    for text in [
        SECRET.to_owned(),
        format!("x{SECRET}y"),
        STANDARD.encode(SECRET),
        hex,
    ] {
        let acts = json!([{"return": {"attribute": text}}]);
        let grants = granted(url).secret("TOKEN", SECRET).unwrap();
        let connector = stage.connector(url, grants, &acts);
        let error = attempt(&connector).await.unwrap_err();
        assert!(
            matches!(error, PluginError::SecretReturned { .. }),
            "{error}"
        );
        assert!(!holds(&error.to_string(), SECRET), "{error}");
        let error = connector.list_inventory(MINUTE).await.unwrap_err();
        assert!(
            matches!(error, PluginError::SecretReturned { .. }),
            "{error}"
        );
    }
    let harmless = stage.connector(url, granted(url), &json!([{"return": SECRET}]));
    assert_eq!(
        results(&harmless).await,
        [SECRET],
        "it is no secret of this connector"
    );
}

#[tokio::test]
async fn sec_06_cross_call() {
    let url = "http://127.0.0.1:9";
    let stage = Stage::new();
    let acts = json!([{"get": "k"}, {"put": ["k", "of the first"]}, "count"]);
    let first = stage.connector(url, granted(url), &acts);
    assert_eq!(results(&first).await, [Value::Null, Value::Null, json!(1)]);
    let again = results(&first.clone()).await;
    assert_eq!(
        again,
        [json!("of the first"), Value::Null, json!(1)],
        "the cache lasts, no global does"
    );
    let second = stage.connector(url, granted(url), &acts);
    assert_eq!(results(&second).await, [Value::Null, Value::Null, json!(1)]);
}

/// A guest that measures time learns what its own calls took: it has a clock of whole seconds and no other. What is left
/// is told in docs/decisions.
#[tokio::test]
async fn sec_08_timing() {
    let url = "http://127.0.0.1:9";
    let stage = Stage::new();
    let acts = json!(["now", {"wait": 20}, "now"]);
    let times = results(&stage.connector(url, granted(url), &acts)).await;
    assert_eq!(times[0], times[2]);
    let contract = include_str!("../../../../sdk/wit/v0.1/host.wit");
    for finer in ["nanoseconds", "monotonic", "instant"] {
        assert!(!contract.contains(finer), "{finer}");
    }
}

#[tokio::test]
async fn guests_are_told_names_of_secrets_and_no_more() {
    let url = "http://127.0.0.1:9";
    let stage = Stage::new();
    let grants = granted(url).secret("TOKEN", SECRET).unwrap();
    let grants = grants.secret("UNASKED", SECRET).unwrap();
    let connector = stage.connector(url, grants, &json!(["granted"]));
    assert_eq!(results(&connector).await, [json!(["TOKEN"])]);
    let bare = stage.connector(url, granted(url), &json!(["granted"]));
    assert_eq!(results(&bare).await, [json!([])]);
}

const ISSUED: &str = "issued-token-0123456789";

/// Issues a token at `/token`, sends back what it hears elsewhere.
async fn issuer() -> Peer {
    Peer::start(|heard: &Heard, _| {
        let body = match heard.head.starts_with("POST /token") {
            true => {
                json!({"id": "1", "auth": {"token": ISSUED}, "again": format!("Bearer {ISSUED}")})
                    .to_string()
            }
            false => heard.head.clone(),
        };
        Answer::Bytes(ok(&body))
    })
    .await
}

fn issuing(url: &str) -> Value {
    json!({"keep": [{"url": format!("{url}/token"), "method": "POST"}, ["/auth/token"]]})
}

#[tokio::test]
async fn what_a_server_issues_is_used_by_handle_and_never_seen() {
    let (server, other) = (issuer().await, issuer().await);
    let url = server.url();
    let stage = Stage::new();
    let use_it = |url: &str, secret: &str| json!({"send": {"url": format!("{url}/use"), "secret_headers": [["x-token", "", secret]]}});
    let acts = json!([
        issuing(&url),
        use_it(&url, "$0"),
        use_it(&other.url(), "$0"),
        use_it(&url, "kept/7"),
        issuing(&url),
        use_it(&url, "$1"),
    ]);
    let config = json!({"url": url, "other": other.url(), "acts": acts});
    let grants = granted(&url).host(&other.url()).unwrap();
    let connector = stage.host.connector(&stage.plugin, config, grants);
    let (results, log) = captured(crate::stage::applied(&connector)).await;
    let kept: Value = serde_json::from_str(results[0]["body"].as_str().unwrap()).unwrap();
    assert_eq!(
        kept,
        json!({"id": "1", "auth": {"token": "[secret]"}, "again": "Bearer [secret]"})
    );
    assert!(
        results[1]["body"]
            .as_str()
            .unwrap()
            .contains("x-token: [secret]"),
        "{results:?}"
    );
    assert!(
        failed(&results[2], "refused").contains("came from"),
        "{results:?}"
    );
    assert!(
        failed(&results[3], "refused").contains("no secret `kept/7`"),
        "{results:?}"
    );
    assert!(
        results[5]["body"]
            .as_str()
            .unwrap()
            .contains("x-token: [secret]"),
        "{results:?}"
    );
    for heard in server
        .heard()
        .iter()
        .filter(|heard| heard.head.starts_with("GET /use"))
    {
        assert!(
            heard.head.contains(&format!("x-token: {ISSUED}")),
            "{heard:?}"
        );
    }
    assert_eq!(other.heard().len(), 0);
    assert!(!holds(&log, ISSUED) && !holds(&format!("{results:?}"), ISSUED));
}

#[tokio::test]
async fn an_answer_whose_secret_is_elsewhere_is_withheld() {
    let server = issuer().await;
    let url = server.url();
    let stage = Stage::new();
    let acts = json!([{"keep": [{"url": format!("{url}/token"), "method": "POST"}, ["/token"]]}]);
    let result = crate::stage::applied(&stage.connector(&url, granted(&url), &acts))
        .await
        .remove(0);
    let message = failed(&result, "malformed");
    assert!(message.contains("no text at `/token`"), "{message}");
    assert!(!message.contains(ISSUED), "{message}");
}

#[tokio::test]
async fn an_issued_credential_goes_from_platform_to_provider() {
    let server = issuer().await;
    let url = server.url();
    let stage = Stage::new();
    let application = Application {
        workload: "spiffe://acme.example/infer/fraud".to_owned(),
        job: "j".to_owned(),
        audience: "https://api.example".to_owned(),
        ttl_seconds: 900,
        scope: json!({}),
    };
    let connector = stage.connector(&url, granted(&url), &json!([issuing(&url)]));
    let credential = connector
        .issue(&application, &stamp(), MINUTE)
        .await
        .unwrap();
    assert_eq!(credential.secret.expose(), ISSUED);
    assert!(
        !format!("{credential:?}").contains(ISSUED),
        "{credential:?}"
    );
    let invented = stage.connector(&url, granted(&url), &json!([]));
    let error = invented
        .issue(&application, &stamp(), MINUTE)
        .await
        .unwrap_err();
    assert!(matches!(error, PluginError::Invalid { .. }), "{error}");
    connector
        .revoke("credential-1", &stamp(), MINUTE)
        .await
        .unwrap();
    let repeats = json!([{"return": ISSUED}]);
    let silent = stage.connector(&url, granted(&url), &repeats);
    assert_eq!(
        results(&silent).await,
        [ISSUED],
        "another connector does not know it"
    );
}

#[tokio::test]
async fn mem_11_random() {
    let url = "http://127.0.0.1:9";
    let stage = Stage::new();
    let bytes = |acts: Value| stage.connector(url, granted(url), &acts);
    let twice = bytes(json!([{"random": 16}, {"random": 65536}]));
    let first = results(&twice).await;
    assert_eq!(first[1].as_array().unwrap().len(), 65536);
    assert_eq!(
        first,
        results(&twice).await,
        "the same call is given the same bytes"
    );
    let other = bytes(json!([{"random": 16}, {"random": 1}]));
    assert_ne!(
        first[0],
        results(&other).await[0],
        "another call is given others"
    );
    for len in [65537_u32, u32::MAX] {
        let error = attempt(&bytes(json!([{"random": len}]))).await.unwrap_err();
        assert!(matches!(error, PluginError::Limit { .. }), "{error}");
        assert!(
            error.to_string().contains("random bytes of 64 KiB"),
            "{error}"
        );
    }
    assert_eq!(first, results(&twice).await, "the next call works");
}

#[tokio::test]
async fn mem_12_kv_state() {
    let url = "http://127.0.0.1:9";
    let limits = Limits::default();
    let stage = Stage::with(limits, Network::default());
    let acts = json!([
        {"put_bytes": ["k", 1_048_575]}, {"put": ["l", ""]}, {"get": "l"}, {"put_bytes": ["k", 1_048_576]},
        {"put": ["k", "small"]}, {"put": ["l", "fits"]}, {"get": "k"}, {"get": "l"},
    ]);
    let results = results(&stage.connector(url, granted(url), &acts)).await;
    assert_eq!(results[0], Value::Null);
    assert!(
        failed(&results[1], "limit").contains("it may hold 1048576"),
        "{results:?}"
    );
    assert_eq!(results[2], Value::Null);
    failed(&results[3], "limit");
    assert_eq!(
        results[4..],
        [Value::Null, Value::Null, json!("small"), json!("fits")]
    );
}
