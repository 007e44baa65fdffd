//! What a source says that somebody may not do.

use crate::access::{Content, Text};
use crate::derive::{Derivation, Refusal};
use crate::nodes::{Node, Scope};
use crate::{ListedPermission, Platform};

/// What a source says that somebody may not do, whatever else allows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Denial {
    pub(super) scope: Scope,
    pub(super) holder: Node,
    pub(super) operation: Text,
    pub(super) object: Text,
}

/// A denial that may not apply, and the fact that says so.
#[derive(Debug, Clone, Copy)]
pub(super) struct Doubt {
    pub(super) denial: Denial,
    pub(super) fact: u32,
}

impl Derivation {
    /// Remembers a denial that may not apply.
    pub(super) fn doubt(&mut self, denial: Denial, permission: &ListedPermission, origin: u32) {
        let Denial {
            scope,
            holder,
            operation,
            object,
        } = denial;
        let told_by = self.access.origins.get(origin as usize);
        let is_cluster_s = told_by.is_some_and(|origin| origin.platform == Platform::Kubernetes);
        let denies = if is_cluster_s {
            "may refuse it"
        } else {
            "denies it"
        };
        let condition = format!("not {}", permission.condition);
        let source = format!("{}, which {denies}", permission.source);
        let fact = self.fact(origin, Content::Denial { holder }, &condition, &source);
        if is_cluster_s {
            let refusals = self.access.refusals.entry(scope).or_default();
            refusals.push(Refusal::new(operation, object, fact));
        } else {
            self.doubts.push(Doubt { denial, fact });
        }
    }
}
