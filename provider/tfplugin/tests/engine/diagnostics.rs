//! What the engine itself says: every text as a snapshot, and the form that all of them have.

use serde_json::json;
use tfplugin::proto;
use tfplugin::proto::provider_server::Provider as _;

use crate::configure::data_source;
use crate::core::{Core, UNKNOWN, wire};

async fn upgraded(core: &Core, version: i64, stored: &str) -> Vec<proto::Diagnostic> {
    let raw_state = proto::RawState {
        json: stored.as_bytes().to_vec(),
        ..Default::default()
    };
    let request = proto::upgrade_resource_state::Request {
        type_name: "warehouse_rack".to_owned(),
        version,
        raw_state: Some(raw_state),
    };
    let upgraded = core
        .server
        .upgrade_resource_state(tonic::Request::new(request))
        .await;
    upgraded.unwrap().into_inner().diagnostics
}

async fn imported(core: &Core, type_name: &str) -> Vec<proto::Diagnostic> {
    let request = proto::import_resource_state::Request {
        type_name: type_name.to_owned(),
        identity: Some(proto::ResourceIdentityData {
            identity_data: None,
        }),
        id: "pallet-".to_owned(),
        ..Default::default()
    };
    let imported = core
        .server
        .import_resource_state(tonic::Request::new(request))
        .await;
    imported.unwrap().into_inner().diagnostics
}

async fn moved(core: &Core) -> Vec<proto::Diagnostic> {
    let request = proto::move_resource_state::Request {
        source_provider_address: "registry.terraform.io/hashicorp/null".to_owned(),
        source_type_name: "null_thing".to_owned(),
        source_state: Some(proto::RawState {
            json: b"{}".to_vec(),
            ..Default::default()
        }),
        target_type_name: "warehouse_rack".to_owned(),
        ..Default::default()
    };
    let moved = core
        .server
        .move_resource_state(tonic::Request::new(request))
        .await;
    moved.unwrap().into_inner().diagnostics
}

async fn garbled(core: &Core) -> Vec<proto::Diagnostic> {
    let request = proto::validate_resource_config::Request {
        type_name: "warehouse_rack".to_owned(),
        config: Some(proto::DynamicValue {
            msgpack: vec![0xa1],
            json: Vec::new(),
        }),
        ..Default::default()
    };
    let said = core
        .server
        .validate_resource_config(tonic::Request::new(request))
        .await;
    said.unwrap().into_inner().diagnostics
}

async fn validated(core: &Core, config: serde_json::Value) -> Vec<proto::Diagnostic> {
    let ty = core.schema.resources["warehouse_rack"].block.implied_type();
    let request = proto::validate_resource_config::Request {
        type_name: "warehouse_rack".to_owned(),
        config: Some(wire(&config, &ty)),
        ..Default::default()
    };
    let said = core
        .server
        .validate_resource_config(tonic::Request::new(request))
        .await;
    said.unwrap().into_inner().diagnostics
}

/// Everything the engine says by itself, once.
async fn all() -> Vec<proto::Diagnostic> {
    let mut said = Vec::new();
    let unconfigured = Core::unconfigured();
    said.extend(unconfigured.read(json!({"name": "a"})).await.diagnostics);
    unconfigured.configure(json!({"fault": UNKNOWN})).await;
    said.extend(data_source(&unconfigured, "a").await.diagnostics);
    let core = Core::configured().await;
    said.extend(
        core.plan(json!(null), json!({"name": "a", "fault": "panic in plan"}))
            .await
            .diagnostics,
    );
    said.extend(
        core.apply(json!(null), json!({"name": "a", "fault": "leave unknown"}))
            .await
            .diagnostics,
    );
    said.extend(
        core.plan(
            json!(null),
            json!({"name": "a", "fault": "break the contract in plan"}),
        )
        .await
        .diagnostics,
    );
    said.extend(upgraded(&core, 1, "{}").await);
    said.extend(upgraded(&core, 0, "{").await);
    said.extend(imported(&core, "warehouse_spoon").await);
    said.extend(moved(&core).await);
    said.extend(garbled(&core).await);
    let rack = json!({
        "name": "r", "tags": ["red", "RED"], "levels": -1, "foot": {"sku": "x"},
        "weights": {"a": null},
    });
    said.extend(validated(&core, rack).await);
    said
}

#[tokio::test]
async fn every_text_is_as_it_was() {
    let texts = all().await.into_iter().map(|one| {
        let path = one
            .attribute
            .as_ref()
            .map(|path| tfplugin::Path::from(path).to_string());
        let at = path.map_or_else(String::new, |path| format!("at {path}\n"));
        format!("{}\n{at}{}\n", one.summary, one.detail)
    });
    insta::assert_snapshot!(texts.collect::<Vec<_>>().join("\n---\n"));
}

#[tokio::test]
async fn every_text_has_summary_detail_remedy_and_code() {
    for one in all().await {
        let summary = &one.summary;
        assert!(summary.chars().count() <= 60, "{summary}: too long");
        assert!(
            !summary.ends_with('.') && !summary.contains('`'),
            "{summary}: a phrase, no values"
        );
        let paragraphs: Vec<_> = one.detail.split("\n\n").collect();
        assert!(
            paragraphs.len() >= 3,
            "{summary}: facts, remedy, code: {}",
            one.detail
        );
        let code = paragraphs.last().unwrap();
        let is_kebab = code
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        assert!(is_kebab, "{summary}: {code} is no code");
    }
}
