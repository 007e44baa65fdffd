//! Core's side of the conversation: requests made from JSON, answers shown as JSON.

use serde_json::json;
use tfplugin::proto::provider_server::Provider as Service;
use tfplugin::proto::{self, DynamicValue};
use tfplugin::schema::ProviderSchema;
use tfplugin::value::{json as state_json, msgpack};
use tfplugin::{ProviderServer, Type, Value};

use crate::rack::Rack;
use crate::warehouse::{Site, server};

/// A provider as core talks to it.
pub struct Core {
    pub server: ProviderServer<Site>,
    pub schema: ProviderSchema,
}

/// How the unknown value is written in the JSON of these tests.
pub const UNKNOWN: &str = "(unknown)";

impl Core {
    pub fn unconfigured() -> Self {
        let server = server().resource::<Rack>();
        let schema = server.schema();
        Self { server, schema }
    }

    pub async fn configured() -> Self {
        let core = Self::unconfigured();
        let said = core.configure(json!({})).await;
        assert_eq!(said, ["Warehouse is old: 1.11.4"]);
        core
    }

    pub async fn configure(&self, config: serde_json::Value) -> Vec<String> {
        let ty = self.schema.provider.block.implied_type();
        let request = proto::configure_provider::Request {
            terraform_version: "1.11.4".to_owned(),
            config: Some(wire(&config, &ty)),
            ..Default::default()
        };
        let response = self
            .server
            .configure_provider(tonic::Request::new(request))
            .await;
        texts(&response.unwrap().into_inner().diagnostics)
    }

    pub fn pallet(&self) -> Type {
        self.schema.resources["warehouse_pallet"]
            .block
            .implied_type()
    }

    /// Plans a pallet. `proposed` matters only by being null or not.
    pub async fn plan(
        &self,
        prior: serde_json::Value,
        config: serde_json::Value,
    ) -> proto::plan_resource_change::Response {
        let ty = self.pallet();
        let request = proto::plan_resource_change::Request {
            type_name: "warehouse_pallet".to_owned(),
            prior_state: Some(wire(&prior, &ty)),
            proposed_new_state: Some(wire(&config, &ty)),
            config: Some(wire(&config, &ty)),
            ..Default::default()
        };
        self.server
            .plan_resource_change(tonic::Request::new(request))
            .await
            .unwrap()
            .into_inner()
    }

    /// Applies what [`Core::plan`] planned.
    pub async fn apply(
        &self,
        prior: serde_json::Value,
        config: serde_json::Value,
    ) -> proto::apply_resource_change::Response {
        let ty = self.pallet();
        let planned = self.plan(prior.clone(), config.clone()).await;
        assert!(
            errors(&planned.diagnostics).is_empty(),
            "{:?}",
            planned.diagnostics
        );
        let request = proto::apply_resource_change::Request {
            type_name: "warehouse_pallet".to_owned(),
            prior_state: Some(wire(&prior, &ty)),
            planned_state: planned.planned_state,
            config: Some(wire(&config, &ty)),
            planned_private: planned.planned_private,
            ..Default::default()
        };
        self.server
            .apply_resource_change(tonic::Request::new(request))
            .await
            .unwrap()
            .into_inner()
    }

    pub async fn read(&self, state: serde_json::Value) -> proto::read_resource::Response {
        let request = proto::read_resource::Request {
            type_name: "warehouse_pallet".to_owned(),
            current_state: Some(wire(&state, &self.pallet())),
            private: br#"{"revision":3}"#.to_vec(),
            ..Default::default()
        };
        self.server
            .read_resource(tonic::Request::new(request))
            .await
            .unwrap()
            .into_inner()
    }

    /// The state in an answer about a pallet, without its nulls.
    pub fn shown(&self, sent: Option<&DynamicValue>) -> serde_json::Value {
        shown(sent, &self.pallet())
    }
}

/// JSON as core sends it.
pub fn wire(json: &serde_json::Value, ty: &Type) -> DynamicValue {
    let mut known = json.clone();
    null_where_unknown(&mut known);
    let mut value = state_json::decode(known.to_string().as_bytes(), ty).unwrap();
    make_unknown(json, &mut value);
    let msgpack = msgpack::encode(&value, ty).unwrap();
    DynamicValue {
        msgpack,
        json: Vec::new(),
    }
}

fn null_where_unknown(json: &mut serde_json::Value) {
    match json {
        serde_json::Value::String(text) if text == UNKNOWN => *json = json!(null),
        serde_json::Value::Array(elements) => elements.iter_mut().for_each(null_where_unknown),
        serde_json::Value::Object(parts) => parts.values_mut().for_each(null_where_unknown),
        _ => {}
    }
}

fn make_unknown(json: &serde_json::Value, value: &mut Value) {
    match (json, value) {
        (serde_json::Value::String(text), value) if text == UNKNOWN => *value = Value::unknown(),
        (serde_json::Value::Array(jsons), Value::List(elements)) => {
            jsons
                .iter()
                .zip(elements)
                .for_each(|(json, element)| make_unknown(json, element));
        }
        (serde_json::Value::Object(jsons), Value::Map(parts)) => {
            for (name, part) in parts {
                make_unknown(jsons.get(name).unwrap_or(&serde_json::Value::Null), part);
            }
        }
        _ => {}
    }
}

/// A value as core receives it, without nulls and empty lists.
pub fn shown(sent: Option<&DynamicValue>, ty: &Type) -> serde_json::Value {
    show(&msgpack::decode(&sent.unwrap().msgpack, ty).unwrap())
}

fn show(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => json!(null),
        Value::Unknown(promise) => match &promise.prefix {
            Some(prefix) => json!(format!("{prefix}{UNKNOWN}")),
            None => json!(UNKNOWN),
        },
        Value::Bool(truth) => json!(truth),
        Value::Number(number) => number.to_string().parse().unwrap(),
        Value::String(text) => json!(text),
        Value::List(elements) => elements.iter().map(show).collect(),
        Value::Map(parts) => {
            let parts = parts.iter().map(|(name, part)| (name.clone(), show(part)));
            parts
                .filter(|(_, part)| !part.is_null() && *part != json!([]))
                .collect()
        }
        Value::Dynamic(typed) => show(&typed.value),
    }
}

/// Diagnostics as `summary: detail`.
pub fn texts(diagnostics: &[proto::Diagnostic]) -> Vec<String> {
    diagnostics
        .iter()
        .map(|one| format!("{}: {}", one.summary, one.detail))
        .collect()
}

/// The summaries of the errors.
pub fn errors(diagnostics: &[proto::Diagnostic]) -> Vec<&str> {
    let errors = diagnostics.iter().filter(|one| one.severity == 1);
    errors.map(|one| one.summary.as_str()).collect()
}

/// Paths as practitioners write them.
pub fn paths(paths: &[proto::AttributePath]) -> Vec<String> {
    paths
        .iter()
        .map(|path| tfplugin::Path::from(path).to_string())
        .collect()
}
