//! What any other answer may hold.

use tfplugin::guard::{self, DataSource, Replan, Rule, Validate};
use tfplugin::schema::ProviderSchema;
use tfplugin::value::{Path, Refinement, Value};
use tfplugin::{Diagnostic, Diagnostics};

use super::{apply, breaks, keeps, plan_with, read};
use crate::sample::{config, object, planned, schema, state, text, with};

#[test]
fn r9_the_second_plan_keeps_the_first() {
    let again = |first: &Value, second: &Value, second_replaces| {
        Replan {
            schema: schema(),
            prior: &state(),
            first,
            first_replaces: false,
            second,
            second_replaces,
        }
        .breaches()
    };
    let promised = with(
        &state(),
        [("note", Value::Unknown(Refinement::prefix("gpu-")))],
    );
    let kept = with(&state(), [("note", text("gpu-1"))]);
    let broken = with(&state(), [("note", text("cpu-1"))]);
    breaks(Rule::SecondPlan, "note", &again(&promised, &broken, false));
    breaks(Rule::SecondPlan, "note", &again(&kept, &broken, false));
    breaks(Rule::SecondPlan, "note", &again(&kept, &promised, false));
    breaks(Rule::SecondPlan, "", &again(&kept, &kept, true));
    breaks(Rule::SecondPlan, "", &again(&state(), &kept, false));
    breaks(Rule::SecondPlan, "", &again(&kept, &Value::Null, false));
    keeps(&again(&promised, &kept, false));
    keeps(&again(&promised, &promised, false));
    keeps(&again(
        &with(&state(), [("note", Value::unknown())]),
        &state(),
        false,
    ));
}

#[test]
fn r10_what_was_planned_is_what_was_applied() {
    let applied = |new: &Value| apply(&Value::Null, &planned(), new, false);
    breaks(
        Rule::Applied,
        "note",
        &applied(&with(&state(), [("note", text("b"))])),
    );
    breaks(
        Rule::Applied,
        "id",
        &applied(&with(&state(), [("id", Value::unknown())])),
    );
    breaks(Rule::Applied, "", &applied(&Value::Null));
    breaks(
        Rule::Applied,
        "",
        &apply(&state(), &Value::Null, &state(), false),
    );
    keeps(&applied(&state()));
    keeps(&apply(&state(), &Value::Null, &Value::Null, false));
    let zones = |members: &[&str]| {
        with(
            &state(),
            [(
                "zones",
                Value::List(members.iter().map(|one| text(one)).collect()),
            )],
        )
    };
    let grown = |new: &Value| apply(&state(), &zones(&["a", "b"]), new, false);
    breaks(Rule::Applied, "zones", &grown(&zones(&["a", "b", "c"])));
    breaks(Rule::Applied, "zones", &grown(&zones(&["a"])));
    keeps(&grown(&zones(&["b", "a"])));
    let labels = |key: &str| with(&state(), [("labels", object([(key, text("v"))]))]);
    keeps(&apply(&state(), &labels("a"), &labels("a"), false));
    let moved = apply(&state(), &labels("a"), &labels("b"), false);
    assert_eq!(moved.len(), 2, "{moved:?}");
}

#[test]
fn r11_what_is_read_is_known_and_of_the_schemas_type() {
    breaks(
        Rule::Read,
        "note",
        &read(&with(&state(), [("note", Value::unknown())]), None, None),
    );
    breaks(
        Rule::Read,
        "size",
        &read(&with(&state(), [("size", text("1"))]), None, None),
    );
    breaks(
        Rule::Read,
        "disk",
        &read(&with(&state(), [("disk", Value::Null)]), None, None),
    );
    keeps(&read(&state(), None, None));
    keeps(&read(&Value::Null, None, None));
}

#[test]
fn r12_a_failed_apply_gives_back_what_exists() {
    breaks(
        Rule::FailedApply,
        "",
        &apply(&state(), &state(), &Value::Null, true),
    );
    breaks(
        Rule::FailedApply,
        "id",
        &apply(&Value::Null, &planned(), &planned(), true),
    );
    let nameless = with(&state(), [("id", Value::Null)]);
    breaks(
        Rule::FailedApply,
        "id",
        &apply(&Value::Null, &planned(), &nameless, true),
    );
    keeps(&apply(&Value::Null, &planned(), &state(), true));
    keeps(&apply(&Value::Null, &planned(), &Value::Null, true));
    keeps(&apply(&state(), &Value::Null, &state(), true));
}

#[test]
fn r13_an_identity_is_known_and_stays() {
    let (a, b) = (object([("name", text("a"))]), object([("name", text("b"))]));
    let open = object([("name", Value::unknown())]);
    breaks(Rule::Identity, "name", &read(&state(), Some(&a), Some(&b)));
    breaks(Rule::Identity, "", &read(&state(), Some(&a), None));
    breaks(Rule::Identity, "", &read(&state(), None, Some(&open)));
    keeps(&read(&state(), Some(&a), Some(&a)));
    keeps(&read(&state(), None, Some(&a)));
    let planned_as = |identity: &Value, replace: &[Path]| {
        let renamed = with(&config(), [("name", text("b"))]);
        let planned = with(&state(), [("name", text("b"))]);
        plan_with(
            &state(),
            &renamed,
            &planned,
            replace,
            Some(&a),
            Some(identity),
        )
    };
    breaks(Rule::Identity, "name", &planned_as(&b, &[]));
    keeps(&planned_as(&b, &[Path::root().attribute("name")]));
    keeps(&plan_with(
        &Value::Null,
        &config(),
        &planned(),
        &[],
        None,
        Some(&open),
    ));
}

#[test]
fn r14_a_result_is_known_and_holds_the_configuration() {
    let result = |result: &Value| {
        DataSource {
            schema: schema(),
            config: &config(),
            result,
        }
        .breaches()
    };
    breaks(
        Rule::DataSource,
        "name",
        &result(&with(&state(), [("name", text("b"))])),
    );
    breaks(
        Rule::DataSource,
        "note",
        &result(&with(&state(), [("note", text("b"))])),
    );
    breaks(
        Rule::DataSource,
        "id",
        &result(&with(&state(), [("id", Value::unknown())])),
    );
    breaks(Rule::DataSource, "", &result(&Value::Null));
    keeps(&result(&state()));
}

#[test]
fn r15_schemas_are_valid() {
    let mut provider = ProviderSchema::default();
    provider.resources.insert("it".into(), schema().clone());
    keeps(&guard::schemas(&provider));
    let broken = provider.resources.get_mut("it").unwrap();
    broken.block.attributes[0].description.clear();
    breaks(Rule::Schema, "name", &guard::schemas(&provider));
}

#[test]
fn r16_validation_accepts_what_is_not_known() {
    let note = Path::root().attribute("note");
    let errors = Diagnostics::from(Diagnostic::error("Not a size", "Found `x`.").at(note));
    let validated = |config: &Value| {
        Validate {
            config,
            diagnostics: &errors,
        }
        .breaches()
    };
    breaks(
        Rule::Unknowns,
        "note",
        &validated(&with(&config(), [("note", Value::unknown())])),
    );
    keeps(&validated(&with(&config(), [("note", text("x"))])));
}
