//! How the process ends, and what does not end it.

use std::time::{Duration, Instant};

use rustix::process::Signal;
use tfplugin::proto::plugin::Empty;
use tfplugin::proto::{read_data_source, stop_provider};
use tokio_stream::StreamExt as _;

use crate::client_key::ClientKey;
use crate::connect::Clients;
use crate::host::{Plugin, command, program};

/// What a host may notice.
const HALF_A_SECOND: Duration = Duration::from_millis(500);
/// Times that something is tried which is to happen within half a second. Waiting that is built in happens every time, and
/// what a busy machine adds does not.
const TRIES: u32 = 5;

/// Tries until it takes less than half a second.
async fn within_half_a_second(mut attempt: impl AsyncFnMut() -> Duration) {
    let mut took = Vec::new();
    for _ in 0..TRIES {
        let this = attempt().await;
        if this < HALF_A_SECOND {
            return;
        }
        took.push(this);
    }
    panic!("never within {HALF_A_SECOND:?}: {took:?}");
}

#[tokio::test]
async fn shutdown_ends_within_half_a_second_with_both_streams_open() {
    within_half_a_second(async || shut_down_with_both_streams_open().await).await;
}

async fn shut_down_with_both_streams_open() -> Duration {
    let key = ClientKey::new(1);
    let mut plugin = Plugin::with_client(&key).await;
    let mut clients = Clients::secure(&plugin, &key).await;
    let mut stdio = clients.stdio.stream_stdio(()).await.unwrap().into_inner();
    let requests = tokio_stream::pending();
    let mut broker = clients
        .broker
        .start_stream(requests)
        .await
        .unwrap()
        .into_inner();
    let start = Instant::now();
    clients.controller.shutdown(Empty {}).await.unwrap();
    assert!(stdio.message().await.unwrap().is_none(), "StreamStdio ends");
    assert!(
        broker.message().await.unwrap().is_none(),
        "StartStream ends"
    );
    let (status, _) = plugin.ended().await;
    let took = start.elapsed();
    assert_eq!(status.code(), Some(0));
    assert!(!plugin.socket().exists());
    plugin.stderr_with("the shutdown hook ran").await;
    took
}

#[tokio::test]
async fn a_second_shutdown_changes_nothing() {
    within_half_a_second(async || shut_down_twice().await).await;
}

async fn shut_down_twice() -> Duration {
    let mut plugin = Plugin::start(command()).await;
    let mut clients = Clients::plain(&plugin.socket()).await.unwrap();
    let mut again = clients.controller.clone();
    let start = Instant::now();
    let (first, _) = tokio::join!(
        clients.controller.shutdown(Empty {}),
        again.shutdown(Empty {}),
    );
    first.unwrap();
    let (status, _) = plugin.ended().await;
    assert_eq!(status.code(), Some(0));
    start.elapsed()
}

#[tokio::test]
async fn shutdown_lets_a_running_apply_say_that_it_was_stopped() {
    within_half_a_second(async || shut_down_beside_an_apply().await).await;
}

async fn shut_down_beside_an_apply() -> Duration {
    let mut plugin = Plugin::start(command()).await;
    let mut clients = Clients::plain(&plugin.socket()).await.unwrap();
    let mut applying = clients.provider.clone();
    let apply = tokio::spawn(async move { applying.apply_resource_change(apply()).await });
    plugin.stderr_with("applying").await;
    let start = Instant::now();
    clients.controller.shutdown(Empty {}).await.unwrap();
    plugin.ended().await;
    let took = start.elapsed();
    let response = apply.await.unwrap().unwrap().into_inner();
    assert_eq!(response.diagnostics[0].summary, "Stopped");
    took
}

/// As many rpcs as a host has under way, each of which blocks its thread.
async fn block_every_worker(plugin: &mut Plugin, clients: &Clients) {
    for _ in 0..10 {
        let mut blocking = clients.provider.clone();
        tokio::spawn(async move {
            blocking
                .read_data_source(read_data_source::Request::default())
                .await
        });
    }
    plugin.stderr_with_times("blocking", 2).await;
}

#[tokio::test]
async fn shutdown_does_not_wait_for_rpcs_that_block_their_threads() {
    within_half_a_second(async || shut_down_beside_blocked_rpcs().await).await;
}

