//! `portcullis_cedar_policies`

use portcullis_cedar::{Cedar, Clause, Split};
use portcullis_model::{Reason, WorkloadKey};
use tfplugin::field::{Computed, Nested, Required, Text};
use tfplugin::{DataSource, Outcome, Path, Report, Schema};

use crate::board::DeclaredSplit;
use crate::config::ProviderBlock;
use crate::configured::Configured;
use crate::known::Known;
use crate::realize::Enforcement;
use crate::said::said;

/// A permission split as Cedar policies with their schema, for services that ask an authorizer whom they let do what: a permit for
/// each clause, and forbids that keep deploy and runtime apart whatever else permits.
///
/// Subjects are `Portcullis::Subject`, and their groups are their parents; the workload is a `Portcullis::Workload`, what it uses,
/// reads and calls a `Portcullis::Object`; actions are `deploy:rollout`, `runtime:read` and so on.
#[derive(Debug, Clone, Schema)]
pub struct CedarPolicies {
    /// The workload whose split it is: the `id` of the `portcullis_permission_split`.
    pub split: Required<Text<WorkloadKey>>,
    /// The policies, in Cedar's own notation.
    pub policies: Computed<String>,
    /// The schema that they are valid by, in Cedar's own notation.
    pub schema: Computed<String>,
    /// Who holds each clause of the split. Cedar decides where it is asked, so that none is more than `mediated`.
    pub enforcement: Computed<Vec<Nested<Enforcement>>>,
    /// Whether the whole split is in it; false while accounts of the workload or a part of the split are known only after apply.
    pub complete: Computed<bool>,
}

impl DataSource for CedarPolicies {
    type Provider = ProviderBlock;

    const NAME: &'static str = "cedar_policies";

    async fn read(&mut self, _: &mut Report, provider: &Configured) -> Outcome {
        let key = self.split.get()?.value().clone();
        let found = Known::ask(provider, |known| {
            let declared = known.split(&key)?;
            Some(split(&key, declared, known))
        });
        let Some((split, is_complete)) = found.await? else {
            let at = Path::root().attribute("split");
            return Err(said(not_declared(&key)).at(at).into());
        };
        let Cedar {
            policies,
            schema,
            clauses,
        } = split.cedar();
        self.policies.set(policies);
        self.schema.set(schema);
        let clauses = clauses.iter().map(|clause| Nested(held(clause)));
        self.enforcement.set(clauses.collect::<Vec<_>>());
        self.complete.set(is_complete);
        Ok(())
    }
}

/// The split by its names, and whether that is all of it.
fn split(key: &WorkloadKey, declared: &DeclaredSplit, known: &Known<'_>) -> (Split, bool) {
    let workload = known.workload(key);
    let is_decided = workload.is_some_and(|workload| !workload.is_undecided);
    let is_own = |name: &&portcullis_model::Subject| {
        workload.is_some_and(|workload| workload.subjects.contains(name))
    };
    let (own, acting) = declared.split.runtime.iter().partition::<Vec<_>, _>(is_own);
    let texts = |subjects: Vec<&portcullis_model::Subject>| {
        subjects.into_iter().map(ToString::to_string).collect()
    };
    let permissions = declared.permissions.iter().flatten();
    let split = Split {
        workload: key.to_string(),
        deploy: texts(declared.split.deploy.iter().collect()),
        may: declared.may.iter().map(ToString::to_string).collect(),
        identities: texts(own),
        acting: texts(acting),
        permissions: permissions
            .map(|one| (one.operation.to_string(), one.object.to_string()))
            .collect(),
    };
    (split, is_decided && declared.permissions.is_some())
}

fn held(clause: &Clause) -> Enforcement {
    let field = |text: String| Computed::from(text);
    Enforcement {
        clause: field(clause.clause.clone()),
        enforcement: field(clause.enforcement.to_string()),
        by: field(String::new()),
        reason: field(clause.reason.to_owned()),
    }
}

fn not_declared(key: &WorkloadKey) -> Reason {
    Reason {
        code: "split-not-declared".to_owned(),
        summary: "Split is not declared".to_owned(),
        asked: format!("Asked for the split of `{key}`."),
        found: "Neither this configuration, as far as it is planned, nor the ledger declares one.".to_owned(),
        remedy: "Refer to it as `portcullis_permission_split.<name>.id`, so that Terraform plans it first; or apply the workspace \
                 that declares it."
            .to_owned(),
    }
}
