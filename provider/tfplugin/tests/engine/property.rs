//! Whatever is configured: the guard finds no breach, and what was applied plans empty.

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use tfplugin::guard::Replan;
use tfplugin::proto::provider_server::Provider as _;
use tfplugin::proto::{self, DynamicValue};
use tfplugin::value::msgpack;
use tfplugin::{Type, Value};
use tokio::runtime::Builder;

use crate::core::{Core, UNKNOWN, wire};

fn colour() -> impl Strategy<Value = Json> {
    prop::sample::select(vec!["red", "RED", "green", "Green"]).prop_map(|word| json!(word))
}

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "c", "d"]).prop_map(str::to_owned)
}

fn labels() -> impl Strategy<Value = Json> {
    let shelf = word().prop_map(|text| json!({"text": text}));
    prop::collection::btree_map(word(), shelf, 0..3).prop_map(|shelves| json!(shelves))
}

fn items() -> impl Strategy<Value = Json> {
    let item = (word(), any::<Option<bool>>())
        .prop_map(|(sku, sealed)| json!({"sku": sku, "sealed": sealed}));
    prop::collection::btree_map(word(), item, 0..3).prop_map(|items| json!(items))
}

fn straps() -> impl Strategy<Value = Json> {
    // Sets hold no member twice, and colours that differ in case alone are told apart by core.
    let strap = (colour(), any::<Option<u8>>());
    prop::collection::vec(strap, 0..4).prop_map(|straps| {
        let mut seen = std::collections::BTreeSet::new();
        let mut fresh =
            |(colour, length): &(Json, Option<u8>)| seen.insert(format!("{colour} {length:?}"));
        let straps = straps.into_iter().filter(|strap| fresh(strap));
        straps
            .map(|(colour, length)| json!({"colour": colour, "length": length}))
            .collect()
    })
}

/// Bins as core sends them: one value with its type.
fn bins() -> impl Strategy<Value = Json> {
    let setting = prop_oneof![
        Just((json!("dynamic"), json!(null))),
        word().prop_map(|text| (json!("string"), json!(text))),
        any::<i32>().prop_map(|number| (json!(["object", {"n": "number"}]), json!({"n": number}))),
    ];
    prop::collection::btree_map(word(), (setting, any::<Option<u8>>()), 0..3).prop_map(|bins| {
        let types = bins.iter().map(|(label, ((ty, _), _))| {
            (
                label.clone(),
                json!(["object", {"config": ty, "depth": "number"}]),
            )
        });
        let values = bins.iter().map(|(label, ((_, value), depth))| {
            (label.clone(), json!({"config": value, "depth": depth}))
        });
        let types: serde_json::Map<_, _> = types.collect();
        json!({"type": ["object", types], "value": values.collect::<serde_json::Map<_, _>>()})
    })
}

fn rack() -> impl Strategy<Value = Json> {
    let attributes = (
        word(),
        prop::option::of(prop::sample::subsequence(vec!["red", "GREEN"], 0..=2)),
        prop::option::of(prop::collection::btree_map(word(), -1000i32..1000, 0..3)),
        prop::option::of(labels()),
        prop::option::of(word()),
        prop::option::of(1u32..5),
    );
    let blocks = (word(), prop::option::of(word()), straps(), items(), bins());
    (attributes, blocks).prop_map(|((name, tags, weights, shelves, sign, levels), blocks)| {
        let (foot, lamp, straps, cartons, bins) = blocks;
        let weights = weights.map(|weights| {
            let tenths = weights
                .into_iter()
                .map(|(key, tenths)| (key, f64::from(tenths) / 10.0));
            tenths.collect::<std::collections::BTreeMap<_, _>>()
        });
        json!({
            "name": name, "tags": tags, "weights": weights, "shelves": shelves,
            "sign": sign.map(|text| json!({"text": text})),
            "anything": {"type": ["tuple", ["string"]], "value": [foot]},
            "levels": levels, "foot": {"sku": foot}, "lamp": lamp.map(|sku| json!({"sku": sku})),
            "strap": straps, "carton": cartons, "bin": bins,
        })
    })
}

/// Core's side of the conversation about racks.
pub struct Rig {
    core: Core,
    pub ty: Type,
}

impl Rig {
    pub async fn new() -> Self {
        let core = Core::configured().await;
        let ty = core.schema.resources["warehouse_rack"].block.implied_type();
        Self { core, ty }
    }

