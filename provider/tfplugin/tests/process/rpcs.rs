//! What is served beside the provider itself, and how much fits into one message.

use tfplugin::proto::{DynamicValue, read_resource};
use tonic::Code;
use tonic_health::ServingStatus;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::connect::Clients;
use crate::host::{Plugin, command};

#[tokio::test]
async fn messages_far_over_4_mib_pass_both_ways() {
    let plugin = Plugin::start(command()).await;
    let mut clients = Clients::plain(&plugin.socket()).await.unwrap();
    let state = DynamicValue {
        msgpack: vec![7; 20 << 20],
        json: Vec::new(),
    };
    let request = read_resource::Request {
        current_state: Some(state),
        ..Default::default()
    };
    let response = clients
        .provider
        .read_resource(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(response.new_state.unwrap().msgpack.len(), 20 << 20);
}

#[tokio::test]
async fn an_rpc_that_is_not_served_is_unimplemented() {
    let plugin = Plugin::start(command()).await;
    let mut clients = Clients::plain(&plugin.socket()).await.unwrap();
    let status = clients
        .provider
        .plan_action(tfplugin::proto::plan_action::Request::default());
    assert_eq!(status.await.unwrap_err().code(), Code::Unimplemented);
}

#[tokio::test]
async fn the_plugin_is_healthy() {
    let plugin = Plugin::start(command()).await;
    let clients = Clients::plain(&plugin.socket()).await.unwrap();
    let request = HealthCheckRequest {
        service: "plugin".to_owned(),
    };
    let response = HealthClient::new(clients.channel)
        .check(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(response.status, i32::from(ServingStatus::Serving as u8));
}
