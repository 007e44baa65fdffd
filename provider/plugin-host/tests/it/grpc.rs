//! Calls over gRPC, to a real server and to ones that break the protocol.

use std::sync::Arc;
use std::time::{Duration, Instant};

use h2::Reason;
use http::HeaderValue;
use portcullis_plugin_host::{Grants, Limits, Network};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_stream::wrappers::TcpListenerStream;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use crate::captured::captured;
use crate::http2::{Deed, GRPC, head, peer, reply, serve};
use crate::names::Names;
use crate::peer::{Answer, Peer, ok};
use crate::server::tls;
use crate::stage::{SECRET, Stage, applied, failed, granted, results};

const HEALTH: &str = "grpc.health.v1.Health";
/// A `HealthCheckResponse` that says serving, and one that says not serving.
const SERVING: &str = "\u{8}\u{1}";
const NOT_SERVING: &str = "\u{8}\u{2}";

/// A server of tonic with the standard health service.
async fn tonic() -> (String, HealthReporter) {
    let (reporter, service) = tonic_health::server::health_reporter();
    reporter
        .set_service_status("", ServingStatus::Serving)
        .await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let incoming = TcpListenerStream::new(listener);
    tokio::spawn(
        tonic::transport::Server::builder()
            .add_service(service)
            .serve_with_incoming(incoming),
    );
    (url, reporter)
}

#[tokio::test]
async fn a_real_server_answers_one_call_and_a_stream() {
    let (url, reporter) = tonic().await;
    let change = Arc::new(Notify::new());
    let asked = Arc::clone(&change);
    let other = Peer::start(move |_, _| {
        asked.notify_one();
        Answer::Bytes(ok(""))
    })
    .await;
    tokio::spawn(async move {
        change.notified().await;
        let not_serving = ServingStatus::NotServing;
        reporter.set_service_status("", not_serving).await;
    });
    let stage = Stage::new();
    let call = |method: &str, body: &str| json!({"url": url, "service": HEALTH, "method": method, "body": body, "deadline": 2000});
    let acts = json!([
        {"unary": call("Check", "")}, {"unary": call("Check", "\n\u{3}abc")}, {"unary": call("Chuck", "")},
        {"stream": call("Watch", "")}, {"status": 0}, {"next": 0}, {"send": {"url": other.url()}}, {"next": 0},
        {"next": 0}, {"next": 0}, {"status": 0},
    ]);
    let config = json!({"url": url, "other": other.url(), "acts": acts});
    let grants = granted(&url).host(&other.url()).unwrap();
    let connector = stage.host.connector(&stage.plugin, config, grants);
    let results = applied(&connector).await;
    assert_eq!(results[0]["status"]["code"], 0, "{results:?}");
    assert_eq!(results[0]["message"], SERVING);
    assert_eq!(results[1]["status"]["code"], 5, "not found: {results:?}");
    assert_eq!(results[1]["message"], "");
    assert_eq!(
        results[2]["status"]["code"], 12,
        "unimplemented: {results:?}"
    );
    assert_eq!(results[3..6], [json!("open"), Value::Null, json!(SERVING)]);
    assert_eq!(results[7], NOT_SERVING);
    assert!(
        failed(&results[8], "unreachable").contains("within 2000 ms"),
        "{results:?}"
    );
    assert!(
        failed(&results[9], "internal").contains("after it failed"),
        "{results:?}"
    );
    assert_eq!(results[10], Value::Null, "what failed has no status");
}

#[tokio::test]
async fn a_call_is_a_request_with_rights_like_any_other() {
    let (url, _reporter) = tonic().await;
    let stage = Stage::new();
    let check = json!({"url": url, "service": HEALTH, "method": "Check"});
    let acts = json!([{"unary": check}]);
    let writing = stage.connector(&url, granted(&url), &acts);
    let message = failed(&results(&writing).await[0], "refused").to_owned();
    assert!(
        message.contains("may change"),
        "plan may only read: {message}"
    );
    let config = json!({"query": url, "acts": acts});
    let grants = granted(&url).reads(&format!("{url}/{HEALTH}")).unwrap();
    let reading = stage.host.connector(&stage.plugin, config.clone(), grants);
    assert_eq!(results(&reading).await[0]["status"]["code"], 0);
    let elsewhere = granted(&url)
        .reads(&format!("{url}/other.Service"))
        .unwrap();
    let elsewhere = stage.host.connector(&stage.plugin, config, elsewhere);
    failed(&results(&elsewhere).await[0], "refused");
    for request in [
        json!({"unary": {"url": format!("{url}/path"), "service": HEALTH, "method": "Check"}}),
        json!({"unary": {"url": url, "service": HEALTH, "method": "Check?a=b"}}),
        json!({"unary": {"url": url, "service": "a/../b", "method": "Check"}}),
        json!({"unary": {"url": url, "service": HEALTH, "method": "Check", "headers": [["grpc-timeout", "1H"]]}}),
        json!({"unary": {"url": url, "service": HEALTH, "method": "Check", "headers": [["te", "x"]]}}),
        json!({"unary": {"url": url, "service": HEALTH, "method": "Check", "headers": [["x", "a\r\nb"]]}}),
        json!({"send": {"url": format!("{url}/{HEALTH}/Check"), "method": "GRPC"}}),
    ] {
        let acts = json!([request]);
        let result = applied(&stage.connector(&url, granted(&url), &acts))
            .await
            .remove(0);
        failed(&result, "refused");
    }
}

