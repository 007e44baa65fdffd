//! What a plan may hold.

use tfplugin::guard::{Plan, Rule};
use tfplugin::value::{Path, Refinement, Value};

use super::{apply, breaks, keeps, pair_breaks, pair_keeps, plan_with, planned_from as plan, read};
use crate::sample::{config, connector, connectors, object, planned, schema, state, text, with};

#[test]
fn r1_something_is_planned_exactly_when_something_is_configured() {
    breaks(
        Rule::PlanExists,
        "",
        &plan(&Value::Null, &config(), &Value::Null),
    );
    breaks(
        Rule::PlanExists,
        "",
        &plan(&state(), &Value::Null, &state()),
    );
    keeps(&plan(&Value::Null, &config(), &planned()));
    keeps(&plan(&state(), &Value::Null, &Value::Null));
}

#[test]
fn r2_a_configured_value_is_planned_as_configured_or_as_it_was() {
    pair_breaks(Rule::Configured, "note", "note", text("a"), text("b"));
    pair_breaks(
        Rule::Configured,
        "note",
        "note",
        Value::unknown(),
        text("b"),
    );
    pair_breaks(
        Rule::Configured,
        "size",
        "size",
        Value::Number(2_i64.into()),
        Value::Null,
    );
    let promised = Value::Unknown(Refinement::prefix("a"));
    pair_keeps("note", Value::unknown(), promised);
    let (a, b) = (text("a"), text("b"));
    let (wanted, got) = (vec![a.clone(), b.clone()], vec![b, a]);
    pair_keeps("zones", Value::List(wanted), Value::List(got));
    let prior = with(&state(), [("note", text("10 GiB"))]);
    let normalised = |planned: &str| {
        let config = with(&config(), [("note", text("10240 MiB"))]);
        plan(&prior, &config, &with(&state(), [("note", text(planned))]))
    };
    keeps(&normalised("10 GiB"));
    breaks(Rule::Configured, "note", &normalised("10737418240"));
}

#[test]
fn r3_only_computed_attributes_are_filled_in() {
    pair_breaks(Rule::OnlyComputed, "note", "note", Value::Null, text("b"));
    pair_breaks(
        Rule::OnlyComputed,
        "labels",
        "labels",
        Value::Null,
        Value::unknown(),
    );
    pair_keeps("size", Value::Null, Value::Number(5_i64.into()));
    pair_keeps("id", Value::Null, text("known"));
}

#[test]
fn r4_write_only_values_leave_no_trace() {
    let token = [("token_wo", text("t"))];
    pair_breaks(
        Rule::WriteOnly,
        "token_wo",
        "token_wo",
        text("t"),
        text("t"),
    );
    breaks(
        Rule::WriteOnly,
        "token_wo",
        &apply(
            &Value::Null,
            &with(&planned(), token.clone()),
            &with(&state(), token.clone()),
            false,
        ),
    );
    breaks(
        Rule::WriteOnly,
        "token_wo",
        &read(&with(&state(), token), None, None),
    );
    pair_keeps("token_wo", text("t"), Value::Null);
    keeps(&apply(&Value::Null, &planned(), &state(), false));
    keeps(&read(&state(), None, None));
}

#[test]
fn r5_blocks_are_planned_as_many_as_configured() {
    let disk = |id: Value| object([("size", text("1T")), ("id", id)]);
    let disks = |ids: Vec<Value>| Value::List(ids.into_iter().map(disk).collect());
    let one = || disks(vec![Value::Null]);
    pair_breaks(Rule::Blocks, "disk", "disk", one(), disks(vec![]));
    pair_breaks(Rule::Blocks, "disk", "disk", one(), Value::Null);
    pair_breaks(Rule::Blocks, "disk", "disk", one(), Value::unknown());
    pair_breaks(Rule::Blocks, "disk", "disk", Value::unknown(), one());
    pair_keeps("disk", one(), disks(vec![Value::unknown()]));
    pair_keeps("disk", Value::unknown(), Value::unknown());
    let limit = || object([("of", text("8"))]);
    pair_breaks(Rule::Blocks, "limit", "limit", limit(), Value::Null);
    pair_breaks(Rule::Blocks, "limit", "limit", Value::Null, limit());
    pair_keeps("limit", limit(), limit());
    let members = |labels: &[&str]| {
        let labels = labels
            .iter()
            .map(|label| ((*label).to_owned(), connector(text("p"), None)));
        connectors(labels.collect())
    };
    pair_breaks(
        Rule::Blocks,
        r#"connector["b"]"#,
        "connector",
        members(&["a"]),
        members(&["a", "b"]),
    );
    pair_keeps("connector", members(&["a"]), members(&["a"]));
}

#[test]
fn r6_nested_objects_are_planned_as_many_as_configured() {
    let rule = |id: Value| object([("port", Value::Number(80_i64.into())), ("id", id)]);
    let rules = |ids: Vec<Value>| Value::List(ids.into_iter().map(rule).collect());
    let one = || rules(vec![Value::Null]);
    pair_breaks(
        Rule::NestedAttributes,
        "rules",
        "rules",
        one(),
        rules(vec![Value::Null; 2]),
    );
    pair_breaks(
        Rule::NestedAttributes,
        "rules",
        "rules",
        one(),
        Value::unknown(),
    );
    pair_breaks(
        Rule::NestedAttributes,
        "rules[0]",
        "rules",
        one(),
        Value::List(vec![Value::unknown()]),
    );
    pair_keeps("rules", one(), rules(vec![Value::unknown()]));
    pair_keeps("rules", Value::unknown(), Value::unknown());
}

#[test]
fn r7_paths_that_force_replacement_lead_somewhere() {
    let replace = |path: Path| {
        let parts = || [("name", text("b")), ("zones", Value::List(vec![text("z")]))];
        let (prior, planned) = (state(), with(&state(), parts()));
        let config = with(&config(), parts());
        plan_with(&prior, &config, &planned, &[path], None, None)
    };
    breaks(
        Rule::ReplacePaths,
        "naem",
        &replace(Path::root().attribute("naem")),
    );
    breaks(
        Rule::ReplacePaths,
        "zones[0]",
        &replace(Path::root().attribute("zones").index(0)),
    );
    keeps(&replace(Path::root().attribute("name")));
}

#[test]
fn r8_no_answer_asks_for_leniency() {
    let legacy = |legacy_type_system| {
        Plan {
            schema: schema(),
            prior: &Value::Null,
            config: &config(),
            planned: &planned(),
            requires_replace: &[],
            legacy_type_system,
            prior_identity: None,
            planned_identity: None,
        }
        .breaches()
    };
    breaks(Rule::NotLegacy, "", &legacy(true));
    keeps(&legacy(false));
}
