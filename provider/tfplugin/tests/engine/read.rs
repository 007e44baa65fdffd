//! ReadResource and ImportResourceState.

use serde_json::json;
use tfplugin::proto;
use tfplugin::proto::provider_server::Provider as _;

use crate::core::{Core, errors};

#[tokio::test]
async fn what_is_gone_is_null() {
    let core = Core::configured().await;
    let read = core.read(json!({"name": "nowhere"})).await;
    assert_eq!(core.shown(read.new_state.as_ref()), json!(null));
    assert!(read.diagnostics.is_empty());
}

#[tokio::test]
async fn the_prior_form_is_kept_and_write_only_values_are_not() {
    let core = Core::configured().await;
    core.apply(json!(null), json!({"name": "a"})).await;
    let read = core
        .read(json!({"name": "a", "colour": "ReD", "code_wo": "1234"}))
        .await;
    let state = core.shown(read.new_state.as_ref());
    assert_eq!(state["colour"], "ReD");
    assert_eq!(state.get("code_wo"), None);
    assert_eq!(read.private, br#"{"revision":3}"#);
}

#[tokio::test]
async fn a_failed_read_keeps_what_was_known() {
    let core = Core::configured().await;
    let read = core.read(json!({"name": "panic", "colour": "red"})).await;
    assert_eq!(errors(&read.diagnostics), ["Provider failed unexpectedly"]);
    assert!(read.diagnostics[0].detail.contains("the reader fainted"));
    let state = core.shown(read.new_state.as_ref());
    assert_eq!(state, json!({"name": "panic", "colour": "red"}));
}

#[tokio::test]
async fn an_import_by_id_sets_what_the_read_needs() {
    let core = Core::configured().await;
    core.apply(json!(null), json!({"name": "a"})).await;
    let imported = import(&core, "pallet-a").await;
    assert!(
        imported.diagnostics.is_empty(),
        "{:?}",
        imported.diagnostics
    );
    let imported = &imported.imported_resources[0];
    let state = core.shown(imported.state.as_ref());
    assert_eq!(state, json!({"name": "a", "id": "pallet-a"}));
    let read = core.read(state).await;
    assert_eq!(core.shown(read.new_state.as_ref())["grade"], "plain");
}

#[tokio::test]
async fn an_import_id_that_cannot_be_one_is_refused() {
    let core = Core::configured().await;
    let imported = import(&core, "spoon").await;
    assert_eq!(
        errors(&imported.diagnostics),
        ["Import ID is not of a pallet"]
    );
    assert!(imported.imported_resources.is_empty());
}

async fn import(core: &Core, id: &str) -> proto::import_resource_state::Response {
    let request = proto::import_resource_state::Request {
        type_name: "warehouse_pallet".to_owned(),
        id: id.to_owned(),
        ..Default::default()
    };
    core.server
        .import_resource_state(tonic::Request::new(request))
        .await
        .unwrap()
        .into_inner()
}
