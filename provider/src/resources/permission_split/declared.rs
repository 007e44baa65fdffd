//! A split as connectors are told of it.

use std::collections::BTreeSet;

use portcullis_model::{Name, SpiffeId, Subject};
use serde_json::{Value as Json, json};
use tfplugin::Outcome;
use tfplugin::field::Text;

use super::PermissionSplit;
use crate::board::Workload;

/// What sdk/objects.md has of a grant, without the settings of the target. Service accounts of the connector itself are in its
/// own words, all else is as it was declared.
///
/// # Errors
/// Deferred while a part of it is unknown.
pub(super) fn attributes(
    split: &PermissionSplit,
    workload: &Workload,
    spiffe_id: &SpiffeId,
    connector: &Name,
) -> Outcome<Json> {
    let (deploy, runtime) = (split.deploy.get()?, split.runtime.get()?);
    let (mut uses, mut reads, mut calls) = (Vec::new(), Vec::new(), Vec::new());
    for used in runtime.r#use.get()? {
        uses.push(json!({"pool": used.pool.get()?, "max_gpus": used.max_gpus.get()?}));
    }
    for read in runtime.read.get()? {
        reads.push(read.object.get()?.to_string());
    }
    for call in runtime.call.get()? {
        calls.push(call.object.get()?.to_string());
    }
    let may = deploy.may.get()?;
    let may: Vec<String> = may.iter().map(|verb| verb.value().to_string()).collect();
    let acting = runtime.subjects.get()?;
    let acting = acting.map(|subjects| own_words(subjects, connector));
    Ok(json!({
        "workload": split.workload.get()?.value().to_string(),
        "spiffe_id": spiffe_id.to_string(),
        "accounts": workload.accounts.get(connector).into_iter().collect::<Vec<_>>(),
        "deploy": {"subjects": own_words(deploy.subjects.get()?, connector), "may": may},
        "runtime": {
            "subjects": acting.unwrap_or_default(),
            "use": uses,
            "read": reads,
            "call": calls,
        },
    }))
}

fn own_words(subjects: &BTreeSet<Text<Subject>>, connector: &Name) -> Vec<String> {
    let words = |subject: &Subject| match subject {
        Subject::ServiceAccount {
            connector: of,
            namespace,
            name,
        } if of == connector => format!("sa:{namespace}/{name}"),
        other => other.to_string(),
    };
    subjects
        .iter()
        .map(|subject| words(subject.value()))
        .collect()
}
