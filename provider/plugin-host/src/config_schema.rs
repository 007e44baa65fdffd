//! The shape of a plugin's `config`, checked before anything runs.
//!
//! JSON Schema 2020-12 restricted to the keywords of `sdk/manifest.md`. A schema with another keyword is refused whole, so
//! that nobody relies on what is not checked.

mod fault;
mod node;

use std::collections::BTreeSet;

use serde_json::Value;

pub use fault::{ConfigFault, ConfigStep};
use node::Node;

/// The shape of a plugin's `config`.
#[derive(Clone, Debug)]
pub struct ConfigSchema {
    root: Node,
}

impl ConfigSchema {
    /// Reads the schema that a manifest holds.
    ///
    /// # Errors
    /// A clause that says which part of it this host does not understand.
    pub fn parse(schema: &Value) -> Result<Self, String> {
        let root = Node::parse(schema)?;
        if !root.is_object() {
            return Err("its `type` is not `object`".to_owned());
        }
        Ok(Self { root })
    }

    /// Everything that is wrong with a configuration, in the order of its attributes. `unknown` are the paths, joined with
    /// dots, whose values are decided later; they are not judged. A missing configuration is judged as an empty one.
    #[must_use]
    pub fn faults(&self, config: &Value, unknown: &BTreeSet<String>) -> Vec<ConfigFault> {
        let empty = Value::Object(serde_json::Map::new());
        let config = if config.is_null() { &empty } else { config };
        let mut judge = node::Judge::new(unknown);
        judge.value(&self.root, config);
        judge.into_faults()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::ConfigSchema;

    fn schema() -> ConfigSchema {
        ConfigSchema::parse(&json!({
            "type": "object",
            "required": ["url"],
            "properties": {
                "url": {"type": "string", "pattern": "^https?://", "description": "Where the server listens."},
                "retries": {"type": "integer", "minimum": 0, "maximum": 8},
                "mode": {"type": "string", "enum": ["fast", "slow"]},
                "pools": {"type": "array", "items": {"type": "object", "required": ["name"], "properties": {
                    "name": {"type": "string", "minLength": 1},
                }}},
                "budget": {"type": "object", "additionalProperties": {"type": "integer"}},
            },
        }))
        .unwrap()
    }

    fn faults(config: &Value, unknown: &[&str]) -> Vec<String> {
        let unknown: BTreeSet<String> = unknown.iter().map(|path| (*path).to_owned()).collect();
        let faults = schema().faults(config, &unknown);
        faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_fits_has_no_fault() {
        for config in [
            json!({"url": "https://a.example"}),
            json!({"url": "http://a", "retries": 8, "mode": "fast", "pools": [{"name": "p"}], "budget": {"x": 1}}),
            json!({"url": "http://a", "retries": null}),
        ] {
            assert_eq!(faults(&config, &[]), [""; 0], "{config}");
        }
    }

    #[test]
    fn what_does_not_fit_is_told_at_its_place() {
        for (config, text) in [
            (
                Value::Null,
                "`config` needs the attribute `url`, a string that matches `^https?://`",
            ),
            (
                json!({"url": "http://a", "retrys": 1}),
                "no attribute `config.retrys`.\n\nDid you mean `retries`?",
            ),
            (
                json!({"url": "http://a", "zzz": 1}),
                "Write one of `budget`, `mode`, `pools`, `retries`, `url`.",
            ),
            (
                json!({"url": 5}),
                "at `config.url`, found `5`.\n\nWrite a string that matches `^https?://` there: Where",
            ),
            (json!({"url": "hunter2"}), "found a string of 7 characters."),
            (
                json!({"url": "http://a", "retries": 9}),
                "a whole number from 0 to 8 at `config.retries`, found `9`",
            ),
            (json!({"url": "http://a", "retries": 1.5}), "found `1.5`"),
            (
                json!({"url": "http://a", "mode": "brisk"}),
                "Expected one of `\"fast\"`, `\"slow\"` at `config.mode`",
            ),
            (
                json!({"url": "http://a", "pools": [{"name": "p"}, {}]}),
                "`config.pools[1]` needs the attribute `name`",
            ),
            (
                json!({"url": "http://a", "budget": {"team:a": "x"}}),
                "at `config.budget[\"team:a\"]`",
            ),
        ] {
            let found = faults(&config, &[]);
            assert_eq!(found.len(), 1, "{config}: {found:?}");
            assert!(found[0].contains(text), "{config}: {}", found[0]);
            assert!(found[0].starts_with("Plugin configuration is not valid\n"));
            assert!(found[0].ends_with("\n\nplugin-config"));
            assert!(
                !found[0].contains("hunter2"),
                "text of a configuration may be sensitive"
            );
        }
    }

    #[test]
    fn what_is_unknown_is_not_judged() {
        assert_eq!(faults(&json!({"url": null}), &["url"]), [""; 0]);
        assert_eq!(
            faults(
                &json!({"url": "http://a", "pools": [{"name": null}]}),
                &["pools.0.name"]
            ),
            [""; 0]
        );
        assert_eq!(
            faults(&json!({"url": "http://a", "pools": [{"name": null}]}), &[]).len(),
            1
        );
    }

    #[test]
    fn a_schema_that_says_more_than_is_checked_is_refused() {
        for (schema, reason) in [
            (json!({"type": "object", "oneOf": []}), "oneOf"),
            (json!({"type": "array"}), "not `object`"),
            (
                json!({"type": "object", "properties": {"a": {"type": "string", "pattern": "("}}}),
                "open group",
            ),
            (
                json!({"type": "object", "properties": {"a": {"type": "string", "pattern": "a".repeat(513)}}}),
                "512 bytes",
            ),
            (json!({"properties": {}}), "type"),
        ] {
            let error = ConfigSchema::parse(&schema).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }
}
