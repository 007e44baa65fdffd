//! Debug mode: a provider that a developer starts by hand.

use std::path::PathBuf;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;
use tfplugin::proto::plugin::Empty;

use crate::connect::Clients;
use crate::host::{Plugin, command};

#[tokio::test]
async fn it_says_how_to_attach_and_survives_commands() {
    let mut command = command();
    command.arg("--debug").env_remove("TF_PLUGIN_MAGIC_COOKIE");
    let mut plugin = Plugin::spawn(command);
    let mut said = String::new();
    while !said.contains("TF_REATTACH_PROVIDERS") {
        said = plugin.stdout_line().await;
    }
    let (_, json) = said.split_once('=').unwrap();
    let json: Value = serde_json::from_str(json.trim_matches('\'')).unwrap();
    let attach = &json["registry.terraform.io/example/wire"];
    assert_eq!(attach["Protocol"], "grpc");
    assert_eq!(attach["ProtocolVersion"], 6);
    assert_eq!(attach["Test"], true);
    assert_eq!(attach["Pid"].as_u64(), plugin.child.id().map(u64::from));
    assert_eq!(attach["Addr"]["Network"], "unix");
    let socket = PathBuf::from(attach["Addr"]["String"].as_str().unwrap());

    for _command in 0..2 {
        let mut clients = Clients::plain(&socket).await.unwrap();
        clients.ask().await.unwrap();
        clients.controller.shutdown(Empty {}).await.unwrap();
        drop(clients);
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        assert!(plugin.is_running());
    }

    plugin.signal(Signal::INT);
    let (status, _) = plugin.ended().await;
    assert_eq!(status.code(), Some(0));
    assert!(!socket.exists());
}
