//! The policies of a split.

use std::collections::{BTreeMap, BTreeSet};

use crate::Split;
use crate::literal::{entity, literal};

/// What acting as the workload is called.
pub(crate) const ACT_AS: &str = "act_as";
/// The groups of actions of the two sides.
pub(crate) const DEPLOY: &str = "deploy";
pub(crate) const RUNTIME: &str = "runtime";

/// The policies: a permit for each clause, and what keeps the sides apart.
pub(crate) fn written(split: &Split) -> String {
    let workload = entity("Workload", &split.workload);
    let deploy: BTreeSet<&str> = split.deploy.iter().map(String::as_str).collect();
    let (runtime, acting) = (
        split.runtime(),
        split.acting.iter().map(String::as_str).collect(),
    );
    let mut policies = Vec::new();
    for verb in &split.may {
        policies.push(Policy {
            effect: "permit",
            clause: format!("deploy may {verb}"),
            principals: &deploy,
            action: format!("action == {}", action(DEPLOY, verb)),
            resource: format!("resource == {workload}"),
        });
    }
    for (operation, object) in &split.permissions {
        policies.push(Policy {
            effect: "permit",
            clause: format!("runtime {operation} {object}"),
            principals: &runtime,
            action: format!("action == {}", action(RUNTIME, operation)),
            resource: format!("resource == {}", entity("Object", object)),
        });
    }
    policies.push(Policy {
        effect: "permit",
        clause: "runtime act as the workload".to_owned(),
        principals: &acting,
        action: format!("action == {}", action(RUNTIME, ACT_AS)),
        resource: format!("resource == {workload}"),
    });
    policies.extend(separation(split, &deploy, &runtime, &workload));
    let written = policies.iter().filter_map(Policy::written);
    written.collect::<Vec<_>>().join("\n")
}

/// Nobody on one side does what is of the other: one forbid for each resource, since a scope names one.
fn separation<'s>(
    split: &Split,
    deploy: &'s BTreeSet<&'s str>,
    runtime: &'s BTreeSet<&'s str>,
    workload: &str,
) -> Vec<Policy<'s>> {
    let side = |principals, clause: &str, side: &str, resource: String| Policy {
        effect: "forbid",
        clause: clause.to_owned(),
        principals,
        action: format!("action in {}", entity("Action", side)),
        resource: format!("resource == {resource}"),
    };
    let out = "deploy stays out of runtime";
    let objects: BTreeSet<&String> = split.permissions.iter().map(|(_, object)| object).collect();
    let mut policies: Vec<Policy<'s>> = objects
        .into_iter()
        .map(|object| side(deploy, out, RUNTIME, entity("Object", object)))
        .collect();
    policies.push(side(deploy, out, RUNTIME, workload.to_owned()));
    policies.push(side(
        runtime,
        "runtime stays out of deploy",
        DEPLOY,
        workload.to_owned(),
    ));
    policies
}

/// An action of a side. The side is part of its name: a verb of one and an operation of the other may be one word.
pub(crate) fn action(side: &str, verb: &str) -> String {
    entity("Action", &named(side, verb))
}

/// The name of an action: `deploy:rollout`.
pub(crate) fn named(side: &str, verb: &str) -> String {
    format!("{side}:{verb}")
}

/// The actions of each side.
pub(crate) fn actions(split: &Split) -> BTreeMap<&'static str, BTreeSet<&str>> {
    let operations = split.permissions.iter();
    let mut runtime: BTreeSet<&str> = operations
        .map(|(operation, _)| operation.as_str())
        .collect();
    runtime.insert(ACT_AS);
    let deploy = split.may.iter().map(String::as_str).collect();
    BTreeMap::from([(DEPLOY, deploy), (RUNTIME, runtime)])
}

/// One policy.
struct Policy<'p> {
    effect: &'static str,
    clause: String,
    principals: &'p BTreeSet<&'p str>,
    action: String,
    resource: String,
}

impl Policy<'_> {
    /// The policy as text; none when it is about nobody.
    fn written(&self) -> Option<String> {
        if self.principals.is_empty() {
            return None;
        }
        let principals: Vec<String> = self
            .principals
            .iter()
            .map(|name| format!("    {}", entity("Subject", name)))
            .collect();
        let Self {
            effect,
            action,
            resource,
            ..
        } = self;
        Some(format!(
            "@clause({})\n{effect} (\n  principal,\n  {action},\n  {resource}\n)\nwhen {{\n  principal in [\n{}\n  ]\n}};\n",
            literal(&self.clause),
            principals.join(",\n")
        ))
    }
}
