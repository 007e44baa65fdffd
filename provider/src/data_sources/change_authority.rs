//! `portcullis_change_authority`

use portcullis_model::{Duty, Reason};
use tfplugin::field::{Computed, Nested, Required, Text};
use tfplugin::{DataSource, Outcome, Path, Report, Schema};

use crate::answers;
use crate::config::ProviderBlock;
use crate::configured::Configured;
use crate::known::Known;
use crate::party::Party;
use crate::said::said;

/// Entries that go into state.
const ENTRIES: usize = 1000;

/// Who can change what a workload is: ship it, decide what runs as it, widen what it may do, read or replace its credentials,
/// approve for it.
#[derive(Debug, Clone, Schema)]
pub struct ChangeAuthority {
    /// A subject, such as `sa:cluster/infer/fraud-runtime`, or the `id` of a `portcullis_workload_identity`, which stands for
    /// every subject that the workload is.
    pub over: Required<String>,
    /// Who can change it: by duty, those whom its split declares first, then the nearest; at most 1,000.
    pub authorities: Computed<Vec<Nested<Authority>>>,
    /// How many there are.
    pub total: Computed<u64>,
    /// Whether everything that could show more was there: every group has known members and every connector told all.
    pub complete: Computed<bool>,
    /// What was not there, each as a clause.
    pub missing: Computed<Vec<String>>,
    /// The connectors whose facts were used.
    pub sources: Computed<Vec<String>>,
}

/// Somebody who can exercise a duty over a workload.
#[derive(Debug, Clone, Default, Schema)]
pub struct Authority {
    /// The duty: `deploy` (ships it, or decides what runs as it), `grant` (widens what it may do, or who may act as it),
    /// `credential` (reads or replaces its credentials), `approve`, `route`, `swap_model` or `scale`.
    pub duty: Computed<Text<Duty>>,
    /// Who.
    pub from: Computed<String>,
    /// How, step by step.
    pub path: Computed<String>,
    /// Whether it is authority at any time; otherwise something has to be changed first.
    pub standing: Computed<bool>,
    /// When it ends by itself, as an RFC 3339 time; null when it does not.
    pub until: Computed<String>,
}

impl DataSource for ChangeAuthority {
    type Provider = ProviderBlock;

    const NAME: &'static str = "change_authority";

    async fn read(&mut self, _: &mut Report, provider: &Configured) -> Outcome {
        let at = || Path::root().attribute("over");
        let party = self.over.get()?.parse::<Party>();
        let party = party.map_err(|error| said(error).at(at()))?;
        let found = Known::ask(provider, |known| {
            let found = answers::ChangeAuthority::over(&party, known)?;
            Ok((found, known.access.sources()))
        });
        let (found, sources) = found
            .await?
            .map_err(|reason: Reason| said(reason).at(at()))?;
        self.total.set(found.authorities.len() as u64);
        let authorities = found.authorities.iter().take(ENTRIES);
        self.authorities.set(
            authorities
                .map(|one| Nested(one.into()))
                .collect::<Vec<_>>(),
        );
        self.complete.set(found.missing.is_empty());
        self.missing.set(found.missing);
        let sources = sources.keys().map(ToString::to_string);
        self.sources.set(sources.collect::<Vec<_>>());
        Ok(())
    }
}

impl From<&answers::Authority> for Authority {
    fn from(found: &answers::Authority) -> Self {
        let mut authority = Self::default();
        authority.duty.set(found.duty);
        authority.from.set(found.from.clone());
        authority.path.set(found.path.clone());
        authority.standing.set(found.is_standing);
        match found.until {
            Some(end) => authority.until.set(end.to_string()),
            None => authority.until.set_null(),
        }
        authority
    }
}
