//! What is written, judged by Cedar itself: parsed, validated against the schema, and asked.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    PolicySet, Request, Schema, ValidationMode, Validator,
};
use portcullis_cedar::{Cedar, Enforcement, Split};
use proptest::prelude::*;

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

fn split() -> Split {
    let permission = |operation: &str, object: &str| (operation.to_owned(), object.to_owned());
    Split {
        workload: "production/fraud".to_owned(),
        deploy: names(&["ci:github:acme/fraud:ref:main", "group:ml-release"]),
        may: names(&["rollout", "read_logs"]),
        identities: names(&["spiffe://acme.example/production/fraud"]),
        acting: names(&["group:ml-oncall"]),
        permissions: BTreeSet::from([
            permission("read", "vault:secret/models/fraud"),
            permission("call", "service:ledger-api"),
            permission("use", "pool:scoring"),
        ]),
    }
}

fn uid(kind: &str, name: &str) -> EntityUid {
    let kind: EntityTypeName = format!("Portcullis::{kind}").parse().unwrap();
    EntityUid::from_type_name_and_id(kind, EntityId::new(name))
}

/// The text as Cedar reads it: it parses, and is valid by its schema without a warning.
fn read(cedar: &Cedar) -> (PolicySet, Schema) {
    let policies: PolicySet = cedar
        .policies
        .parse()
        .unwrap_or_else(|error| panic!("{error:?}\n{}", cedar.policies));
    let (schema, warnings) = Schema::from_cedarschema_str(&cedar.schema)
        .unwrap_or_else(|error| panic!("{error:?}\n{}", cedar.schema));
    assert_eq!(warnings.count(), 0, "{}", cedar.schema);
    let validated = Validator::new(schema.clone()).validate(&policies, ValidationMode::Strict);
    let errors: Vec<String> = validated
        .validation_errors()
        .map(ToString::to_string)
        .collect();
    assert!(errors.is_empty(), "{errors:?}\n{}", cedar.policies);
    (policies, schema)
}

/// Whether somebody who is in these groups is let do it.
fn is_allowed(cedar: &Cedar, who: &str, groups: &[&str], action: &str, on: (&str, &str)) -> bool {
    let (policies, schema) = read(cedar);
    let principal = uid("Subject", who);
    let parents = groups.iter().map(|group| uid("Subject", group)).collect();
    let entity = Entity::new_no_attrs(principal.clone(), parents);
    let entities = Entities::from_entities([entity], Some(&schema)).unwrap();
    let (action, resource) = (uid("Action", action), uid(on.0, on.1));
    let request = Request::new(principal, action, resource, Context::empty(), Some(&schema));
    let answer = Authorizer::new().is_authorized(&request.unwrap(), &policies, &entities);
    assert_eq!(answer.diagnostics().errors().count(), 0);
    answer.decision() == Decision::Allow
}

const WORKLOAD: (&str, &str) = ("Workload", "production/fraud");
const MODEL: (&str, &str) = ("Object", "vault:secret/models/fraud");
const CI: &str = "ci:github:acme/fraud:ref:main";
const SELF: &str = "spiffe://acme.example/production/fraud";

#[test]
fn each_side_has_its_own_and_nothing_of_the_other() {
    let cedar = split().cedar();
    for (who, groups, action, on, expected) in [
        (CI, &[][..], "deploy:rollout", WORKLOAD, true),
        (
            "user:ana",
            &["group:ml-release"],
            "deploy:read_logs",
            WORKLOAD,
            true,
        ),
        (SELF, &[], "runtime:read", MODEL, true),
        (
            SELF,
            &[],
            "runtime:call",
            ("Object", "service:ledger-api"),
            true,
        ),
        ("user:bo", &["group:ml-oncall"], "runtime:read", MODEL, true),
        (
            "user:bo",
            &["group:ml-oncall"],
            "runtime:act_as",
            WORKLOAD,
            true,
        ),
        // Nobody else, on nothing else.
        ("user:eve", &[], "deploy:rollout", WORKLOAD, false),
        (
            CI,
            &[],
            "deploy:rollout",
            ("Workload", "production/other"),
            false,
        ),
        (
            SELF,
            &[],
            "runtime:read",
            ("Object", "vault:secret/models/other"),
            false,
        ),
        (SELF, &[], "runtime:call", MODEL, false),
        // Not across.
        (CI, &[], "runtime:read", MODEL, false),
        (CI, &[], "runtime:act_as", WORKLOAD, false),
        (SELF, &[], "deploy:rollout", WORKLOAD, false),
    ] {
        let allowed = is_allowed(&cedar, who, groups, action, on);
        assert_eq!(allowed, expected, "{who} {groups:?} {action} {on:?}");
    }
}