async fn shut_down_beside_blocked_rpcs() -> Duration {
    let mut plugin = Plugin::start(command()).await;
    let mut clients = Clients::plain(&plugin.socket()).await.unwrap();
    block_every_worker(&mut plugin, &clients).await;
    let start = Instant::now();
    clients.controller.shutdown(Empty {}).await.unwrap();
    plugin.ended().await;
    start.elapsed()
}

#[tokio::test]
async fn a_stop_is_heard_while_every_worker_is_blocked() {
    let mut plugin = Plugin::start(command()).await;
    let mut clients = Clients::plain(&plugin.socket()).await.unwrap();
    block_every_worker(&mut plugin, &clients).await;
    let stop = clients.provider.stop_provider(stop_provider::Request {});
    // The workers are blocked for much longer than this.
    let answer = tokio::time::timeout(Duration::from_secs(10), stop).await;
    assert_eq!(answer.unwrap().unwrap().into_inner().error, "");
}

#[tokio::test]
async fn an_interrupt_is_ignored_until_stop_provider_comes() {
    let mut plugin = Plugin::start(command()).await;
    let mut clients = Clients::plain(&plugin.socket()).await.unwrap();
    let mut applying = clients.provider.clone();
    let apply = tokio::spawn(async move { applying.apply_resource_change(apply()).await });
    plugin.stderr_with("applying").await;
    plugin.signal(Signal::INT);
    plugin.stderr_with("interrupted").await;
    clients.ask().await.unwrap();
    assert!(!apply.is_finished());
    clients
        .provider
        .stop_provider(stop_provider::Request {})
        .await
        .unwrap();
    let response = apply.await.unwrap().unwrap().into_inner();
    assert_eq!(response.diagnostics[0].summary, "Stopped");
    assert!(plugin.is_running());
}

#[tokio::test]
async fn sigterm_stops_what_runs_and_ends() {
    let mut plugin = Plugin::start(command()).await;
    let mut clients = Clients::plain(&plugin.socket()).await.unwrap();
    let apply = tokio::spawn(async move { clients.provider.apply_resource_change(apply()).await });
    plugin.stderr_with("applying").await;
    plugin.signal(Signal::TERM);
    let response = apply.await.unwrap().unwrap().into_inner();
    assert_eq!(response.diagnostics[0].summary, "Stopped");
    let (status, _) = plugin.ended().await;
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn when_the_last_connection_closes_it_ends_two_seconds_later() {
    let mut plugin = Plugin::start(command()).await;
    let clients = Clients::plain(&plugin.socket()).await.unwrap();
    drop(clients);
    let (status, after) = plugin.ended().await;
    assert!(after > Duration::from_millis(1_900), "{after:?}");
    assert!(after < Duration::from_millis(3_500), "{after:?}");
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn with_a_connection_or_before_the_first_it_stays() {
    let mut waiting = Plugin::start(command()).await;
    let mut connected = Plugin::start(command()).await;
    let mut clients = Clients::plain(&connected.socket()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert!(waiting.is_running());
    assert!(connected.is_running());
    clients.ask().await.unwrap();
}

#[tokio::test]
async fn when_the_parent_is_killed_before_it_connects_it_ends() {
    let mut shell = tokio::process::Command::new("sh");
    let provider = command();
    shell
        .arg("-c")
        .arg(r#""$0" & wait"#)
        .arg(program())
        .env_clear();
    shell.envs(
        provider
            .as_std()
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    shell
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let mut plugin = Plugin::start(shell).await;
    assert_eq!(plugin.handshake[4], "grpc");
    plugin.signal(Signal::KILL);
    plugin.stderr_closed().await;
    assert!(!plugin.socket().exists());
}

fn apply() -> tfplugin::proto::apply_resource_change::Request {
    tfplugin::proto::apply_resource_change::Request::default()
}

#[tokio::test]
async fn streams_end_when_only_the_client_leaves() {
    let plugin = Plugin::start(command()).await;
    let mut clients = Clients::plain(&plugin.socket()).await.unwrap();
    let mut stdio = clients.stdio.stream_stdio(()).await.unwrap().into_inner();
    let silent = tokio::time::timeout(Duration::from_millis(200), stdio.next()).await;
    assert!(silent.is_err(), "a silent stream stays open");
    drop(stdio);
    clients.ask().await.unwrap();
}
