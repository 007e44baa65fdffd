//! PlanResourceChange.

use serde_json::json;
use tfplugin::guard::Guard;
use tfplugin::proto;
use tfplugin::proto::provider_server::Provider as _;

use crate::core::{Core, UNKNOWN, errors, paths, texts, wire};

fn stored() -> serde_json::Value {
    json!({
        "name": "a", "colour": "red", "grade": "plain", "id": "pallet-a", "place": "aisle 1",
        "moved_at": 7, "item": [
            {"sku": "x", "serial": "serial of x"},
            {"sku": "y", "serial": "serial of y"},
        ],
        "labels": [{"text": "top", "serial": 0}],
    })
}

#[tokio::test]
async fn a_create_fills_defaults_and_leaves_computed_values_open() {
    let core = Core::configured().await;
    let planned = core
        .plan(json!(null), json!({"name": "a", "item": [{"sku": "x"}]}))
        .await;
    assert_eq!(
        core.shown(planned.planned_state.as_ref()),
        json!({
            "name": "a", "grade": "plain", "id": format!("pallet-{UNKNOWN}"), "place": UNKNOWN,
            "moved_at": UNKNOWN, "item": [{"sku": "x", "serial": UNKNOWN}],
        })
    );
    assert_eq!(planned.planned_private, br#"{"revision":1}"#);
    assert!(planned.requires_replace.is_empty() && planned.diagnostics.is_empty());
}

#[tokio::test]
async fn nothing_written_differently_plans_nothing() {
    let core = Core::configured().await;
    let config = json!({
        "name": "a", "colour": "red", "item": [{"sku": "x"}, {"sku": "y"}],
        "labels": [{"text": "top"}],
    });
    let planned = core.plan(stored(), config).await;
    assert_eq!(core.shown(planned.planned_state.as_ref()), stored());
    assert!(planned.requires_replace.is_empty());
}

#[tokio::test]
async fn another_form_of_the_same_is_no_change() {
    let core = Core::configured().await;
    let config = json!({
        "name": "a", "colour": "RED", "item": [{"sku": "x"}, {"sku": "y"}],
        "labels": [{"text": "top"}],
    });
    let planned = core.plan(stored(), config).await;
    assert_eq!(core.shown(planned.planned_state.as_ref()), stored());
}

#[tokio::test]
async fn only_what_depends_on_a_change_is_decided_anew() {
    let core = Core::configured().await;
    let config = json!({
        "name": "a", "colour": "green", "item": [{"sku": "x"}, {"sku": "y"}],
        "labels": [{"text": "top"}],
    });
    let planned = core.plan(stored(), config).await;
    let planned = core.shown(planned.planned_state.as_ref());
    assert_eq!(planned["colour"], "green");
    assert_eq!(planned["id"], "pallet-a");
    assert_eq!(
        (&planned["place"], &planned["moved_at"]),
        (&json!(UNKNOWN), &json!(UNKNOWN))
    );
    assert_eq!(planned["item"], stored()["item"]);
}

#[tokio::test]
async fn a_keyed_element_keeps_its_computed_values_when_it_moves() {
    let core = Core::configured().await;
    let config = json!({
        "name": "a", "colour": "red", "item": [{"sku": "new"}, {"sku": "y"}, {"sku": "x"}],
        "labels": [{"text": "bottom"}],
    });
    let planned = core.plan(stored(), config).await;
    let planned = core.shown(planned.planned_state.as_ref());
    assert_eq!(
        planned["item"],
        json!([
            {"sku": "new", "serial": UNKNOWN},
            {"sku": "y", "serial": "serial of y"},
            {"sku": "x", "serial": "serial of x"},
        ])
    );
    assert_eq!(planned["labels"], json!([{"text": "bottom", "serial": 0}]));
}

#[tokio::test]
async fn leaving_out_what_has_a_default_plans_the_default() {
    let core = Core::configured().await;
    let mut prior = stored();
    prior["grade"] = json!("fine");
    let planned = core
        .plan(prior, json!({"name": "a", "colour": "red"}))
        .await;
    assert_eq!(core.shown(planned.planned_state.as_ref())["grade"], "plain");
}

#[tokio::test]
async fn what_replaces_is_named() {
    let core = Core::configured().await;
    let config = json!({
        "name": "b", "colour": "red", "item": [{"sku": "x"}, {"sku": "y", "sealed": true}],
    });
    let planned = core.plan(stored(), config).await;
    assert_eq!(paths(&planned.requires_replace), ["name", "item[1].sealed"]);
}

#[tokio::test]
async fn write_only_values_are_never_planned() {
    let core = Core::configured().await;
    for fault in ["", "store the code"] {
        let config = json!({"name": "a", "code_wo": "1234", "fault": fault});
        let planned = core.plan(json!(null), config).await;
        assert!(planned.diagnostics.is_empty(), "{fault}");
        let planned = core.shown(planned.planned_state.as_ref());
        assert_eq!(planned.get("code_wo"), None, "{fault}");
    }
}

#[tokio::test]
async fn unknown_configuration_is_planned_as_it_is() {
    let core = Core::configured().await;
    let config = json!({"name": UNKNOWN, "item": [{"sku": UNKNOWN}], "labels": UNKNOWN});
    let planned = core
        .plan(
            json!(null),
            json!({"name": UNKNOWN, "item": [{"sku": UNKNOWN}]}),
        )
        .await;
    assert!(
        planned.diagnostics.is_empty(),
        "the check that asks for the name is deferred"
    );
    let planned = core.shown(planned.planned_state.as_ref());
    assert_eq!(planned["name"], config["name"]);
    assert_eq!(
        planned["item"],
        json!([{"sku": UNKNOWN, "serial": UNKNOWN}])
    );
}

#[tokio::test]
async fn a_destroy_is_planned_with_what_it_will_find() {
    let core = Core::configured().await;
    let ty = core.pallet();
    let request = proto::plan_resource_change::Request {
        type_name: "warehouse_pallet".to_owned(),
        prior_state: Some(wire(&stored(), &ty)),
        proposed_new_state: Some(wire(&json!(null), &ty)),
        config: Some(wire(&json!(null), &ty)),
        prior_private: br#"{"revision":5}"#.to_vec(),
        ..Default::default()
    };
    let planned = core
        .server
        .plan_resource_change(tonic::Request::new(request))
        .await
        .unwrap();
    let planned = planned.into_inner();
    assert_eq!(core.shown(planned.planned_state.as_ref()), json!(null));
    assert_eq!(
        texts(&planned.diagnostics),
        ["Pallet is loaded: `a` has items."]
    );
    assert_eq!(planned.planned_private, br#"{"revision":5}"#);
}

#[tokio::test]
async fn errors_and_panics_are_diagnostics() {
    let core = Core::configured().await;
    for (fault, summary) in [
        ("error in plan", "Pallet does not fit"),
        ("panic in plan", "Provider failed unexpectedly"),
    ] {
        let planned = core
            .plan(json!(null), json!({"name": "a", "fault": fault}))
            .await;
        assert_eq!(errors(&planned.diagnostics), [summary]);
    }
    let planned = core
        .plan(json!(null), json!({"name": "a", "colour": "panic"}))
        .await;
    assert_eq!(
        errors(&planned.diagnostics),
        ["Provider failed unexpectedly"]
    );
    let planned = core
        .plan(json!(null), json!({"name": "a", "colour": "mauve"}))
        .await;
    assert_eq!(errors(&planned.diagnostics), ["Colour is not known"]);
    let path = planned.diagnostics[0].attribute.clone().unwrap();
    assert_eq!(paths(&[path]), ["colour"]);
}

#[tokio::test]
async fn unreadable_private_state_does_not_stop_a_plan() {
    let core = Core::configured().await;
    let ty = core.pallet();
    let request = proto::plan_resource_change::Request {
        type_name: "warehouse_pallet".to_owned(),
        prior_state: Some(wire(&stored(), &ty)),
        proposed_new_state: Some(wire(&stored(), &ty)),
        config: Some(wire(&json!({"name": "a"}), &ty)),
        prior_private: b"{".to_vec(),
        ..Default::default()
    };
    let planned = core
        .server
        .plan_resource_change(tonic::Request::new(request))
        .await
        .unwrap();
    let planned = planned.into_inner();
    assert!(errors(&planned.diagnostics).is_empty());
    assert_eq!(
        planned.diagnostics[0].summary,
        "Private state cannot be read"
    );
}

#[tokio::test]
async fn an_answer_that_core_would_not_accept_is_stopped() {
    let config = json!({"name": "a", "fault": "break the contract in plan"});
    let mut core = Core::configured().await;
    let planned = core.plan(json!(null), config.clone()).await;
    assert_eq!(
        errors(&planned.diagnostics),
        ["The provider broke its contract with Terraform"]
    );
    core.server = core.server.guard(Guard::switched(false));
    let planned = core.plan(json!(null), config).await;
    assert!(planned.diagnostics.is_empty());
}
