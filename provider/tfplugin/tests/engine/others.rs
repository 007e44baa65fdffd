//! Data sources, ephemeral resources, functions, list resources and actions.

use serde_json::json;
use tfplugin::proto::invoke_action::event::Type as Ended;
use tfplugin::proto::provider_server::Provider as Service;
use tfplugin::proto::{self, DynamicValue};
use tfplugin::{Schema, Type};
use tokio_stream::StreamExt as _;

use crate::configure::data_source;
use crate::core::{Core, errors, shown, wire};
use crate::warehouse::{FindPallets, Sweep};

#[tokio::test]
async fn a_data_source_fills_what_is_computed() {
    let core = Core::configured().await;
    core.apply(json!(null), json!({"name": "a1"})).await;
    core.apply(json!(null), json!({"name": "b1"})).await;
    let ty = core.schema.data_sources["warehouse_count"]
        .block
        .implied_type();
    let count = data_source(&core, "a").await;
    assert_eq!(
        shown(count.state.as_ref(), &ty),
        json!({"prefix": "a", "pallets": 1})
    );
    let count = data_source(&core, "panic").await;
    assert_eq!(errors(&count.diagnostics), ["Provider failed unexpectedly"]);
}

#[tokio::test]
async fn an_ephemeral_resource_is_opened_renewed_and_closed() {
    let core = Core::configured().await;
    let ty = core.schema.ephemeral_resources["warehouse_key"]
        .block
        .implied_type();
    let type_name = "warehouse_key".to_owned();
    let request = proto::open_ephemeral_resource::Request {
        type_name: type_name.clone(),
        config: Some(wire(&json!({"holder": "eve"}), &ty)),
        ..Default::default()
    };
    let opened = core
        .server
        .open_ephemeral_resource(tonic::Request::new(request))
        .await
        .unwrap();
    let opened = opened.into_inner();
    let result = shown(opened.result.as_ref(), &ty);
    assert_eq!(result, json!({"holder": "eve", "secret": "secret of eve"}));
    assert_eq!(opened.renew_at.unwrap().seconds, 60);

    let private = opened.private;
    let request = proto::renew_ephemeral_resource::Request {
        type_name: type_name.clone(),
        private,
    };
    let renewed = core
        .server
        .renew_ephemeral_resource(tonic::Request::new(request))
        .await
        .unwrap();
    let renewed = renewed.into_inner();
    assert_eq!(renewed.renew_at.unwrap().seconds, 120);
    assert_eq!(renewed.private.as_deref(), Some(&br#""eve""#[..]));

    let request = proto::close_ephemeral_resource::Request {
        type_name,
        private: renewed.private,
    };
    let closed = core
        .server
        .close_ephemeral_resource(tonic::Request::new(request))
        .await
        .unwrap();
    assert!(closed.into_inner().diagnostics.is_empty());
}

async fn mix(arguments: &[DynamicValue]) -> proto::call_function::Response {
    let request = proto::call_function::Request {
        name: "mix".to_owned(),
        arguments: arguments.to_vec(),
    };
    let server = Core::unconfigured().server;
    server
        .call_function(tonic::Request::new(request))
        .await
        .unwrap()
        .into_inner()
}

#[tokio::test]
async fn a_function_reads_its_arguments_as_attributes_are_read() {
    let text = |text: &str| wire(&json!(text), &Type::String);
    let null = wire(&json!(null), &Type::String);
    let number = |number: u32| wire(&json!(number), &Type::Number);
    let strings = Type::List(Box::new(Type::String));

    let mixed = mix(&[text("Red"), text("green"), number(1), number(2)]).await;
    assert_eq!(
        shown(mixed.result.as_ref(), &strings),
        json!(["Red", "green"])
    );
    let mixed = mix(&[text("red"), null]).await;
    assert_eq!(shown(mixed.result.as_ref(), &strings), json!(["red"]));

    for (arguments, position, part) in [
        (
            vec![text("red"), text("mauve")],
            Some(1),
            "Colour is not known: Found `mauve`.",
        ),
        (
            vec![text("red"), text("red"), number(1), number(0)],
            Some(2),
            "No amount may be 0.",
        ),
        (vec![text("panic"), text("red")], None, "a parser gave up"),
    ] {
        let error = mix(&arguments).await.error.unwrap();
        assert_eq!(error.function_argument, position);
        assert!(error.text.contains(part), "{}", error.text);
    }
}

async fn find(core: &Core, limit: i64, whole: bool) -> Vec<proto::list_resource::Event> {
    let request = proto::list_resource::Request {
        type_name: "warehouse_pallet".to_owned(),
        config: Some(wire(
            &json!({"prefix": "a"}),
            &FindPallets::block().implied_type(),
        )),
        include_resource_object: whole,
        limit,
    };
    let request = tonic::Request::new(request);
    let events = Service::list_resource(&core.server, request).await.unwrap();
    events.into_inner().map(Result::unwrap).collect().await
}

#[tokio::test]
async fn a_search_finds_identities_and_objects_up_to_its_limit() {
    let core = Core::configured().await;
    for name in ["a1", "a2", "a3", "b1"] {
        core.apply(json!(null), json!({"name": name})).await;
    }
    let found = find(&core, 2, false).await;
    let names: Vec<_> = found
        .iter()
        .map(|event| event.display_name.as_str())
        .collect();
    assert_eq!(names, ["pallet a1", "pallet a2"]);
    assert!(
        found
            .iter()
            .all(|event| event.identity.is_some() && event.resource_object.is_none())
    );
    let found = find(&core, 100, true).await;
    assert_eq!(found.len(), 3);
    assert_eq!(core.shown(found[2].resource_object.as_ref())["name"], "a3");
    let found = find(&Core::unconfigured(), 1, false).await;
    assert_eq!(errors(&found[0].diagnostic), ["Provider is not configured"]);
}

async fn sweep(aisles: u32) -> (Vec<String>, Vec<String>) {
    let core = Core::configured().await;
    let config = Some(wire(
        &json!({"aisles": aisles}),
        &Sweep::block().implied_type(),
    ));
    let action_type = "warehouse_sweep".to_owned();
    let request = proto::plan_action::Request {
        action_type: action_type.clone(),
        config: config.clone(),
        ..Default::default()
    };
    let planned = core
        .server
        .plan_action(tonic::Request::new(request))
        .await
        .unwrap();
    assert_eq!(planned.into_inner().diagnostics[0].summary, "It gets dusty");
    let request = proto::invoke_action::Request {
        action_type,
        config,
        ..Default::default()
    };
    let events = core
        .server
        .invoke_action(tonic::Request::new(request))
        .await
        .unwrap();
    let (mut progress, mut ended) = (Vec::new(), Vec::new());
    let mut events = events.into_inner();
    while let Some(event) = events.next().await {
        match event.unwrap().r#type.unwrap() {
            Ended::Progress(one) => progress.push(one.message),
            Ended::Completed(one) => {
                ended.push(errors(&one.diagnostics).join(", "));
            }
        }
    }
    (progress, ended)
}

#[tokio::test]
async fn an_action_tells_its_progress_and_how_it_ended() {
    assert_eq!(
        sweep(2).await,
        (
            vec!["aisle 0".into(), "aisle 1".into()],
            vec![String::new()]
        )
    );
    assert_eq!(sweep(3).await.1, ["Broom is broken"]);
}