async fn unary(stage: &Stage, deed: Deed, method: &str) -> Value {
    let url = peer(deed).await;
    let acts =
        json!([{"unary": {"url": url, "service": "s.S", "method": method, "deadline": 1500}}]);
    applied(&stage.connector(&url, granted(&url), &acts))
        .await
        .remove(0)
}

#[tokio::test]
async fn ends_without_messages_are_statuses() {
    let deeds: [(Deed, u32, &str); 6] = [
        (
            |_, mut respond| {
                let head = head(&[
                    GRPC,
                    ("grpc-status", "7"),
                    ("grpc-message", "no%20entry"),
                    ("x-id", "1"),
                ]);
                respond.send_response(head, true).unwrap();
            },
            7,
            "no entry",
        ),
        (
            |_, mut respond| {
                let mut head = head(&[("content-type", "text/html")]);
                *head.status_mut() = http::StatusCode::SERVICE_UNAVAILABLE;
                respond.send_response(head, true).unwrap();
            },
            14,
            "the server answered with HTTP status 503",
        ),
        (
            |_, respond| reply(respond, b"\0\0\0\0\0", &[]),
            2,
            "the server sent no status",
        ),
        (
            |_, respond| reply(respond, b"", &[("grpc-status", "99x")]),
            2,
            "",
        ),
        (
            |_, respond| reply(respond, b"\0\0\0\0\x01x", &[("grpc-status", "13")]),
            13,
            "",
        ),
        (
            |_, respond| reply(respond, b"", &[("x-only", "1")]),
            2,
            "the server sent no status",
        ),
    ];
    let stage = Stage::new();
    for (deed, code, message) in deeds {
        let result = unary(&stage, deed, "M").await;
        assert_eq!(result["status"]["code"], code, "{result}");
        assert_eq!(result["status"]["message"], message);
        assert_eq!(result["message"], "", "only status 0 has a message");
    }
}

#[tokio::test]
async fn what_breaks_the_protocol_is_no_reply() {
    let deeds: [(Deed, &str, &str); 9] = [
        (
            |_, respond| reply(respond, b"\x01\0\0\0\x01x", &[("grpc-status", "0")]),
            "malformed",
            "compressed message",
        ),
        (
            |_, respond| reply(respond, b"\x02\0\0\0\x01x", &[("grpc-status", "0")]),
            "malformed",
            "flags",
        ),
        (
            |_, respond| reply(respond, b"\0\0\0\0\x09x", &[("grpc-status", "0")]),
            "malformed",
            "in the middle of a message",
        ),
        (
            |_, respond| reply(respond, b"\0\0\0\0\0\0\0\0\0\0", &[("grpc-status", "0")]),
            "malformed",
            "more than one message",
        ),
        (
            |_, respond| reply(respond, b"", &[("grpc-status", "0")]),
            "malformed",
            "no message",
        ),
        (
            |_, respond| reply(respond, b"\0\xff\xff\xff\xff", &[("grpc-status", "0")]),
            "limit",
            "more than 8388608 bytes",
        ),
        (
            |_, mut respond| {
                respond
                    .send_response(head(&[("content-type", "text/html")]), true)
                    .unwrap();
            },
            "malformed",
            "content type `text/html`",
        ),
        (
            |_, mut respond| respond.send_reset(Reason::REFUSED_STREAM),
            "unreachable",
            "failed",
        ),
        (
            |_, mut respond| {
                let mut send = respond.send_response(head(&[GRPC]), false).unwrap();
                send.send_data(hyper::body::Bytes::from_static(b"\0\0"), false)
                    .unwrap();
                send.send_reset(Reason::INTERNAL_ERROR);
            },
            "unreachable",
            "failed",
        ),
    ];
    let stage = Stage::new();
    for (deed, kind, reason) in deeds {
        let result = unary(&stage, deed, "M").await;
        let message = failed(&result, kind);
        assert!(message.contains(reason), "{message}");
        assert!(message.starts_with("`GRPC http://127.0.0.1:"), "{message}");
    }
}