#[test]
fn whoever_is_on_both_sides_is_refused_on_both() {
    let cedar = split().cedar();
    let both = ["group:ml-release", "group:ml-oncall"];
    for (action, on) in [
        ("deploy:rollout", WORKLOAD),
        ("runtime:read", MODEL),
        ("runtime:act_as", WORKLOAD),
    ] {
        let [release, oncall] = both;
        let one = is_allowed(&cedar, "user:dee", &[release], action, on)
            || is_allowed(&cedar, "user:dee", &[oncall], action, on);
        assert!(one, "one side may {action}");
        assert!(
            !is_allowed(&cedar, "user:dee", &both, action, on),
            "{action}"
        );
    }
}

#[test]
fn every_clause_is_told_once_and_none_is_more_than_mediated() {
    let cedar = split().cedar();
    let clauses: Vec<String> = cedar
        .clauses
        .iter()
        .map(|one| format!("{}: {}", one.clause, one.enforcement))
        .collect();
    assert_eq!(
        clauses,
        [
            "deploy may read_logs: mediated",
            "deploy may rollout: mediated",
            "deploy stays out of runtime: mediated",
            "runtime call service:ledger-api: mediated",
            "runtime read vault:secret/models/fraud: mediated",
            "runtime use pool:scoring: advisory",
            "runtime act as group:ml-oncall: mediated",
        ]
    );
    assert!(cedar.clauses.iter().all(|one| !one.reason.is_empty()));
    assert!(
        cedar
            .clauses
            .iter()
            .any(|one| one.enforcement == Enforcement::Advisory)
    );
}

#[test]
fn a_split_of_nobody_allows_nobody() {
    let nobody = Split {
        workload: "a/b".to_owned(),
        may: names(&["rollout"]),
        ..Split::default()
    };
    let cedar = nobody.cedar();
    assert_eq!(cedar.policies, "");
    read(&cedar);
}

/// Names that try to be more than a name.
fn hostile() -> impl Strategy<Value = String> {
    let tricks = prop::sample::select(vec![
        "\"",
        "\\",
        "\n",
        "\r",
        "\0",
        "\u{202e}",
        "*",
        "\\u{22}",
        "); permit(principal, action, resource);",
        "@id(\"x\")",
        "//",
        "::",
        "?principal",
        "\u{10ffff}",
        "é",
        "deploy",
        "runtime",
    ]);
    prop_oneof![
        any::<String>(),
        (tricks.clone(), tricks, "[a-z:/\"\\\\]{0,8}").prop_map(|(a, b, c)| format!("{a}{c}{b}")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_a_name_and_nothing_else(
        workload in hostile(), deployer in hostile(), verb in hostile(), runner in hostile(), operation in hostile(),
        object in hostile(), stranger in hostile(),
    ) {
        prop_assume!(deployer != runner && stranger != deployer && stranger != runner && operation != "act_as");
        let split = Split {
            workload: workload.clone(),
            deploy: BTreeSet::from([deployer.clone()]),
            may: BTreeSet::from([verb.clone()]),
            identities: BTreeSet::from([runner.clone()]),
            acting: BTreeSet::new(),
            permissions: BTreeSet::from([(operation.clone(), object.clone())]),
        };
        let cedar = split.cedar();
        let (policies, _) = read(&cedar);
        // Two permits, one forbid for the object, and two for the workload.
        prop_assert_eq!(policies.policies().count(), 5);
        let (ships, runs) = (format!("deploy:{verb}"), format!("runtime:{operation}"));
        let (on_workload, on_object) = (("Workload", workload.as_str()), ("Object", object.as_str()));
        prop_assert!(is_allowed(&cedar, &deployer, &[], &ships, on_workload));
        prop_assert!(is_allowed(&cedar, &runner, &[], &runs, on_object));
        prop_assert!(!is_allowed(&cedar, &deployer, &[], &runs, on_object));
        prop_assert!(!is_allowed(&cedar, &runner, &[], &ships, on_workload));
        prop_assert!(!is_allowed(&cedar, &stranger, &[], &ships, on_workload));
        prop_assert!(!is_allowed(&cedar, &stranger, &[], &runs, on_object));
        prop_assert!(!is_allowed(&cedar, &deployer, &[&runner], &ships, on_workload));
    }
}