    pub async fn plan(
        &self,
        prior: &DynamicValue,
        config: &Json,
    ) -> proto::plan_resource_change::Response {
        let config = wire(config, &self.ty);
        let request = proto::plan_resource_change::Request {
            type_name: "warehouse_rack".to_owned(),
            prior_state: Some(prior.clone()),
            proposed_new_state: Some(config.clone()),
            config: Some(config),
            ..Default::default()
        };
        let planned = self
            .core
            .server
            .plan_resource_change(tonic::Request::new(request))
            .await;
        let planned = planned.unwrap().into_inner();
        assert!(planned.diagnostics.is_empty(), "{:#?}", planned.diagnostics);
        planned
    }

    /// Plans and applies; a replacement is planned again from nothing, as core does.
    async fn apply(&self, prior: &DynamicValue, config: &Json) -> DynamicValue {
        let mut prior = prior.clone();
        let mut planned = self.plan(&prior, config).await;
        if !planned.requires_replace.is_empty() {
            prior = wire(&json!(null), &self.ty);
            planned = self.plan(&prior, config).await;
        }
        let request = proto::apply_resource_change::Request {
            type_name: "warehouse_rack".to_owned(),
            prior_state: Some(prior),
            planned_state: planned.planned_state,
            config: Some(wire(config, &self.ty)),
            ..Default::default()
        };
        let applied = self
            .core
            .server
            .apply_resource_change(tonic::Request::new(request))
            .await;
        let applied = applied.unwrap().into_inner();
        assert!(applied.diagnostics.is_empty(), "{:#?}", applied.diagnostics);
        applied.new_state.unwrap()
    }

    fn value(&self, sent: &DynamicValue) -> Value {
        sorted(msgpack::decode(&sent.msgpack, &self.ty).unwrap())
    }
}

/// With the members of sets in one order.
fn sorted(value: Value) -> Value {
    let Value::Map(mut parts) = value else {
        return value;
    };
    for name in ["tags", "strap"] {
        if let Some(Value::List(members)) = parts.get_mut(name) {
            members.sort_by_key(|member| format!("{member:?}"));
        }
    }
    Value::Map(parts)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn what_was_applied_plans_empty(first in rack(), second in rack()) {
        let runtime = Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let rig = Rig::new().await;
            let nothing = wire(&json!(null), &rig.ty);
            let created = rig.apply(&nothing, &first).await;
            let again = rig.plan(&created, &first).await;
            assert_eq!(rig.value(&again.planned_state.unwrap()), rig.value(&created));
            let changed = rig.apply(&created, &second).await;
            let again = rig.plan(&changed, &second).await;
            assert_eq!(rig.value(&again.planned_state.unwrap()), rig.value(&changed));
            assert!(again.requires_replace.is_empty());
        });
    }

    #[test]
    fn the_plan_before_apply_keeps_what_the_first_promised(
        first in rack(),
        second in rack(),
        hidden in prop::sample::subsequence(vec!["tags", "weights", "shelves", "sign", "levels"], 0..=5),
        sku_hidden in any::<bool>(),
    ) {
        let runtime = Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let rig = Rig::new().await;
            let nothing = wire(&json!(null), &rig.ty);
            let created = rig.apply(&nothing, &first).await;
            let mut partly = second.clone();
            for name in &hidden {
                // What is left out is known to be.
                if !partly[name].is_null() {
                    partly[name] = json!(UNKNOWN);
                }
            }
            if sku_hidden {
                partly["foot"]["sku"] = json!(UNKNOWN);
            }
            for prior in [nothing, created] {
                let early = rig.plan(&prior, &partly).await;
                let late = rig.plan(&prior, &second).await;
                let check = Replan {
                    schema: &rig.core.schema.resources["warehouse_rack"],
                    prior: &rig.value(&prior),
                    first: &rig.value(&early.planned_state.unwrap()),
                    first_replaces: !early.requires_replace.is_empty(),
                    second: &rig.value(&late.planned_state.unwrap()),
                    second_replaces: !late.requires_replace.is_empty(),
                };
                let breaches = check.breaches();
                // A shelf that turns out to be sealed replaces the rack: the practitioner sees that in apply.
                let replaces = check.first_replaces != check.second_replaces;
                assert!(replaces || breaches.is_empty(), "{breaches:#?}");
            }
        });
    }
}
