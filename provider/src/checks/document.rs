//! The plan document that checks are shown; `sdk/plan-document.md` describes it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};
use tfplugin::resource::Plan;
use tfplugin::{Provider, Value};

use crate::config::ProviderBlock;
use crate::lifecycle::Recorded;

const SCHEMA: u32 = 1;

/// What this run has planned so far, ready to be written. Each resource is written once, whatever comes after it.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// JSON text by address.
    resources: BTreeMap<String, Box<str>>,
    /// Rises with every resource.
    edition: u64,
    /// The latest edition that was written.
    written: Option<Edition>,
}

/// One edition of the document. A later one holds everything that an earlier one holds.
#[derive(Debug, Clone)]
pub(super) struct Edition {
    pub(super) number: u64,
    pub(super) text: Arc<str>,
}

impl Document {
    /// Adds a resource, or replaces it, and says which edition is the first to show it.
    pub(super) fn put(&mut self, address: String, resource: &Json) -> u64 {
        self.resources
            .insert(address, resource.to_string().into_boxed_str());
        self.edition += 1;
        self.edition
    }

    /// The latest edition.
    pub(super) fn edition(&mut self, inventory: &Json, access: impl FnOnce() -> Json) -> Edition {
        if let Some(written) = &self.written
            && written.number == self.edition
        {
            return written.clone();
        }
        let len: usize = self.resources.values().map(|text| text.len() + 1).sum();
        let mut text = String::with_capacity(len + 4096);
        // Writing to a string does not fail.
        let _ = write!(text, "{{\"schema\":{SCHEMA},\"resources\":[");
        for (position, resource) in self.resources.values().enumerate() {
            if position > 0 {
                text.push(',');
            }
            text.push_str(resource);
        }
        let _ = write!(
            text,
            "],\"inventory\":{inventory},\"access\":{}}}",
            access()
        );
        let edition = Edition {
            number: self.edition,
            text: text.into(),
        };
        self.written.insert(edition).clone()
    }
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
    let config = json(&plan.config.encode(), "", &mut Vec::new());
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
        "config": config,
        "unknown": unknown,
    })
}

/// A value as JSON; what is unknown is null there, and its path noted.
pub(crate) fn json(value: &Value, path: &str, unknown: &mut Vec<String>) -> Json {
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
