//! Replacement, wherever the value that forces it is.

use serde_json::{Value as Json, json};

use crate::core::{paths, wire};
use crate::property::Rig;

async fn replaced(from: Json, to: Json) -> Vec<String> {
    let rig = Rig::new().await;
    let rack = |with: Json| {
        let mut rack = json!({"name": "r", "levels": 2, "foot": {"sku": "x"}});
        rack.as_object_mut()
            .unwrap()
            .extend(with.as_object().unwrap().clone());
        rack
    };
    let planned = rig.plan(&wire(&rack(from), &rig.ty), &rack(to)).await;
    paths(&planned.requires_replace)
}

#[tokio::test]
async fn what_replaces_is_named_in_every_shape() {
    let label = |sealed: bool| json!({"text": "top", "sealed": sealed});
    let part = |sealed: bool| json!({"sku": "x", "sealed": sealed});
    let strap = |colour: &str| json!([{"colour": colour}]);
    for (from, to, named) in [
        (
            json!({"sign": label(true)}),
            json!({"sign": label(false)}),
            &["sign.sealed"][..],
        ),
        (
            json!({"shelves": {"a": label(true)}}),
            json!({"shelves": {"a": label(true), "b": label(true)}}),
            &["shelves[\"b\"].sealed"],
        ),
        (
            json!({"shelves": {"a": label(true)}}),
            json!({"shelves": {}}),
            &["shelves[\"a\"].sealed"],
        ),
        (
            json!({"foot": part(true)}),
            json!({"foot": part(false)}),
            &["foot.sealed"],
        ),
        (json!({"lamp": part(true)}), json!({}), &["lamp.sealed"]),
        (
            json!({"carton": {"a": part(true)}}),
            json!({"carton": {"a": part(false)}}),
            &["carton[\"a\"].sealed"],
        ),
        (
            json!({"strap": strap("red")}),
            json!({"strap": strap("green")}),
            &["strap"],
        ),
        (
            json!({"strap": strap("red")}),
            json!({"strap": strap("RED")}),
            &[],
        ),
        (json!({"levels": 2}), json!({"levels": 3}), &[]),
    ] {
        assert_eq!(
            replaced(from.clone(), to.clone()).await,
            named,
            "{from} to {to}"
        );
    }
}
