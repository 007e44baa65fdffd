//! What a party can come to do: what platforms grant, and what its split declares.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_access::Reach;
use portcullis_model::{Instant, Operation, Permission, Reason, Through};

use super::missing;
use crate::known::Known;
use crate::party::Party;

/// The kind of objects that are services.
const SERVICE: &str = "service";

/// Everything that a party can come to do, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectiveAccess {
    /// What platforms let it do.
    pub reach: Reach,
    /// What its split declares; none where there is no split.
    pub declared: BTreeSet<Permission>,
    /// What it was granted, each with when that ends.
    pub granted: BTreeMap<Permission, Instant>,
    /// Services that it may call, by name, such as `ledger-api`.
    pub services: BTreeSet<String>,
    /// Why there may be more, each as a clause.
    pub missing: Vec<String>,
}

impl EffectiveAccess {
    /// What `party` can come to do, with at most `limit` permissions of platforms.
    ///
    /// # Errors
    /// When nobody declares the workload.
    pub fn of(
        party: &Party,
        through: &BTreeSet<Through>,
        limit: usize,
        known: &Known<'_>,
    ) -> Result<Self, Reason> {
        let subjects = party.subjects(known)?;
        let reach = Reach::of(&subjects, through, limit, known.facts());
        let grants = known.grants().map(|(_, grant)| grant);
        let grants = grants.filter(|grant| subjects.contains(&grant.subject));
        let granted: BTreeMap<Permission, Instant> = grants
            .map(|grant| (grant.permission.clone(), grant.until.into()))
            .collect();
        let mut missing = missing(&reach.missing, &[party], known);
        let split = party.workload(known).and_then(|key| known.split(key));
        let declared = match split.map(|split| &split.permissions) {
            Some(None) => {
                missing
                    .push("a part of what its split declares is known only after apply".to_owned());
                BTreeSet::new()
            }
            Some(Some(permissions)) => permissions.clone(),
            None => BTreeSet::new(),
        };
        let calls = declared.iter().chain(granted.keys()).filter(|permission| {
            permission.operation == Operation::Call && permission.object.kind().as_str() == SERVICE
        });
        let mut services: BTreeSet<String> = calls
            .map(|permission| permission.object.path().to_owned())
            .collect();
        let live = reach.permissions.iter().filter_map(|permission| {
            let is_call = permission.operation == Operation::Call.as_str();
            let service = permission.object.strip_prefix("service:");
            service.filter(|_| is_call)
        });
        services.extend(live.map(str::to_owned));
        Ok(Self {
            reach,
            declared,
            granted,
            services,
            missing,
        })
    }

    /// The whole in a few sentences, for an error message.
    #[must_use]
    pub fn explanation(&self, party: &Party) -> String {
        let mut text = match self.services.len() {
            0 => format!("{party} may call no service that is known."),
            _ => {
                let services: Vec<&str> = self.services.iter().map(String::as_str).collect();
                format!("{party} may call {}.", services.join(", "))
            }
        };
        for permission in &self.declared {
            text.push_str(&format!("\nIts split declares: {permission}."));
        }
        for (permission, until) in &self.granted {
            text.push_str(&format!("\nIt was granted: {permission}, until {until}."));
        }
        for reached in &self.reach.identities {
            text.push_str(&format!(
                "\nIt can come to act as {}: {}.",
                reached.route.end(),
                reached.route
            ));
        }
        if self.reach.permissions_total > 0 {
            let total = self.reach.permissions_total;
            text.push_str(&format!(
                "\nPlatforms grant {total} permissions to it and to whom it can come to act as."
            ));
        }
        for line in &self.missing {
            text.push_str(&format!("\nThere may be more: {line}."));
        }
        text
    }
}