#[tokio::test]
async fn a_server_that_goes_away_is_unreachable() {
    let stage = Stage::new();
    let gone = unary(&stage, |_, respond| drop(respond), "GoAway").await;
    failed(&gone, "unreachable");
    let begun = Instant::now();
    let silent = unary(&stage, |_, respond| std::mem::forget(respond), "M").await;
    assert!(
        failed(&silent, "unreachable").contains("within 1500 ms"),
        "{silent}"
    );
    assert!(
        begun.elapsed() < Duration::from_secs(4),
        "{:?}",
        begun.elapsed()
    );
    let headers = unary(
        &stage,
        |_, mut respond| {
            let mut head = head(&[GRPC]);
            for at in 0..3000 {
                let name: http::HeaderName = format!("x-{at}").parse().unwrap();
                head.headers_mut()
                    .append(name, HeaderValue::from_static("value"));
            }
            // A server may be told of the limit and refuse to send more by itself.
            let _ = respond.send_response(head, true);
        },
        "M",
    )
    .await;
    failed(&headers, "unreachable");
}

#[tokio::test]
async fn a_call_says_what_grpc_says_and_its_secrets_stay_hidden() {
    let deed: Deed = |request, respond| {
        let field = |name: &str| {
            request
                .headers()
                .get(name)
                .map_or("-", |value| value.to_str().unwrap())
        };
        let text = format!(
            "{} {} {} {} {} {}",
            request.method(),
            request.uri().path(),
            field("te"),
            field("content-type"),
            field("x-data-bin"),
            field("authorization"),
        );
        let timeout = field("grpc-timeout").to_owned();
        let mut frame = vec![0, 0, 0, 0, u8::try_from(text.len()).unwrap()];
        frame.extend(text.bytes());
        reply(
            respond,
            &frame,
            &[
                ("grpc-status", "0"),
                ("x-timeout", &timeout),
                ("x-secret", field("authorization")),
            ],
        );
    };
    let url = peer(deed).await;
    let stage = Stage::new();
    let acts = json!([{"unary": {
        "url": url, "service": "s.S", "method": "M", "headers": [["x-data-bin", "AAE"]], "deadline": 5000,
        "secret_headers": [["authorization", "Bearer ", "TOKEN"]],
    }}]);
    let grants = granted(&url).secret("TOKEN", SECRET).unwrap();
    let connector = stage.connector(&url, grants, &acts);
    let (results, log) = captured(applied(&connector)).await;
    let stars = "*".repeat(SECRET.len());
    assert_eq!(
        results[0]["message"],
        format!("POST /s.S/M trailers application/grpc AAE Bearer {stars}"),
        "a message keeps its length"
    );
    let trailers = &results[0]["status"]["trailers"];
    assert_eq!(trailers["x-secret"], "Bearer [secret]");
    let timeout = trailers["x-timeout"]
        .as_str()
        .unwrap()
        .strip_suffix('m')
        .unwrap();
    assert!(
        (3000..=5000).contains(&timeout.parse::<u32>().unwrap()),
        "{timeout}"
    );
    assert!(!log.contains(SECRET), "{log}");
    assert!(log.contains("GRPC http://127.0.0.1"), "{log}");
}

/// A server with TLS for `api.example` that agrees on these protocols, and a stage that trusts it.
async fn secured(protocols: &[&[u8]]) -> (Stage, String, Grants) {
    let own = rcgen::CertificateParams::new(vec!["api.example".to_owned()]).unwrap();
    let (mut config, authority) = tls(&own);
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(stream).await {
                let deed: Deed =
                    |_, respond| reply(respond, b"\0\0\0\0\x02ok", &[("grpc-status", "0")]);
                tokio::spawn(serve(stream, deed));
            }
        }
    });
    let network = Network::default()
        .resolver(Names::of("api.example", &[&["127.0.0.1"]]))
        .root(authority);
    let url = format!("https://api.example:{port}");
    let grants = granted(&url)
        .host(&format!("https://127.0.0.1:{port}"))
        .unwrap();
    (Stage::with(Limits::default(), network), url, grants)
}

#[tokio::test]
async fn tls_agrees_on_http_2_or_the_call_fails() {
    for (protocols, agreed) in [(&[&b"h2"[..]][..], true), (&[], false)] {
        let (stage, url, grants) = secured(protocols).await;
        let acts = json!([{"unary": {"url": url, "service": "s.S", "method": "M"}}]);
        let result = applied(&stage.connector(&url, grants, &acts))
            .await
            .remove(0);
        if agreed {
            assert_eq!(result["message"], "ok", "{result}");
        } else {
            let message = failed(&result, "unreachable");
            assert!(message.contains("does not speak HTTP/2"), "{message}");
        }
    }
}
