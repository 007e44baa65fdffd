//! The derive, against what serde really accepts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;

use portcullis_plugin::Config;
use serde::Deserialize;
use serde_json::{Value, json};

/// Where the cluster is.
///
/// This paragraph is for readers of the source.
#[derive(Config, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Settings {
    /// Where its API listens,
    /// with a path if it lies behind one.
    #[config(pattern = "^https?://", min_length = 8)]
    base_url: String,
    #[serde(default = "fifty")]
    #[config(minimum = 1, maximum = 500)]
    page_size: u16,
    #[config(minimum = -90)]
    latitude: Option<f64>,
    #[serde(default)]
    zones: Vec<Zone>,
    #[serde(rename = "owner")]
    owned_by: Option<BTreeMap<String, Team>>,
    r#type: Kind,
    #[serde(skip)]
    seen: bool,
}

#[derive(Config, Debug, Deserialize)]
struct Zone {
    name: String,
    free: bool,
}

#[derive(Config, Debug, Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Team {
    members: Vec<String>,
}

/// How it is run.
#[derive(Config, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    OnPrem,
    #[serde(rename = "cloud")]
    SomebodyElse,
}

fn fifty() -> u16 {
    50
}

fn schema() -> Value {
    serde_json::from_str(&Settings::SCHEMA.to_json()).unwrap()
}

#[test]
fn a_struct_becomes_an_object_with_its_attributes() {
    assert_eq!(
        schema(),
        json!({
            "type": "object",
            "description": "Where the cluster is.",
            "properties": {
                "base-url": {
                    "type": "string",
                    "description": "Where its API listens, with a path if it lies behind one.",
                    "minLength": 8,
                    "pattern": "^https?://",
                },
                "page-size": {"type": "integer", "minimum": 1, "maximum": 500},
                "latitude": {"type": "number", "minimum": -90},
                "zones": {"type": "array", "items": {
                    "type": "object",
                    "properties": {"name": {"type": "string"}, "free": {"type": "boolean"}},
                    "required": ["name", "free"],
                    "additionalProperties": false,
                }},
                "owner": {"type": "object", "additionalProperties": {
                    "type": "object",
                    "properties": {"members": {"type": "array", "items": {"type": "string"}}},
                    "required": [],
                    "additionalProperties": false,
                }},
                "type": {"type": "string", "enum": ["on_prem", "cloud"], "description": "How it is run."},
            },
            "required": ["base-url", "type"],
            "additionalProperties": false,
        })
    );
}

#[test]
fn what_the_shape_requires_serde_requires_and_nothing_more() {
    let whole = json!({
        "base-url": "https://a.example", "page-size": 1, "latitude": 1.5, "zones": [{"name": "a", "free": true}],
        "owner": {"team:a": {}}, "type": "cloud",
    });
    let required: Vec<&str> = schema()["required"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| match name.as_str().unwrap() {
            "base-url" => "base-url",
            "type" => "type",
            other => panic!("{other}"),
        })
        .collect();
    for name in schema()["properties"].as_object().unwrap().keys() {
        let mut part = whole.clone();
        part.as_object_mut().unwrap().remove(name);
        let read = serde_json::from_value::<Settings>(part);
        assert_eq!(
            read.is_err(),
            required.contains(&name.as_str()),
            "{name}: {read:?}"
        );
    }
    let settings: Settings = serde_json::from_value(whole).unwrap();
    assert!(!settings.seen && settings.zones[0].free && settings.zones[0].name == "a");
    assert!(settings.owned_by.unwrap()["team:a"].members.is_empty());
    assert!(
        matches!(settings.r#type, Kind::SomebodyElse) && !matches!(settings.r#type, Kind::OnPrem)
    );
    assert_eq!(
        (
            settings.base_url.as_str(),
            settings.page_size,
            settings.latitude
        ),
        ("https://a.example", 1, Some(1.5))
    );
}

#[test]
fn a_name_in_the_schema_is_a_name_that_serde_knows() {
    let unknown = json!({"base-url": "https://a.example", "type": "on_prem", "base_url": "x"});
    assert!(serde_json::from_value::<Settings>(unknown).is_err());
}
