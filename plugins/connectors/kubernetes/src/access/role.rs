//! Roles of namespaces and of the cluster.

use serde::Deserialize;

use super::rule::Rule;
use crate::metadata::{Metadata, or_default};

/// A `Role` or `ClusterRole`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Role {
    pub(crate) metadata: Metadata,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) rules: Vec<Rule>,
    /// Of cluster roles: which others it takes its rules from.
    pub(crate) aggregation_rule: Option<Aggregation>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Aggregation {
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) cluster_role_selectors: Vec<Selector>,
}

/// A label selector; one without requirements selects everything.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Selector {
    #[serde(default, deserialize_with = "or_default")]
    match_labels: std::collections::BTreeMap<String, String>,
    #[serde(default, deserialize_with = "or_default")]
    match_expressions: Vec<Requirement>,
}

#[derive(Debug, Deserialize)]
struct Requirement {
    key: String,
    operator: Operator,
    #[serde(default, deserialize_with = "or_default")]
    values: Vec<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

impl Selector {
    pub(crate) fn selects(&self, metadata: &Metadata) -> bool {
        let labels = &metadata.labels;
        let all = self
            .match_labels
            .iter()
            .all(|(key, value)| labels.get(key) == Some(value));
        all && self.match_expressions.iter().all(|requirement| {
            let value = labels.get(&requirement.key);
            let among = value.is_some_and(|value| requirement.values.contains(value));
            match requirement.operator {
                Operator::In => among,
                Operator::NotIn => !among,
                Operator::Exists => value.is_some(),
                Operator::DoesNotExist => value.is_none(),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Role, Selector};
    use serde_json::{Value, json};

    fn selects(selector: Value, labels: &Value) -> bool {
        let selector: Selector = serde_json::from_value(selector).unwrap();
        let role: Role =
            serde_json::from_value(json!({"metadata": {"name": "a", "labels": labels}})).unwrap();
        selector.selects(&role.metadata)
    }

    #[test]
    fn every_operator_of_a_selector_decides() {
        let expression = |operator: &str, values: Value| json!({"matchExpressions": [{"key": "tier", "operator": operator, "values": values}]});
        for (selector, with_gold, with_none) in [
            (json!({}), true, true),
            (json!({"matchLabels": {"tier": "gold"}}), true, false),
            (json!({"matchLabels": {"tier": "tin"}}), false, false),
            (expression("In", json!(["gold", "tin"])), true, false),
            (expression("NotIn", json!(["tin"])), true, true),
            (expression("NotIn", json!(["gold"])), false, true),
            (expression("Exists", Value::Null), true, false),
            (expression("DoesNotExist", Value::Null), false, true),
        ] {
            assert_eq!(
                selects(selector.clone(), &json!({"tier": "gold"})),
                with_gold,
                "{selector}"
            );
            assert_eq!(
                selects(selector.clone(), &Value::Null),
                with_none,
                "{selector}"
            );
        }
    }

    #[test]
    fn an_operator_that_is_not_known_is_an_error() {
        let selector = json!({"matchExpressions": [{"key": "tier", "operator": "Near"}]});
        assert!(serde_json::from_value::<Selector>(selector).is_err());
    }
}
