//! What connectors may have under way, and what they take from one another: nothing.

use std::time::{Duration, Instant};

use portcullis_plugin_host::{Limits, Network};
use serde_json::json;

use crate::peer::{Answer, Peer, ok};
use crate::stage::{Stage, attempt, failed, granted, results};

#[tokio::test]
async fn call_03_parallel() {
    let server = Peer::start(|_, _| Answer::Hang).await;
    let url = server.url();
    let stage = Stage::new();
    let mut opens: Vec<_> = (0..60).map(|_| json!({"open": {"url": url}})).collect();
    opens.push(json!({"wait": 100}));
    let opened = stage.acts(&url, json!(opens)).await;
    assert_eq!(opened[..4], ["open", "open", "open", "open"]);
    for refused in &opened[4..60] {
        let message = failed(refused, "limit");
        assert!(
            message.contains("4 requests of this call are under way"),
            "{message}"
        );
    }
    assert_eq!(server.most(), 4);
    let slow = Answer::Pieces(vec![(Duration::from_millis(60), ok("late"))]);
    let server = Peer::start(move |_, _| slow.clone()).await;
    let url = server.url();
    let acts = json!([{"repeat": [3, {"url": url}]}]);
    let connector = stage.connector(&url, granted(&url), &acts);
    let calls = (0..12).map(|_| {
        let connector = connector.clone();
        tokio::spawn(async move { results(&connector).await })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap()[0]["body"], "late");
    }
    assert_eq!(server.heard().len(), 36);
    assert_eq!(server.most(), 4, "over all calls of the connector");
}

#[tokio::test]
async fn the_rate_of_a_connector_holds_over_its_calls() {
    let server = Peer::saying(ok("x")).await;
    let url = server.url();
    let limits = Limits {
        http_requests_per_second: 10,
        ..Limits::default()
    };
    let stage = Stage::new();
    stage.host.prepare(&stage.plugin).await.unwrap();
    let acts = json!([{"repeat": [8, {"url": url}]}]);
    let connector = stage
        .connector(&url, granted(&url), &acts)
        .with_limits(limits);
    let begun = Instant::now();
    let both = tokio::join!(results(&connector), results(&connector));
    assert_eq!(
        (both.0[0]["body"].as_str(), both.1[0]["body"].as_str()),
        (Some("x"), Some("x"))
    );
    // Ten at once, then one every 100 ms.
    assert!(
        begun.elapsed() >= Duration::from_millis(550),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(server.heard().len(), 16);
}

#[tokio::test]
async fn a_connector_that_hangs_delays_no_other() {
    let (hanging, quick) = (
        Peer::start(|_, _| Answer::Hang).await,
        Peer::saying(ok("quick")).await,
    );
    let limits = Limits {
        connector_wall: Duration::from_secs(3),
        ..Limits::default()
    };
    let stage = Stage::with(limits, Network::default());
    stage.host.prepare(&stage.plugin).await.unwrap();
    let slow_url = hanging.url();
    let slow = stage.connector(
        &slow_url,
        granted(&slow_url),
        &json!([{"send": {"url": slow_url}}]),
    );
    // More than there are seats for guests.
    let slow: Vec<_> = (0..200)
        .map(|_| {
            let slow = slow.clone();
            tokio::spawn(async move { attempt(&slow).await })
        })
        .collect();
    while hanging.heard().len() < 4 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let url = quick.url();
    let acts = json!([{"repeat": [20, {"url": url}]}]);
    let begun = Instant::now();
    let result = results(&stage.connector(&url, granted(&url), &acts)).await;
    assert_eq!(result[0]["body"], "quick");
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(hanging.most(), 4);
    for call in slow {
        let error = call
            .await
            .unwrap()
            .map(|results| results[0]["failed"].clone());
        assert!(
            error.is_err() || error.as_ref().is_ok_and(|kind| kind == "unreachable"),
            "{error:?}"
        );
    }
}
