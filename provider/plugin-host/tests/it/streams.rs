//! Bodies that come and go piece by piece.

use std::time::{Duration, Instant};

use portcullis_plugin_host::{Limits, Network};
use serde_json::{Value, json};

use crate::peer::{Answer, Peer, ok};
use crate::stage::{Stage, applied, failed, granted};

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

/// A body that ends with the connection.
const HEAD_WITHOUT_END: &[u8] = b"HTTP/1.1 200 OK\r\n\r\n";

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

#[tokio::test]
async fn a_request_body_goes_out_in_pieces_and_an_answer_comes_in_pieces() {
    let pieces = vec![
        (ms(0), HEAD.to_vec()),
        (ms(0), b"5\r\nfirst\r\n".to_vec()),
        (ms(150), b"6\r\nsecond\r\n0\r\n\r\n".to_vec()),
    ];
    let server = Peer::start(move |_, _| Answer::Pieces(pieces.clone())).await;
    let url = server.url();
    let stage = Stage::new();
    let acts = json!([
        {"open": {"url": url, "method": "POST", "body": "one"}},
        {"write": [0, "two"]}, {"write": [0, ""]}, {"write": [0, "three"]},
        {"response": 0}, {"read": [0, 3]}, {"read": [0, 100]}, {"read": [0, 100]}, {"read": [0, 100]}, {"read": [0, 100]},
    ]);
    let results = applied(&stage.connector(&url, granted(&url), &acts)).await;
    assert_eq!(results[4]["status"], 200, "{results:?}");
    let read: Vec<&str> = results[5..].iter().filter_map(Value::as_str).collect();
    assert_eq!(read, ["fir", "st", "second", "", ""]);
    assert_eq!(
        server.heard()[0].body,
        "3\r\none\r\n3\r\ntwo\r\n5\r\nthree\r\n0\r\n\r\n"
    );
}

#[tokio::test]
async fn a_dropped_exchange_closes_its_connection_and_is_no_whole_request() {
    let server = Peer::start(|heard, seen| match heard.head.starts_with("GET /closed") {
        true => Answer::Bytes(ok(&seen.closed().to_string())),
        false => Answer::Pieces(vec![(ms(0), [HEAD, b"1\r\nx\r\n"].concat())]),
    })
    .await;
    let url = server.url();
    let stage = Stage::new();
    let closed = json!({"send": {"url": format!("{url}/closed")}});
    let acts = json!([
        {"open": {"url": url}}, {"response": 0}, {"read": [0, 1]}, closed,
        {"drop": 0}, {"wait": 100}, closed,
        {"open": {"url": url, "method": "POST", "body": "half"}}, {"drop": 1}, {"wait": 100},
    ]);
    let results = applied(&stage.connector(&url, granted(&url), &acts)).await;
    assert_eq!(results[3]["body"], "0", "{results:?}");
    assert_eq!(
        results[6]["body"], "2",
        "the dropped one, and the first question: {results:?}"
    );
    assert_eq!(server.heard().len(), 3, "half a request was none");
}

#[tokio::test]
async fn the_rest_of_a_body_comes_at_once() {
    let server = Peer::saying(ok("the whole body")).await;
    let url = server.url();
    let stage = Stage::new();
    let open = json!({"open": {"url": url}});
    let acts = json!([
        open, {"response": 0}, {"rest": 0}, {"rest": 0},
        open, {"response": 1}, {"read": [1, 4]}, {"rest": 1}, {"read": [1, 4]},
        open, {"rest": 2},
    ]);
    let results = stage.acts(&url, acts).await;
    assert_eq!(results[2], "the whole body", "{results:?}");
    assert_eq!(results[3], "", "an end stays one");
    assert_eq!(
        [&results[6], &results[7], &results[8]],
        ["the ", "whole body", ""]
    );
    assert!(failed(&results[10], "internal").contains("was not asked for yet"));
}

