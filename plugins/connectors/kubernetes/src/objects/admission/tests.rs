//! The expressions of the policy, evaluated as a server would on honest and hostile objects.

use std::collections::BTreeSet;

use cel::{Context, Program, Value as Cel};
use serde_json::{Value, json};

use super::super::split::{Bound, Settings};
use super::{is_intact, policy};

fn settings() -> Settings {
    serde_json::from_value(json!({
        "namespace": "infer", "service_accounts": ["default", "fraud-batch"], "secrets": ["pull"],
    }))
    .unwrap()
}

fn spec() -> Value {
    let bound = [
        Bound::Account {
            namespace: "infer".to_owned(),
            name: "fraud-deploy".to_owned(),
        },
        Bound::User("o'brien\"\\".to_owned()),
        Bound::Group("ml-release".to_owned()),
    ];
    let (policy, _) = policy("production.fraud", &settings(), &BTreeSet::from(bound));
    policy.content["spec"].clone()
}

fn evaluate(expression: &Value, context: &Context<'_, '_>) -> Cel {
    let text = expression.as_str().unwrap();
    let program = Program::compile(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    program
        .execute(context)
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Whether a server with this policy lets the request pass.
fn passes(user: &Value, object: &Value) -> bool {
    let spec = spec();
    let mut context = Context::default();
    context.add_variable("object", object).unwrap();
    context
        .add_variable("request", json!({"userInfo": user}))
        .unwrap();
    let all = |list: &str, context: &Context<'_, '_>| {
        let expressions = spec[list].as_array().unwrap().iter();
        let mut results = expressions.map(|one| evaluate(&one["expression"], context));
        results.all(|result| match result {
            Cel::Bool(result) => result,
            other => panic!("{other:?} is no truth value"),
        })
    };
    if !all("matchConditions", &context) {
        return true;
    }
    let mut variables = json!({});
    for variable in spec["variables"].as_array().unwrap() {
        context.add_variable("variables", &variables).unwrap();
        let value = evaluate(&variable["expression"], &context);
        variables[variable["name"].as_str().unwrap()] = value.json().unwrap();
    }
    context.add_variable("variables", &variables).unwrap();
    all("validations", &context)
}

fn deployer() -> Value {
    json!({"username": "system:serviceaccount:infer:fraud-deploy", "groups": ["system:authenticated"]})
}

fn pod(change: impl FnOnce(&mut Value)) -> Value {
    let mut pod =
        json!({"containers": [{"name": "server", "image": "registry.example.com/fraud"}]});
    change(&mut pod);
    pod
}

/// The same pod in every kind of object that pods are made from.
fn in_every_kind(pod: &Value) -> Vec<Value> {
    vec![
        json!({"kind": "Pod", "spec": pod}),
        json!({"kind": "Deployment", "spec": {"template": {"spec": pod}}}),
        json!({"kind": "Job", "spec": {"template": {"spec": pod}}}),
        json!({"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"spec": pod}}}}}),
        json!({"kind": "PodTemplate", "template": {"spec": pod}}),
    ]
}

#[test]
fn honest_objects_of_deploy_pass() {
    let honest = [
        pod(|_| {}),
        pod(|pod| pod["serviceAccountName"] = json!("")),
        pod(|pod| pod["serviceAccountName"] = json!("fraud-batch")),
        pod(|pod| {
            pod["serviceAccountName"] = json!("fraud-batch");
            pod["serviceAccount"] = json!("fraud-batch");
        }),
        pod(|pod| {
            pod["volumes"] = json!([
                {"name": "a", "secret": {"secretName": "pull"}},
                {"name": "b", "configMap": {"name": "settings"}},
                {"name": "c", "projected": {"sources": [{"configMap": {"name": "settings"}}]}},
            ]);
            pod["containers"][0]["env"] = json!([{"name": "A", "value": "b"}]);
        }),
    ];
    for object in honest.iter().flat_map(in_every_kind) {
        assert!(passes(&deployer(), &object), "{object}");
    }
}

#[test]
fn hostile_objects_of_deploy_are_refused() {
    let hostile = [
        pod(|pod| pod["serviceAccountName"] = json!("fraud-runtime")),
        pod(|pod| pod["serviceAccount"] = json!("fraud-runtime")),
        pod(|pod| {
            pod["serviceAccountName"] = json!("default");
            pod["serviceAccount"] = json!("fraud-runtime");
        }),
        pod(|pod| pod["serviceAccountName"] = json!("Default")),
        pod(|pod| pod["volumes"] = json!([{"name": "a", "secret": {"secretName": "model-key"}}])),
        pod(|pod| pod["volumes"] = json!([{"name": "a", "secret": {}}])),
        pod(|pod| {
            pod["volumes"] = json!([{"name": "a", "projected": {"sources": [
                {"configMap": {"name": "settings"}}, {"secret": {"name": "model-key"}},
            ]}}]);
        }),
        pod(|pod| {
            pod["containers"][0]["env"] = json!([{"name": "A", "valueFrom": {"secretKeyRef": {"name": "model-key", "key": "k"}}}]);
        }),
        pod(|pod| {
            pod["containers"][0]["envFrom"] = json!([{"secretRef": {"name": "model-key"}}]);
        }),
        pod(|pod| {
            pod["initContainers"] =
                json!([{"name": "i", "envFrom": [{"secretRef": {"name": "model-key"}}]}]);
        }),
        pod(|pod| {
            pod["ephemeralContainers"] =
                json!([{"name": "e", "envFrom": [{"secretRef": {"name": "model-key"}}]}]);
        }),
    ];
    for object in hostile.iter().flat_map(in_every_kind) {
        assert!(!passes(&deployer(), &object), "{object}");
    }
}

#[test]
fn the_policy_is_about_deploy_and_nobody_else() {
    let hostile = json!({"kind": "Pod", "spec": pod(|pod| pod["serviceAccountName"] = json!("fraud-runtime"))});
    for (user, expected) in [
        (deployer(), false),
        (json!({"username": "o'brien\"\\"}), false),
        (json!({"username": "ana", "groups": ["ml-release"]}), false),
        (json!({"username": "ana", "groups": ["ml"]}), true),
        (
            json!({"username": "system:serviceaccount:infer:fraud-deploy2"}),
            true,
        ),
    ] {
        assert_eq!(passes(&user, &hostile), expected, "{user}");
    }
}

#[test]
fn a_policy_that_a_server_completed_is_intact_and_a_weakened_one_is_not() {
    let (wanted, binding) = policy("production.fraud", &settings(), &BTreeSet::new());
    let mut found = wanted.content.clone();
    found["spec"]["validations"][0]["reason"] = json!("Invalid");
    assert!(is_intact(&found, &wanted.content));
    for (at, value) in [
        ("/spec/failurePolicy", json!("Ignore")),
        ("/spec/validations/0/expression", json!("true")),
        ("/spec/matchConditions/0/expression", json!("false")),
        (
            "/spec/matchConstraints/objectSelector",
            json!({"matchLabels": {"strict": "yes"}}),
        ),
    ] {
        let mut weakened = found.clone();
        *weakened.pointer_mut(at).unwrap() = value;
        assert!(!is_intact(&weakened, &wanted.content), "{at}");
    }
    let mut weakened = found.clone();
    weakened["spec"]["matchConstraints"]["excludeResourceRules"] = json!([{"resources": ["pods"]}]);
    assert!(!is_intact(&weakened, &wanted.content));
    let mut weakened = binding.content.clone();
    weakened["spec"]["matchResources"] =
        json!({"objectSelector": {"matchLabels": {"strict": "yes"}}});
    assert!(!is_intact(&weakened, &binding.content));
    weakened["spec"] =
        json!({"policyName": "portcullis.production.fraud.infer", "validationActions": ["Warn"]});
    assert!(!is_intact(&weakened, &binding.content));
}
