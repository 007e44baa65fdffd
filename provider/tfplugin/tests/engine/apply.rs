//! ApplyResourceChange: what is stored whatever happens.

use std::sync::Arc;

use serde_json::json;
use tfplugin::proto::provider_server::Provider as _;
use tfplugin::proto::{self};

use crate::core::{Core, errors, wire};

fn stored(fault: &str) -> serde_json::Value {
    json!({
        "name": "a", "colour": "red", "grade": "plain", "id": "pallet-a", "place": "aisle 1",
        "moved_at": 7, "fault": fault,
    })
}

#[tokio::test]
async fn a_create_gives_every_unknown_a_value() {
    let core = Core::configured().await;
    let config = json!({"name": "a", "colour": "RED", "code_wo": "1234", "item": [{"sku": "x"}]});
    let applied = core.apply(json!(null), config).await;
    assert!(applied.diagnostics.is_empty(), "{:?}", applied.diagnostics);
    assert_eq!(
        core.shown(applied.new_state.as_ref()),
        json!({
            "name": "a", "colour": "RED", "grade": "plain", "id": "pallet-a", "place": "aisle 1",
            "moved_at": 7, "item": [{"sku": "x", "serial": "serial of x"}],
        })
    );
    assert_eq!(
        applied.private, br#"{"revision":11}"#,
        "planned private data reaches apply"
    );
}

#[tokio::test]
async fn an_error_before_the_side_effect_stores_nothing() {
    let core = Core::configured().await;
    let applied = core
        .apply(json!(null), stored_config("error before record"))
        .await;
    assert_eq!(errors(&applied.diagnostics), ["Lift is stuck"]);
    assert_eq!(core.shown(applied.new_state.as_ref()), json!(null));
}

#[tokio::test]
async fn an_error_after_the_side_effect_orphans_nothing() {
    let core = Core::configured().await;
    for (fault, summary) in [
        ("error after record", "Label is torn"),
        ("panic in create", "Provider failed unexpectedly"),
        ("leave unknown", "Provider left a value unknown"),
    ] {
        let applied = core.apply(json!(null), stored_config(fault)).await;
        assert!(errors(&applied.diagnostics).contains(&summary), "{fault}");
        assert_eq!(
            core.shown(applied.new_state.as_ref()),
            json!({"name": "a", "grade": "plain", "id": "pallet-a", "fault": fault}),
            "{fault}"
        );
    }
}

#[tokio::test]
async fn what_may_have_happened_before_a_panic_is_kept() {
    let core = Core::configured().await;
    let applied = core
        .apply(json!(null), stored_config("panic before record"))
        .await;
    let state = core.shown(applied.new_state.as_ref());
    assert_eq!(state["name"], "a");
}

#[tokio::test]
async fn write_only_values_are_never_stored() {
    let core = Core::configured().await;
    let mut config = stored_config("store the code");
    config["code_wo"] = json!("1234");
    let applied = core.apply(json!(null), config).await;
    assert!(applied.diagnostics.is_empty());
    assert_eq!(core.shown(applied.new_state.as_ref()).get("code_wo"), None);
}

#[tokio::test]
async fn a_failed_update_keeps_the_prior_state_until_something_changed() {
    let core = Core::configured().await;
    for (fault, colour) in [
        ("error before record", "red"),
        ("panic in update", "red"),
        ("error after record", "green"),
    ] {
        let mut config = stored_config(fault);
        config["colour"] = json!("green");
        let applied = core.apply(stored(fault), config).await;
        assert_eq!(errors(&applied.diagnostics).len(), 1, "{fault}");
        let state = core.shown(applied.new_state.as_ref());
        assert_eq!(state["colour"], colour, "{fault}");
        assert_eq!(
            state["place"], "aisle 1",
            "{fault}: unknown falls back to what was there"
        );
    }
}

#[tokio::test]
async fn a_delete_that_fails_keeps_the_state() {
    let core = Core::configured().await;
    for (fault, left) in [
        ("", json!(null)),
        ("error in delete", stored("error in delete")),
    ] {
        let ty = core.pallet();
        let request = proto::apply_resource_change::Request {
            type_name: "warehouse_pallet".to_owned(),
            prior_state: Some(wire(&stored(fault), &ty)),
            planned_state: Some(wire(&json!(null), &ty)),
            config: Some(wire(&json!(null), &ty)),
            ..Default::default()
        };
        let applied = core
            .server
            .apply_resource_change(tonic::Request::new(request))
            .await;
        let applied = applied.unwrap().into_inner();
        assert_eq!(core.shown(applied.new_state.as_ref()), left);
        assert_eq!(applied.diagnostics.is_empty(), left.is_null());
    }
}

#[tokio::test]
async fn a_stop_reaches_a_running_create() {
    let core = Arc::new(Core::configured().await);
    let running = Arc::clone(&core);
    let create =
        tokio::spawn(async move { running.apply(json!(null), stored_config("interrupt")).await });
    tokio::task::yield_now().await;
    while !create.is_finished() {
        let stop = tonic::Request::new(proto::stop_provider::Request {});
        core.server.stop_provider(stop).await.unwrap();
        tokio::task::yield_now().await;
    }
    let applied = create.await.unwrap();
    assert!(applied.diagnostics.is_empty());
}

fn stored_config(fault: &str) -> serde_json::Value {
    json!({"name": "a", "fault": fault})
}
