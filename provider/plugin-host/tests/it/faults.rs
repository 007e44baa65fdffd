//! Servers that fail, dawdle, overflow or are not who they say: each gives a failure that names the address, in time.

use std::time::{Duration, Instant};

use portcullis_plugin_host::{Grants, Limits, Network, Phase};
use serde_json::json;

use crate::names::Names;
use crate::peer::{Answer, Peer, ok, with_headers};
use crate::server::Server;
use crate::stage::{Stage, applied, failed, granted, results};

#[tokio::test]
async fn net_16_slowloris() {
    assert_eq!(Limits::default().http_deadline, Duration::from_secs(10));
    let limits = Limits {
        http_deadline: Duration::from_millis(400),
        ..Limits::default()
    };
    let stage = Stage::with(limits, Network::default());
    stage.host.prepare(&stage.plugin).await.unwrap();
    let pause = Duration::from_millis(90);
    for start in [
        &b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n"[..],
        b"HTTP/1.1 200 OK\r\nx: ",
    ] {
        let answer = Answer::Drip(start.to_vec(), pause);
        let server = Peer::start(move |_, _| answer.clone()).await;
        let url = server.url();
        for act in [
            json!({"send": {"url": url}}),
            json!({"send": {"url": url, "deadline": 400}}),
        ] {
            let begun = Instant::now();
            let result = stage.act(&url, act).await;
            let message = failed(&result, "unreachable");
            assert!(
                message.contains("no whole answer within 400 ms"),
                "{message}"
            );
            assert!(
                begun.elapsed() < Duration::from_millis(400 + 250),
                "{:?}",
                begun.elapsed()
            );
        }
    }
}

#[tokio::test]
async fn mem_10_headers() {
    let server = Peer::saying(with_headers(&"x: y\r\n".repeat(100_000), "")).await;
    let few = Peer::saying(with_headers(&"x: y\r\n".repeat(90), "")).await;
    let stage = Stage::new();
    let url = few.url();
    let many = json!({"send": {"url": url, "many_headers": 100_000}});
    let result = stage.act(&url, many).await;
    assert!(
        failed(&result, "refused").contains("more than 100 headers"),
        "{result}"
    );
    assert_eq!(few.heard().len(), 0);
    assert_eq!(
        stage.act(&url, json!({"send": {"url": url}})).await["status"],
        200
    );
    let url = server.url();
    failed(
        &stage.act(&url, json!({"send": {"url": url}})).await,
        "unreachable",
    );
    let long = Peer::saying(with_headers(&format!("x: {}\r\n", "y".repeat(1 << 20)), "")).await;
    let url = long.url();
    failed(
        &stage.act(&url, json!({"send": {"url": url}})).await,
        "unreachable",
    );
}

#[tokio::test]
async fn a_body_without_end_or_with_a_coding_is_not_taken() {
    let stage = Stage::new();
    let endless = Answer::Drip(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), Duration::ZERO);
    let endless = Peer::start(move |_, _| endless.clone()).await;
    let small = Limits {
        http_body_bytes: 500,
        ..Limits::default()
    };
    let bounded = Stage::with(small, Network::default());
    let url = endless.url();
    let result = bounded.act(&url, json!({"send": {"url": url}})).await;
    assert!(
        failed(&result, "limit").contains("more than 500 bytes"),
        "{result}"
    );
    let streamed =
        json!([{"open": {"url": url}}, {"response": 0}, {"drain": 0}, {"read": [0, 10]}]);
    let results = bounded.acts(&url, streamed).await;
    assert!(
        failed(&results[2], "limit").contains("more than 500 bytes"),
        "{results:?}"
    );
    failed(&results[3], "internal");
    for coding in ["gzip", "br", "zstd", "deflate", "identity, gzip"] {
        let bomb = Peer::saying(with_headers(
            &format!("content-encoding: {coding}\r\n"),
            "x",
        ))
        .await;
        let url = bomb.url();
        for act in [
            json!([{"send": {"url": url}}]),
            json!([{"open": {"url": url}}, {"response": 0}]),
        ] {
            let results = stage.acts(&url, act).await;
            let message = failed(results.last().unwrap(), "malformed");
            assert!(
                message.contains("a content coding that was not asked for"),
                "{message}"
            );
        }
        assert!(bomb.heard()[0].head.contains("accept-encoding: identity"));
    }
}

