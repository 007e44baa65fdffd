//! `portcullis_effective_access`

use std::collections::{BTreeMap, BTreeSet};

use portcullis_access::{HeldPermission, Reached};
use portcullis_model::{Instant, Reason, Through};
use tfplugin::field::{Computed, Nested, Optional, Required, Text};
use tfplugin::{DataSource, Outcome, Path, Report, Schema};

use crate::answers;
use crate::config::ProviderBlock;
use crate::configured::Configured;
use crate::known::Known;
use crate::party::Party;
use crate::said::said;

/// Entries of a list that go into state.
const ENTRIES: usize = 1000;

/// What a subject or a workload can come to do: whom it can come to act as, what platforms grant it and them, and what its
/// permission split declares.
#[derive(Debug, Clone, Schema)]
pub struct EffectiveAccess {
    /// A subject, such as `sa:cluster/infer/fraud-runtime`, or the `id` of a `portcullis_workload_identity`, which stands for
    /// every subject that the workload is.
    pub subject: Required<String>,
    /// Which paths are looked through, as in `separation` of a `portcullis_permission_split`; all of them when left out.
    pub through: Optional<BTreeSet<Text<Through>>>,
    /// Services that it may call, such as `ledger-api`: those of its split, and those that connectors tell of.
    pub services: Computed<Vec<String>>,
    /// What its split declares that it may use, read and call, such as `read vault:secret/models/fraud`.
    pub declared: Computed<Vec<String>>,
    /// What it was granted by a `portcullis_grant` that has not ended, such as `read vault:secret/models/fraud`, with when that
    /// ends.
    pub granted: Computed<BTreeMap<String, String>>,
    /// Whom it can come to act as: a shortest path each, the nearest first, at most 1,000.
    pub identities: Computed<Vec<Nested<ReachedIdentity>>>,
    /// How many there are.
    pub identities_total: Computed<u64>,
    /// What platforms grant it and those whom it can come to act as, its own first, at most 1,000. A denial or a boundary may
    /// take a part of it away.
    pub permissions: Computed<Vec<Nested<GrantedPermission>>>,
    /// How many there are.
    pub permissions_total: Computed<u64>,
    /// Whether everything that could show more was there: every group has known members and every connector told all.
    pub complete: Computed<bool>,
    /// What was not there, each as a clause.
    pub missing: Computed<Vec<String>>,
    /// The connectors whose facts were used.
    pub sources: Computed<Vec<String>>,
    /// All of it in sentences, for the error message of a `check` or a condition.
    pub explanation: Computed<String>,
}

/// Somebody whom the subject can come to act as.
#[derive(Debug, Clone, Default, Schema)]
pub struct ReachedIdentity {
    /// Whom.
    pub to: Computed<String>,
    /// How, step by step.
    pub path: Computed<String>,
    /// Whether it is authority at any time; otherwise something has to be changed first.
    pub standing: Computed<bool>,
    /// What kind of privilege it is: `standing`, `borrowed`, `job-scoped` or `break-glass`.
    pub mode: Computed<String>,
    /// When this path ends by itself, as an RFC 3339 time; null when it does not.
    pub until: Computed<String>,
}

/// A permission that a platform grants.
#[derive(Debug, Clone, Default, Schema)]
pub struct GrantedPermission {
    /// Who is granted it: the subject, one of its groups and roles, or somebody whom it can come to act as.
    pub holder: Computed<String>,
    /// What may be done, in the platform's words.
    pub operation: Computed<String>,
    /// To what, in the platform's notation.
    pub object: Computed<String>,
    /// What grants it.
    pub granted_by: Computed<String>,
    /// The condition under which it holds, in the platform's notation; empty without one.
    pub condition: Computed<String>,
    /// The connector that says so.
    pub source: Computed<String>,
    /// Whether the subject itself holds it; otherwise by acting as somebody else.
    pub direct: Computed<bool>,
    /// What kind of privilege the way to it is: `standing`, `borrowed`, `job-scoped` or `break-glass`.
    pub mode: Computed<String>,
    /// When it ends by itself, as an RFC 3339 time; null when it does not.
    pub until: Computed<String>,
}

impl DataSource for EffectiveAccess {
    type Provider = ProviderBlock;

    const NAME: &'static str = "effective_access";

    async fn read(&mut self, _: &mut Report, provider: &Configured) -> Outcome {
        let at = || Path::root().attribute("subject");
        let party = self.subject.get()?.parse::<Party>();
        let party = party.map_err(|error| said(error).at(at()))?;
        let through = match self.through.get()? {
            Some(classes) => classes.iter().map(|class| *class.value()).collect(),
            None => Through::all(),
        };
        let found = Known::ask(provider, |known| {
            answers::EffectiveAccess::of(&party, &through, ENTRIES, known)
        });
        let found = found
            .await?
            .map_err(|reason: Reason| said(reason).at(at()))?;
        self.explanation.set(found.explanation(&party));
        self.services
            .set(found.services.into_iter().collect::<Vec<_>>());
        let declared = found.declared.iter().map(ToString::to_string);
        self.declared.set(declared.collect::<Vec<_>>());
        let granted = found.granted.iter();
        let granted =
            granted.map(|(permission, until)| (permission.to_string(), until.to_string()));
        self.granted.set(granted.collect::<BTreeMap<_, _>>());
        let reach = found.reach;
        self.identities_total.set(reach.identities.len() as u64);
        let identities = reach.identities.iter().take(ENTRIES);
        self.identities
            .set(identities.map(|one| Nested(one.into())).collect::<Vec<_>>());
        self.permissions_total.set(reach.permissions_total as u64);
        let permissions = reach.permissions.iter();
        self.permissions.set(
            permissions
                .map(|one| Nested(one.into()))
                .collect::<Vec<_>>(),
        );
        self.complete.set(found.missing.is_empty());
        self.missing.set(found.missing);
        let sources = reach.sources.keys().map(ToString::to_string);
        self.sources.set(sources.collect::<Vec<_>>());
        Ok(())
    }
}

impl From<&Reached> for ReachedIdentity {
    fn from(reached: &Reached) -> Self {
        let route = &reached.route;
        let mut identity = Self::default();
        identity.to.set(route.end());
        identity.path.set(route.to_string());
        identity.standing.set(reached.is_standing);
        identity.mode.set(route.mode().as_str());
        match route.until() {
            Some(end) => identity.until.set(Instant::from(end).to_string()),
            None => identity.until.set_null(),
        }
        identity
    }
}

impl From<&HeldPermission> for GrantedPermission {
    fn from(held: &HeldPermission) -> Self {
        let mut permission = Self::default();
        permission.holder.set(held.holder.clone());
        permission.operation.set(held.operation.clone());
        permission.object.set(held.object.clone());
        permission.granted_by.set(held.granted_by.clone());
        permission.condition.set(held.condition.clone());
        permission.source.set(held.source.to_string());
        permission.direct.set(held.is_direct);
        permission.mode.set(held.mode.as_str());
        match held.until {
            Some(end) => permission.until.set(Instant::from(end).to_string()),
            None => permission.until.set_null(),
        }
        permission
    }
}
