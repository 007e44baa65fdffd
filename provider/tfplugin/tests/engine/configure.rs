//! ConfigureProvider, and requests before, between and without it.

use serde_json::json;
use tfplugin::proto;
use tfplugin::proto::provider_server::Provider as _;

use crate::core::{Core, UNKNOWN, errors, wire};

#[tokio::test]
async fn a_request_before_configuration_says_so() {
    let core = Core::unconfigured();
    let planned = core.plan(json!(null), json!({"name": "a"})).await;
    assert_eq!(errors(&planned.diagnostics), ["Provider is not configured"]);
    let read = core.read(json!({"name": "a"})).await;
    assert_eq!(errors(&read.diagnostics), ["Provider is not configured"]);
    assert_eq!(
        core.shown(read.new_state.as_ref()),
        json!({"name": "a"}),
        "nothing is lost"
    );
}

#[tokio::test]
async fn a_failed_configuration_is_a_diagnostic() {
    let core = Core::unconfigured();
    assert_eq!(
        core.configure(json!({"fault": "strike"})).await,
        ["Warehouse is closed: strike"]
    );
    let said = core.configure(json!({"fault": "panic"})).await;
    assert!(said[0].contains("the roof fell in"), "{said:?}");
}

#[tokio::test]
async fn unknown_configuration_plans_by_schema_and_reads_nothing() {
    let core = Core::unconfigured();
    assert!(core.configure(json!({"fault": UNKNOWN})).await.is_empty());
    let planned = core.plan(json!(null), json!({"name": "a"})).await;
    assert!(planned.diagnostics.is_empty());
    assert_eq!(core.shown(planned.planned_state.as_ref())["id"], UNKNOWN);
    let read = core.read(json!({"name": "nowhere"})).await;
    assert_eq!(
        core.shown(read.new_state.as_ref()),
        json!({"name": "nowhere"})
    );
    let count = data_source(&core, "a").await;
    assert_eq!(
        errors(&count.diagnostics),
        ["Provider configuration is not known yet"]
    );
}

#[tokio::test]
async fn requests_use_the_latest_configuration() {
    let core = Core::configured().await;
    core.configure(json!({"prefix": "box-"})).await;
    let applied = core.apply(json!(null), json!({"name": "a"})).await;
    assert_eq!(core.shown(applied.new_state.as_ref())["id"], "box-a");
}

#[tokio::test]
async fn each_block_is_validated_by_itself() {
    let core = Core::unconfigured();
    let ty = core.schema.provider.block.implied_type();
    let config = Some(wire(&json!({"prefix": ""}), &ty));
    let request = tonic::Request::new(proto::validate_provider_config::Request { config });
    let said = core
        .server
        .validate_provider_config(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(errors(&said.diagnostics), ["Prefix is empty"]);

    for (config, summaries) in [
        (json!({"name": "a b"}), &["Name has a space"][..]),
        (json!({"name": UNKNOWN}), &[]),
        (
            json!({"name": "a", "colour": "mauve"}),
            &["Colour is not known"],
        ),
        (
            json!({"name": "a", "fault": "panic in validate"}),
            &["Provider failed unexpectedly"],
        ),
    ] {
        let request = proto::validate_resource_config::Request {
            type_name: "warehouse_pallet".to_owned(),
            config: Some(wire(&config, &core.pallet())),
            ..Default::default()
        };
        let said = core
            .server
            .validate_resource_config(tonic::Request::new(request))
            .await;
        assert_eq!(
            errors(&said.unwrap().into_inner().diagnostics),
            summaries,
            "{config}"
        );
    }
}

pub async fn data_source(core: &Core, prefix: &str) -> proto::read_data_source::Response {
    let ty = core.schema.data_sources["warehouse_count"]
        .block
        .implied_type();
    let request = proto::read_data_source::Request {
        type_name: "warehouse_count".to_owned(),
        config: Some(wire(&json!({"prefix": prefix}), &ty)),
        ..Default::default()
    };
    core.server
        .read_data_source(tonic::Request::new(request))
        .await
        .unwrap()
        .into_inner()
}