#[tokio::test]
async fn transport_faults_are_failures_that_name_the_address() {
    let stage = Stage::new();
    stage.host.prepare(&stage.plugin).await.unwrap();
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf".to_vec();
    for (fault, answer, kind) in [
        ("half a body", Answer::Bytes(half), "unreachable"),
        (
            "garbage",
            Answer::Bytes(b"\x16\x03\x01garbage".to_vec()),
            "unreachable",
        ),
        ("nothing", Answer::Bytes(Vec::new()), "unreachable"),
        ("reset", Answer::Reset, "unreachable"),
        ("hang", Answer::Hang, "unreachable"),
        (
            "two lengths",
            Answer::Bytes(
                b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxy".to_vec(),
            ),
            "unreachable",
        ),
        (
            "a bad chunk",
            Answer::Bytes(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nx".to_vec()),
            "unreachable",
        ),
    ] {
        let server = Peer::start(move |_, _| answer.clone()).await;
        let url = server.url();
        let begun = Instant::now();
        let act = json!({"send": {"url": format!("{url}/v1?key=1"), "deadline": 500}});
        let result = stage.act(&url, act).await;
        let message = failed(&result, kind);
        assert!(
            message.starts_with(&format!("`GET {url}/v1` failed")),
            "{fault}: {message}"
        );
        assert!(begun.elapsed() < Duration::from_secs(3), "{fault}");
    }
    for status in [429, 500, 503] {
        let answer = format!("HTTP/1.1 {status} x\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n");
        let server = Peer::saying(answer.into_bytes()).await;
        let url = server.url();
        let result = stage.act(&url, json!({"send": {"url": url}})).await;
        assert_eq!(result["status"], status, "a status is an answer");
        assert_eq!(
            server.heard().len(),
            1,
            "the host repeats nothing by itself"
        );
    }
}

#[tokio::test]
async fn reads_by_post_need_the_word_of_both_sides() {
    let server = Peer::saying(ok("read")).await;
    let url = server.url();
    let stage = Stage::new();
    let acts = json!([{"send": {"url": url, "method": "POST", "body": "query"}}]);
    let config = json!({"query": url, "acts": acts});
    let refused = stage
        .host
        .connector(&stage.plugin, config.clone(), granted(&url));
    failed(&results(&refused).await[0], "refused");
    let grants = granted(&url).reads(&url).unwrap();
    let reading = stage.host.connector(&stage.plugin, config, grants.clone());
    assert_eq!(results(&reading).await[0]["body"], "read");
    let writing = stage.connector(&url, grants, &acts);
    failed(&results(&writing).await[0], "refused");
    assert_eq!(applied(&writing).await[0]["status"], 200, "apply may write");
    let narrow = Grants::none()
        .request(&url, &["GET"], &[Phase::Plan, Phase::Apply])
        .unwrap();
    failed(
        &applied(&stage.connector(&url, narrow, &acts)).await[0],
        "refused",
    );
    assert_eq!(server.heard().len(), 2);
}

#[tokio::test]
async fn certificates_are_verified_whatever_is_granted() {
    let (server, authority) = Server::start_tls("api.example").await;
    let port = server.url().rsplit_once(':').unwrap().1.to_owned();
    let expired = Server::start_expired("api.example").await;
    let expired_port = expired.0.url().rsplit_once(':').unwrap().1.to_owned();
    for (name, port, root, reason) in [
        ("api.example", &port, Some(&authority), None),
        ("api.example", &port, None, Some("UnknownIssuer")),
        (
            "other.example",
            &port,
            Some(&authority),
            Some("not valid for name"),
        ),
        (
            "api.example",
            &expired_port,
            Some(&expired.1),
            Some("expired"),
        ),
    ] {
        let mut network = Network::default().resolver(Names::of(name, &[&["127.0.0.1"]]));
        if let Some(root) = root {
            network = network.root(root.clone());
        }
        let stage = Stage::with(Limits::default(), network);
        let url = format!("https://{name}:{port}");
        let grants = granted(&url)
            .host(&format!("https://127.0.0.1:{port}"))
            .unwrap();
        let acts = json!([{"send": {"url": url}}]);
        let result = results(&stage.connector(&url, grants, &acts))
            .await
            .remove(0);
        match reason {
            None => assert_eq!(result["status"], 200, "{result}"),
            Some(reason) => {
                let message = failed(&result, "unreachable");
                assert!(message.contains(reason), "{message}");
            }
        }
    }
}
