//! Resource identity: from `#[tf(identity)]` alone.

use serde_json::json;
use tfplugin::Type;
use tfplugin::proto;
use tfplugin::proto::provider_server::Provider as _;
use tfplugin::value::ObjectType;

use crate::core::{Core, UNKNOWN, shown, wire};

fn identity_type() -> Type {
    Type::Object(ObjectType {
        attributes: [("name".to_owned(), Type::String)].into(),
        ..ObjectType::default()
    })
}

#[tokio::test]
async fn the_identity_is_there_as_soon_as_it_is_known() {
    let core = Core::configured().await;
    let planned = core.plan(json!(null), json!({"name": UNKNOWN})).await;
    assert_eq!(planned.planned_identity, None);
    let planned = core.plan(json!(null), json!({"name": "a"})).await;
    let applied = core.apply(json!(null), json!({"name": "a"})).await;
    let read = core.read(json!({"name": "a"})).await;
    for identity in [
        planned.planned_identity,
        applied.new_identity,
        read.new_identity,
    ] {
        let identity = identity.unwrap().identity_data;
        assert_eq!(
            shown(identity.as_ref(), &identity_type()),
            json!({"name": "a"})
        );
    }
}

#[tokio::test]
async fn an_import_by_identity_needs_no_id() {
    let core = Core::configured().await;
    let identity_data = Some(wire(&json!({"name": "a"}), &identity_type()));
    let request = proto::import_resource_state::Request {
        type_name: "warehouse_pallet".to_owned(),
        identity: Some(proto::ResourceIdentityData { identity_data }),
        ..Default::default()
    };
    let imported = core
        .server
        .import_resource_state(tonic::Request::new(request))
        .await
        .unwrap();
    let imported = imported.into_inner().imported_resources.remove(0);
    assert_eq!(core.shown(imported.state.as_ref()), json!({"name": "a"}));
    assert!(imported.identity.is_some());
}

#[tokio::test]
async fn its_schema_and_stored_form_are_served() {
    let core = Core::unconfigured();
    let request = tonic::Request::new(proto::get_resource_identity_schemas::Request {});
    let schemas = core
        .server
        .get_resource_identity_schemas(request)
        .await
        .unwrap()
        .into_inner();
    let attributes = &schemas.identity_schemas["warehouse_pallet"].identity_attributes;
    assert_eq!(attributes.len(), 1);
    assert!(attributes[0].required_for_import && attributes[0].r#type == b"\"string\"");

    let stored = proto::RawState {
        json: br#"{"name":"a"}"#.to_vec(),
        ..Default::default()
    };
    let request = proto::upgrade_resource_identity::Request {
        type_name: "warehouse_pallet".to_owned(),
        version: 0,
        raw_identity: Some(stored),
    };
    let upgraded = core
        .server
        .upgrade_resource_identity(tonic::Request::new(request))
        .await;
    let upgraded = upgraded.unwrap().into_inner().upgraded_identity.unwrap();
    let shown = shown(upgraded.identity_data.as_ref(), &identity_type());
    assert_eq!(shown, json!({"name": "a"}));
}
