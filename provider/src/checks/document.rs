//! The plan document that checks are shown; `sdk/plan-document.md` describes it.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};
use tfplugin::resource::Plan;
use tfplugin::{Provider, Value};

use crate::config::ProviderBlock;
use crate::lifecycle::Recorded;

const SCHEMA: u32 = 1;

/// The whole document, of the resources known so far by address.
pub(super) fn document(resources: &BTreeMap<String, Json>) -> String {
    json!({ "schema": SCHEMA, "resources": resources.values().collect::<Vec<_>>() }).to_string()
}

/// The address of a resource as far as a provider knows it: its type and natural key.
pub(super) fn address<R: Recorded>(planned: &R) -> String {
    let key = planned
        .key()
        .unwrap_or_else(|_| "(known after apply)".to_owned());
    format!("{}_{}.{key}", ProviderBlock::NAME, R::NAME)
}

/// The entry of one resource.
pub(super) fn resource<R: Recorded>(address: &str, plan: &Plan<R>) -> Json {
    let change = match &plan.prior {
        None => "create",
        Some(_) if plan.is_unchanged() => "keep",
        Some(_) => "update",
    };
    let mut unknown = Vec::new();
    let planned = json(&plan.planned.encode(), "", &mut unknown);
    let prior = plan
        .prior
        .as_ref()
        .map(|prior| json(&prior.encode(), "", &mut Vec::new()));
    json!({
        "address": address,
        "type": format!("{}_{}", ProviderBlock::NAME, R::NAME),
        "change": change,
        "prior": prior,
        "planned": planned,
        "unknown": unknown,
    })
}

/// A value as JSON; what is unknown is null there, and its path noted.
fn json(value: &Value, path: &str, unknown: &mut Vec<String>) -> Json {
    let below = |step: &str| {
        if path.is_empty() {
            step.to_owned()
        } else {
            format!("{path}.{step}")
        }
    };
    match value {
        Value::Null => Json::Null,
        Value::Unknown(_) => {
            unknown.push(path.to_owned());
            Json::Null
        }
        Value::Bool(value) => Json::Bool(*value),
        Value::Number(number) => number.as_str().parse().map_or(Json::Null, Json::Number),
        Value::String(text) => Json::String(text.clone()),
        Value::List(items) => {
            let items = items.iter().enumerate();
            items
                .map(|(index, item)| json(item, &below(&index.to_string()), unknown))
                .collect()
        }
        Value::Map(entries) => {
            let mut object = Map::new();
            for (name, entry) in entries {
                object.insert(name.clone(), json(entry, &below(name), unknown));
            }
            Json::Object(object)
        }
        Value::Dynamic(typed) => json(&typed.value, path, unknown),
    }
}
