//! Stderr: a log that Terraform can read, and panics that it shows.

use serde_json::Value;

use tfplugin::proto::plugin::Empty;
use tfplugin::proto::validate_provider_config;

use crate::connect::Clients;
use crate::host::{Plugin, command};

#[tokio::test]
async fn log_lines_are_json_as_terraform_reads_it_and_scrubbed() {
    let mut plugin = Plugin::start(command()).await;
    let mut clients = Clients::plain(&plugin.socket()).await.unwrap();
    clients.ask().await.unwrap();
    let log = plugin.stderr_with("the password is").await;
    let line: Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
    assert_eq!(line["@level"], "info");
    assert_eq!(line["@message"], "the password is ***");
    assert_eq!(line["@module"], "wire");
    assert_eq!(line["password"], "***");
    assert_eq!(line["count"], 3);
    let timestamp = line["@timestamp"].as_str().unwrap();
    let fraction = timestamp
        .split_once('.')
        .unwrap()
        .1
        .strip_suffix('Z')
        .unwrap();
    assert_eq!(fraction.len(), 6);
    assert!(fraction.bytes().all(|byte| byte.is_ascii_digit()));
}

#[tokio::test]
async fn without_a_level_nothing_is_logged() {
    let mut command = command();
    command.env_remove("TF_LOG");
    let mut plugin = Plugin::start(command).await;
    let mut clients = Clients::plain(&plugin.socket()).await.unwrap();
    clients.ask().await.unwrap();
    clients.controller.shutdown(Empty {}).await.unwrap();
    plugin.ended().await;
    plugin.stderr_closed().await;
    assert_eq!(plugin.stderr_with("").await, "the shutdown hook ran\n");
}

#[tokio::test]
async fn a_panic_is_one_scrubbed_line_and_the_next_rpc_is_served() {
    let mut command = command();
    command.env("TF_LOG", "off");
    let mut plugin = Plugin::start(command).await;
    let mut clients = Clients::plain(&plugin.socket()).await.unwrap();
    let response = clients
        .provider
        .validate_provider_config(validate_provider_config::Request::default())
        .await
        .unwrap();
    let message = "a password like ***\non two lines";
    assert_eq!(response.into_inner().diagnostics[0].summary, message);
    let stderr = plugin.stderr_with("panic: ").await;
    assert!(
        stderr.starts_with("panic: a password like *** on two lines at "),
        "{stderr}"
    );
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    clients.ask().await.unwrap();
}
