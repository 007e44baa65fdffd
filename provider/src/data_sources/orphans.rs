//! `portcullis_orphans`

use portcullis_access::Orphan;
use tfplugin::field::{Computed, Nested};
use tfplugin::{DataSource, Outcome, Report, Schema};

use crate::answers;
use crate::config::ProviderBlock;
use crate::configured::Configured;
use crate::known::Known;

/// Entries that go into state.
const ENTRIES: usize = 1000;

/// Access that nobody answers for: accounts that can do something and that no declaration names, identities whose owner is in
/// no directory any more, grants past their time.
///
/// It looks at what this configuration declares, as far as it is planned, and at the ledger: let it depend on the resources of
/// the configuration.
#[derive(Debug, Clone, Schema)]
pub struct Orphans {
    /// What nobody answers for, by kind, then by name, at most 1,000.
    pub orphans: Computed<Vec<Nested<OrphanedAccess>>>,
    /// How many there are.
    pub total: Computed<u64>,
    /// Whether everything that could show more was there: every connector told all, and a directory tells who there is.
    pub complete: Computed<bool>,
    /// What was not there, each as a clause.
    pub missing: Computed<Vec<String>>,
    /// The connectors whose facts were used.
    pub sources: Computed<Vec<String>>,
}

/// Something that nobody answers for.
#[derive(Debug, Clone, Default, Schema)]
pub struct OrphanedAccess {
    /// `undeclared`, `owner_gone` or `ended`.
    pub kind: Computed<String>,
    /// A subject, or a declaration such as `group group:ml-release`.
    pub what: Computed<String>,
    /// What shows it, as a clause.
    pub why: Computed<String>,
    /// The connector that tells of it; null for a declaration.
    pub source: Computed<String>,
}

impl DataSource for Orphans {
    type Provider = ProviderBlock;

    const NAME: &'static str = "orphans";

    async fn read(&mut self, _: &mut Report, provider: &Configured) -> Outcome {
        let found = Known::ask(provider, answers::orphans).await?;
        self.total.set(found.found.len() as u64);
        let orphans = found.found.iter().take(ENTRIES);
        self.orphans
            .set(orphans.map(|one| Nested(one.into())).collect::<Vec<_>>());
        self.complete.set(found.unchecked.is_empty());
        self.missing.set(found.unchecked);
        let sources = found.sources.keys().map(ToString::to_string);
        self.sources.set(sources.collect::<Vec<_>>());
        Ok(())
    }
}

impl From<&Orphan> for OrphanedAccess {
    fn from(found: &Orphan) -> Self {
        let mut orphan = Self::default();
        orphan.kind.set(found.kind.as_str());
        orphan.what.set(found.what.clone());
        orphan.why.set(found.why.clone());
        match &found.source {
            Some(source) => orphan.source.set(source.to_string()),
            None => orphan.source.set_null(),
        }
        orphan
    }
}
