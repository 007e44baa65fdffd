//! What admission may refuse, told as denials under a condition.

use std::collections::BTreeSet;

use portcullis_plugin::Permission;
use serde::{Deserialize, Serialize};

/// The group of everybody whom admission is asked about.
pub(super) const EVERYBODY: &str = "system:authenticated";

/// Something that may refuse operations in some places.
#[derive(Debug, PartialEq, Deserialize, Serialize)]
pub(super) struct Refusal {
    /// `ValidatingAdmissionPolicy guard`
    pub(super) source: String,
    /// When it does, as far as it can be said in words.
    pub(super) condition: String,
    /// As RBAC names them, `create deployments.apps`.
    pub(super) operations: BTreeSet<String>,
    /// `infer/*`
    pub(super) objects: Vec<String>,
}

/// Refusals that are still to be told, the last first.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Refusals(Vec<Refusal>);

impl Refusals {
    pub(super) fn new(refusals: impl IntoIterator<Item = Refusal>) -> Self {
        let is_any =
            |refusal: &Refusal| !refusal.operations.is_empty() && !refusal.objects.is_empty();
        Self(refusals.into_iter().filter(is_any).collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The denials of as many refusals as it takes to have `least` of them, or of all that are left.
    pub(crate) fn take(&mut self, least: usize) -> Vec<Permission> {
        let mut denials = Vec::new();
        while denials.len() < least {
            let Some(refusal) = self.0.pop() else { break };
            denials.extend(refusal.denials());
        }
        denials
    }
}

impl Refusal {
    fn denials(&self) -> impl Iterator<Item = Permission> {
        let everybody = format!("group:{EVERYBODY}");
        let each = self.operations.iter().flat_map(|operation| {
            let objects = self.objects.iter();
            objects.map(move |object| (operation, object))
        });
        each.map(move |(operation, object)| Permission {
            effect: "deny".to_owned(),
            condition: self.condition.clone(),
            source: self.source.clone(),
            ..Permission::allow(&everybody, operation, object)
        })
    }
}
