//! Each rule: answers that break it beside twins that keep it.

mod answers;
mod plan;

use tfplugin::guard::{Apply, Breach, Guard, Plan, Read, Rule};
use tfplugin::value::{Path, Value};

use crate::sample::{config, planned, schema, text, with};

fn planned_from(prior: &Value, config: &Value, planned: &Value) -> Vec<Breach> {
    plan_with(prior, config, planned, &[], None, None)
}

pub(super) fn plan_with(
    prior: &Value,
    config: &Value,
    planned: &Value,
    requires_replace: &[Path],
    prior_identity: Option<&Value>,
    planned_identity: Option<&Value>,
) -> Vec<Breach> {
    Plan {
        schema: schema(),
        prior,
        config,
        planned,
        requires_replace,
        legacy_type_system: false,
        prior_identity,
        planned_identity,
    }
    .breaches()
}

pub(super) fn apply(prior: &Value, planned: &Value, new: &Value, failed: bool) -> Vec<Breach> {
    Apply {
        schema: schema(),
        prior,
        planned,
        new,
        failed,
        legacy_type_system: false,
        planned_identity: None,
        new_identity: None,
    }
    .breaches()
}

pub(super) fn read(
    new: &Value,
    prior_identity: Option<&Value>,
    new_identity: Option<&Value>,
) -> Vec<Breach> {
    Read {
        schema: schema(),
        new,
        prior_identity,
        new_identity,
    }
    .breaches()
}

#[track_caller]
pub(super) fn breaks(rule: Rule, path: &str, breaches: &[Breach]) {
    let found: Vec<_> = breaches
        .iter()
        .map(|one| (one.rule, one.path.to_string()))
        .collect();
    assert_eq!(found, [(rule, path.to_owned())], "{breaches:?}");
}

#[track_caller]
pub(super) fn keeps(breaches: &[Breach]) {
    assert_eq!(breaches, []);
}

/// A configuration with one part, and a plan for it with one part.
pub(super) fn pair(name: &str, wanted: Value, got: Value) -> (Value, Value) {
    (
        with(&config(), [(name, wanted)]),
        with(&planned(), [(name, got)]),
    )
}

#[track_caller]
pub(super) fn pair_breaks(rule: Rule, path: &str, name: &str, wanted: Value, got: Value) {
    let (config, planned) = pair(name, wanted, got);
    breaks(rule, path, &planned_from(&Value::Null, &config, &planned));
}

#[track_caller]
pub(super) fn pair_keeps(name: &str, wanted: Value, got: Value) {
    let (config, planned) = pair(name, wanted, got);
    keeps(&planned_from(&Value::Null, &config, &planned));
}

#[test]
fn every_rule_has_its_test() {
    let source = [include_str!("plan.rs"), include_str!("answers.rs")].concat();
    for rule in Rule::ALL {
        let prefix = format!("fn {}_", rule.to_string().to_lowercase());
        assert!(source.contains(&prefix), "{rule} has no test");
    }
}

#[test]
fn sensitive_values_are_never_spelled_out() {
    let (config, planned) = pair("secret", text("hunter2"), text("hunter3"));
    let breaches = planned_from(&Value::Null, &config, &planned);
    breaks(Rule::Configured, "secret", &breaches);
    assert!(!format!("{breaches:?}").contains("hunter"), "{breaches:?}");
}

#[test]
fn a_breach_blames_the_provider() {
    let (config, planned) = pair("note", text("a"), text("b"));
    let check = || planned_from(&Value::Null, &config, &planned);
    let said = Guard::switched(true).check("acme_thing", check).unwrap();
    assert_eq!(
        said.summary,
        "The provider broke its contract with Terraform"
    );
    assert_eq!(said.path.to_string(), "note");
    let line = "  R2 at `note` (a configured value is planned as configured, or as it was): \
                expected `\"a\"`, found `\"b\"`";
    assert!(said.detail.contains(line), "{}", said.detail);
    assert!(said.detail.ends_with("provider-contract-breach"));
    assert_eq!(Guard::switched(false).check("acme_thing", check), None);
    assert_eq!(Guard::default(), Guard::switched(cfg!(debug_assertions)));
}
