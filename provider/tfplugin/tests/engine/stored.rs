//! State that was stored earlier, by another version or another type; configuration made from state.

use serde_json::json;
use tfplugin::proto;
use tfplugin::proto::provider_server::Provider as _;

use crate::core::{Core, errors, wire};

async fn upgrade(version: i64, stored: &str) -> proto::upgrade_resource_state::Response {
    let core = Core::unconfigured();
    let raw_state = proto::RawState {
        json: stored.as_bytes().to_vec(),
        ..Default::default()
    };
    let request = proto::upgrade_resource_state::Request {
        type_name: "warehouse_pallet".to_owned(),
        version,
        raw_state: Some(raw_state),
    };
    core.server
        .upgrade_resource_state(tonic::Request::new(request))
        .await
        .unwrap()
        .into_inner()
}

#[tokio::test]
async fn state_of_the_same_version_loses_attributes_that_are_gone() {
    let upgraded = upgrade(2, r#"{"name":"a","wheels":4}"#).await;
    let state = Core::unconfigured().shown(upgraded.upgraded_state.as_ref());
    assert_eq!(state, json!({"name": "a"}));
}

#[tokio::test]
async fn older_state_goes_through_the_upgrade() {
    let upgraded = upgrade(1, r#"{"title":"a","wheels":4}"#).await;
    let state = Core::unconfigured().shown(upgraded.upgraded_state.as_ref());
    assert_eq!(state, json!({"name": "a"}));
}

#[tokio::test]
async fn state_that_cannot_be_read_says_why() {
    for (version, stored, summary) in [
        (0, "{}", "State is older than the warehouse"),
        (3, "{}", "State version is too new"),
        (2, "{", "Stored state cannot be read"),
        (1, "{", "Stored state cannot be read"),
        (2, r#"{"name":[]}"#, "Stored state cannot be read"),
    ] {
        let upgraded = upgrade(version, stored).await;
        assert_eq!(
            errors(&upgraded.diagnostics),
            [summary],
            "{version} {stored}"
        );
        assert_eq!(upgraded.upgraded_state, None);
    }
}

#[tokio::test]
async fn another_type_moves_here_when_the_resource_says_so() {
    let core = Core::unconfigured();
    for (type_name, summaries) in [
        ("null_resource", &[][..]),
        ("other_thing", &["Resource cannot be moved here"][..]),
    ] {
        let request = proto::move_resource_state::Request {
            source_provider_address: "registry.terraform.io/hashicorp/null".to_owned(),
            source_type_name: type_name.to_owned(),
            source_state: Some(proto::RawState {
                json: br#"{"id":"a"}"#.to_vec(),
                ..Default::default()
            }),
            target_type_name: "warehouse_pallet".to_owned(),
            ..Default::default()
        };
        let moved = core
            .server
            .move_resource_state(tonic::Request::new(request))
            .await
            .unwrap();
        let moved = moved.into_inner();
        assert_eq!(errors(&moved.diagnostics), summaries);
        if summaries.is_empty() {
            assert_eq!(
                core.shown(moved.target_state.as_ref()),
                json!({"name": "a"})
            );
            assert!(moved.target_identity.is_some());
        }
    }
}

#[tokio::test]
async fn configuration_made_from_state_holds_only_what_must_be_written() {
    let core = Core::unconfigured();
    let state = json!({
        "name": "a", "colour": "red", "grade": "plain", "id": "pallet-a", "place": "aisle 1",
        "item": [{"sku": "x", "serial": "serial of x"}],
    });
    let request = proto::generate_resource_config::Request {
        type_name: "warehouse_pallet".to_owned(),
        state: Some(wire(&state, &core.pallet())),
    };
    let generated = core
        .server
        .generate_resource_config(tonic::Request::new(request))
        .await;
    let config = core.shown(generated.unwrap().into_inner().config.as_ref());
    assert_eq!(
        config,
        json!({"name": "a", "colour": "red", "item": [{"sku": "x"}]})
    );
}