#[tokio::test]
async fn an_answer_is_read_while_the_guest_does_something_else() {
    // More than what lies in the sockets of a connection while nobody reads.
    let large = ok(&"x".repeat(7 * 1024 * 1024));
    let server = Peer::saying(large).await;
    let url = server.url();
    let stage = Stage::new();
    let acts = json!([{"open": {"url": url}}, {"wait": 30_000}]);
    let read = async {
        while server.closed() == 0 {
            tokio::time::sleep(ms(5)).await;
        }
    };
    tokio::select! {
        results = stage.acts(&url, acts) => panic!("the guest has waited, and nobody read: {results:?}"),
        () = read => {}
    }
}

#[tokio::test]
async fn no_more_than_a_body_may_have_is_read_ahead() {
    let server = Peer::start(|_, _| Answer::Drip(HEAD_WITHOUT_END.to_vec(), ms(0))).await;
    let url = server.url();
    let limits = Limits {
        http_body_bytes: 1000,
        ..Limits::default()
    };
    let stage = Stage::with(limits, Network::default());
    let acts =
        json!([{"open": {"url": url}}, {"response": 0}, {"wait": 100}, {"rest": 0}, {"rest": 0}]);
    let results = stage.acts(&url, acts).await;
    assert!(
        failed(&results[3], "limit").contains("more than 1000 bytes"),
        "{results:?}"
    );
    failed(&results[4], "internal");
}

#[tokio::test]
async fn the_deadline_covers_an_exchange_to_its_last_byte() {
    let limits = Limits {
        http_deadline: ms(300),
        ..Limits::default()
    };
    let stage = Stage::with(limits, Network::default());
    stage.host.prepare(&stage.plugin).await.unwrap();
    let drip = Answer::Drip(
        b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n".to_vec(),
        ms(20),
    );
    let server = Peer::start(move |_, _| drip.clone()).await;
    let url = server.url();
    let begun = Instant::now();
    let acts = json!([{"open": {"url": url}}, {"response": 0}, {"drain": 0}, {"read": [0, 1]}]);
    let results = stage.acts(&url, acts).await;
    assert!(
        failed(&results[2], "unreachable").contains("within 300 ms"),
        "{results:?}"
    );
    assert!(
        failed(&results[3], "internal").contains("after it failed"),
        "a cut is no end"
    );
    assert!(begun.elapsed() < ms(300 + 250), "{:?}", begun.elapsed());
    let hang = Peer::start(|_, _| Answer::Hang).await;
    let url = hang.url();
    let begun = Instant::now();
    let acts = json!([{"open": {"url": url}}, {"response": 0}]);
    failed(&stage.acts(&url, acts).await[1], "unreachable");
    assert!(begun.elapsed() < ms(300 + 250), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn functions_out_of_turn_are_failures_of_the_plugin() {
    let server = Peer::saying(ok("body")).await;
    let url = server.url();
    let stage = Stage::new();
    let acts = json!([
        {"open": {"url": url}}, {"read": [0, 1]}, {"write": [0, "x"]}, {"response": 0}, {"response": 0},
        {"read": [0, 0]}, {"drain": 0}, {"write": [0, "x"]},
    ]);
    let results = stage.acts(&url, acts).await;
    for (at, reason) in [
        (1, "was not asked for yet"),
        (2, "takes no further body"),
        (4, "asked for twice"),
        (7, "takes no further body"),
    ] {
        assert!(
            failed(&results[at], "internal").contains(reason),
            "{results:?}"
        );
    }
    assert_eq!(results[5], "b", "a piece has at least one byte");
    assert_eq!(results[6], 3);
}

#[tokio::test]
async fn a_streamed_body_has_the_limit_of_a_whole_one() {
    let server = Peer::saying(ok("x")).await;
    let url = server.url();
    let limits = Limits {
        http_body_bytes: 10_000,
        ..Limits::default()
    };
    let stage = Stage::with(limits, Network::default());
    let acts = json!([
        {"open": {"url": url, "method": "PUT"}}, {"fill": [0, 6000]}, {"fill": [0, 6000]}, {"response": 0},
    ]);
    let results = applied(&stage.connector(&url, granted(&url), &acts)).await;
    assert!(
        failed(&results[2], "limit").contains("more than 10000 bytes"),
        "{results:?}"
    );
    failed(&results[3], "internal");
    assert_eq!(server.heard().len(), 0);
}
