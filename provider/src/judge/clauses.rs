//! Who will hold which clause of a split, as the connectors of its targets say.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value as Json;
use tfplugin::{Diagnostic, Path};

use crate::realize::{Enforcement, PlannedObject};

/// One clause on one platform.
struct Held<'h> {
    connector: &'h str,
    enforcement: Enforcement,
}

/// Says of every clause who will hold it, when something is about to change or when nobody will hold one. A clause that one of
/// the targets enforces or mediates is held, whatever the others cannot do.
pub fn told(planned: &[PlannedObject], changes: bool) -> Option<Diagnostic> {
    let mut clauses: BTreeMap<String, Vec<Held<'_>>> = BTreeMap::new();
    let mut order = Vec::new();
    for object in planned {
        let told = object
            .change
            .attributes
            .get("clauses")
            .and_then(Json::as_array);
        for clause in told.into_iter().flatten() {
            let enforcement = Enforcement::of(clause);
            let name = text(&enforcement.clause).to_owned();
            let held = clauses.entry(name.clone()).or_insert_with(|| {
                order.push(name);
                Vec::new()
            });
            held.push(Held {
                connector: &object.connector,
                enforcement,
            });
        }
    }
    let open: BTreeSet<&String> = clauses
        .iter()
        .filter(|(_, held)| held.iter().all(Held::is_advisory))
        .map(|(clause, _)| clause)
        .collect();
    if order.is_empty() || (open.is_empty() && !changes) {
        return None;
    }
    let mut detail = if open.is_empty() {
        format!("Every one of the {} clauses will be held:\n", order.len())
    } else {
        format!(
            "{} of the {} clauses will be held by nobody (advisory), however the configuration reads:\n",
            open.len(),
            order.len()
        )
    };
    // The ones that nobody holds first.
    let (first, then): (Vec<&String>, Vec<&String>) =
        order.iter().partition(|clause| open.contains(clause));
    for clause in first.into_iter().chain(then) {
        for held in clauses.get(clause).into_iter().flatten() {
            held.write(clause, !open.contains(clause), &mut detail);
        }
    }
    let (summary, remedy) = if open.is_empty() {
        ("Split is held by its platforms", "There is nothing to do.")
    } else {
        (
            "Split is held in part only",
            "Hold what is advisory by other means, add a target that can enforce it, or take it out of the split: a clause \
             that nobody holds is a wish.",
        )
    };
    // Writing to a string does not fail.
    let _ = write!(detail, "\n\n{remedy}\n\nsplit-enforcement");
    Some(Diagnostic::warning(summary, detail).at(Path::root().attribute("target")))
}

impl Held<'_> {
    fn is_advisory(&self) -> bool {
        text(&self.enforcement.enforcement) == "advisory"
    }

    /// Writes the line of a clause; what one platform cannot do and another does is left out.
    fn write(&self, clause: &str, is_held: bool, detail: &mut String) {
        if is_held && self.is_advisory() {
            return;
        }
        let Enforcement {
            enforcement,
            by,
            reason,
            ..
        } = &self.enforcement;
        // Writing to a string does not fail.
        let _ = write!(
            detail,
            "\n  {}: {clause} ({}",
            text(enforcement),
            self.connector
        );
        for (word, said) in [(" by ", text(by)), (": ", text(reason))] {
            if !said.is_empty() {
                let _ = write!(detail, "{word}{said}");
            }
        }
        detail.push(')');
    }
}

fn text(field: &tfplugin::field::Computed<String>) -> &str {
    field.known().map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use portcullis_plugin_host::{Action, Change};
    use serde_json::json;

    use super::*;

    fn planned(connector: &str, clauses: &[(&str, &str)]) -> PlannedObject {
        let clauses: Vec<Json> = clauses
            .iter()
            .map(|(clause, enforcement)| {
                json!({"clause": clause, "enforcement": enforcement, "by": "Role a", "reason": "why"})
            })
            .collect();
        PlannedObject {
            connector: connector.to_owned(),
            prior: None,
            change: Change {
                action: Action::Create,
                kind: "grant".to_owned(),
                name: "production/a".to_owned(),
                attributes: json!({"clauses": clauses}),
                unknown: Vec::new(),
                replaced_by: Vec::new(),
            },
            token: String::new(),
        }
    }

    #[test]
    fn a_clause_that_one_platform_holds_is_held() {
        let both = [
            planned(
                "cluster",
                &[
                    ("deploy may rollout", "enforced"),
                    ("runtime read vault:a", "advisory"),
                ],
            ),
            planned(
                "bao",
                &[
                    ("deploy may rollout", "advisory"),
                    ("runtime read vault:a", "enforced"),
                ],
            ),
        ];
        assert!(told(&both, false).is_none());
        let said = told(&both, true).unwrap();
        assert_eq!(said.summary, "Split is held by its platforms");
        assert!(!said.detail.contains("advisory"), "{}", said.detail);
    }

    #[test]
    fn a_clause_that_nobody_holds_is_said_first_and_in_every_plan() {
        let one = [planned(
            "cluster",
            &[("a", "enforced"), ("b", "advisory"), ("c", "nonsense")],
        )];
        let said = told(&one, false).unwrap();
        assert_eq!(said.summary, "Split is held in part only");
        let at = |line: &str| said.detail.find(line).unwrap();
        assert!(
            said.detail.starts_with("2 of the 3 clauses"),
            "{}",
            said.detail
        );
        assert!(at("advisory: b (cluster") < at("advisory: c (cluster"));
        assert!(at("advisory: c (cluster") < at("enforced: a (cluster by Role a"));
    }

    #[test]
    fn without_targets_there_is_nothing_to_say() {
        assert!(told(&[], true).is_none());
    }
}
