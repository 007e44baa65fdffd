//! Aggregated cluster roles: the rules that a controller would copy into them.
//!
//! A server whose controllers are behind, or do not run, shows them empty. A bound role that will be filled in a moment
//! must not look harmless now, so the selectors are followed here.

use std::collections::{BTreeMap, BTreeSet};

use super::role::Role;
use super::rule::Rule;

/// The rules of every cluster role by name: its own and, through any number of others, those that it aggregates.
pub(crate) fn resolve(roles: &[Role]) -> BTreeMap<&str, Vec<Rule>> {
    let sources: Vec<Vec<usize>> = roles.iter().map(|role| selected(role, roles)).collect();
    let resolved = roles.iter().enumerate().map(|(start, role)| {
        let reached = reach(start, &sources);
        let rules = reached.into_iter().filter_map(|index| roles.get(index));
        let rules = rules.flat_map(|source| source.rules.iter().cloned());
        (role.metadata.name.as_str(), rules.collect())
    });
    resolved.collect()
}

/// The positions of the roles that a role aggregates.
fn selected(role: &Role, roles: &[Role]) -> Vec<usize> {
    let Some(aggregation) = &role.aggregation_rule else {
        return Vec::new();
    };
    let is_selected = |other: &Role| {
        let mut selectors = aggregation.cluster_role_selectors.iter();
        selectors.any(|selector| selector.selects(&other.metadata))
    };
    let positions = roles.iter().enumerate();
    positions
        .filter(|(_, other)| is_selected(other))
        .map(|(position, _)| position)
        .collect()
}

/// Every position that can be reached, the start among them. Roles may select each other.
fn reach(start: usize, sources: &[Vec<usize>]) -> BTreeSet<usize> {
    let mut reached = BTreeSet::from([start]);
    let mut next = vec![start];
    while let Some(position) = next.pop() {
        let more = sources.get(position).into_iter().flatten();
        next.extend(more.copied().filter(|source| reached.insert(*source)));
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::resolve;
    use crate::access::role::Role;
    use serde_json::{Value, json};

    /// A role with one rule that names it, labelled and aggregating by one label each.
    fn role(name: &str, label: &str, aggregates: &str) -> Value {
        let mut role = json!({
            "metadata": {"name": name, "labels": {label: "true"}},
            "rules": [{"verbs": ["get"], "apiGroups": [""], "resources": [name]}],
        });
        if !aggregates.is_empty() {
            role["rules"] = Value::Null;
            role["aggregationRule"] =
                json!({"clusterRoleSelectors": [{"matchLabels": {aggregates: "true"}}]});
        }
        role
    }

    fn resources(roles: &Value, name: &str) -> Vec<String> {
        let roles: Vec<Role> = serde_json::from_value(roles.clone()).unwrap();
        let rules = serde_json::to_value(&resolve(&roles)[name]).unwrap();
        let resources = rules.as_array().unwrap().iter();
        resources
            .map(|rule| rule["resources"][0].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn an_empty_role_gets_the_rules_of_those_that_it_selects_through_others() {
        let roles = json!([
            role("admin", "", "to-admin"),
            role("edit", "to-admin", "to-edit"),
            role("pods", "to-edit", ""),
            role("other", "to-other", ""),
        ]);
        assert_eq!(resources(&roles, "admin"), ["pods"]);
        assert_eq!(resources(&roles, "other"), ["other"]);
    }

    #[test]
    fn roles_that_select_each_other_come_to_an_end() {
        let roles = json!([role("a", "x", "x"), role("b", "x", "x"), role("c", "x", "")]);
        assert_eq!(resources(&roles, "a"), ["c"]);
    }

    #[test]
    fn a_role_without_selectors_aggregates_nothing() {
        let mut lone = role("lone", "x", "");
        lone["aggregationRule"] = json!({"clusterRoleSelectors": null});
        assert_eq!(
            resources(&json!([lone, role("pods", "x", "")]), "lone"),
            ["lone"]
        );
    }
}
