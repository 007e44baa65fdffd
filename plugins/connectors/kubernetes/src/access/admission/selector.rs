//! Selectors of namespaces by their labels.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::metadata::or_default;

/// Which namespaces are meant (`LabelSelector`); all of them when it is empty.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Selector {
    #[serde(default, deserialize_with = "or_default")]
    match_labels: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "or_default")]
    match_expressions: Vec<Expression>,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Expression {
    #[serde(default, deserialize_with = "or_default")]
    key: String,
    #[serde(default, deserialize_with = "or_default")]
    operator: String,
    #[serde(default, deserialize_with = "or_default")]
    values: Vec<String>,
}

impl Selector {
    pub(super) fn is_empty(&self) -> bool {
        self.match_labels.is_empty() && self.match_expressions.is_empty()
    }

    /// Whether labels are meant. An operator that nobody knows is taken to match: what it selects may be refused.
    pub(super) fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        let mut equal = self.match_labels.iter();
        equal.all(|(key, value)| labels.get(key) == Some(value))
            && self.match_expressions.iter().all(|one| one.matches(labels))
    }
}

impl Expression {
    fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        let value = labels.get(&self.key);
        let is_one = || value.is_some_and(|value| self.values.contains(value));
        match self.operator.as_str() {
            "In" => is_one(),
            "NotIn" => !is_one(),
            "Exists" => value.is_some(),
            "DoesNotExist" => value.is_none(),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Selector;
    use serde_json::{Value, json};

    fn matches(selector: Value, labels: Value) -> bool {
        let selector: Selector = serde_json::from_value(selector).unwrap();
        selector.matches(&serde_json::from_value(labels).unwrap())
    }

    #[test]
    fn labels_are_compared_as_kubernetes_does() {
        let of = |key: &str, operator: &str, values: Value| json!({"matchExpressions": [{"key": key, "operator": operator, "values": values}]});
        for (selector, labels, expected) in [
            (json!({}), json!({}), true),
            (
                json!({"matchLabels": {"a": "b"}}),
                json!({"a": "b", "c": "d"}),
                true,
            ),
            (json!({"matchLabels": {"a": "b"}}), json!({"a": "c"}), false),
            (json!({"matchLabels": {"a": "b"}}), json!({}), false),
            (of("a", "In", json!(["b", "c"])), json!({"a": "c"}), true),
            (of("a", "In", json!(["b"])), json!({}), false),
            (of("a", "NotIn", json!(["b"])), json!({}), true),
            (of("a", "NotIn", json!(["b"])), json!({"a": "b"}), false),
            (of("a", "Exists", json!(null)), json!({"a": ""}), true),
            (of("a", "Exists", json!([])), json!({}), false),
            (of("a", "DoesNotExist", json!([])), json!({}), true),
            (of("a", "DoesNotExist", json!([])), json!({"a": "b"}), false),
            (of("a", "Unheard", json!([])), json!({}), true),
        ] {
            assert_eq!(
                matches(selector.clone(), labels.clone()),
                expected,
                "{selector} {labels}"
            );
        }
    }
}
