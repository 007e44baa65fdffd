//! `portcullis_access_paths`

use std::collections::BTreeSet;

use portcullis_access::{Holder, Holders};
use portcullis_model::{Instant, Reason, Through};
use tfplugin::field::{Computed, Nested, Optional, Required, Text};
use tfplugin::{DataSource, Outcome, Path, Report, Schema};

use crate::answers;
use crate::config::ProviderBlock;
use crate::configured::Configured;
use crate::known::Known;
use crate::party::Party;
use crate::said::said;

/// Paths that go into state.
const PATHS: usize = 1000;

/// Who can come to act as a subject or a workload, through which path: over groups that are declared, and over what
/// connectors tell of their platforms.
#[derive(Debug, Clone, Schema)]
pub struct AccessPaths {
    /// A subject, such as `sa:cluster/infer/fraud-runtime`, or the `id` of a `portcullis_workload_identity`, which stands for
    /// every subject that the workload is.
    pub to: Required<String>,
    /// Which paths are looked through, as in `separation` of a `portcullis_permission_split`; all of them when left out.
    pub through: Optional<BTreeSet<Text<Through>>>,
    /// Who can come to act as it: a shortest path each, the nearest first, at most 1,000.
    pub paths: Computed<Vec<Nested<AccessPath>>>,
    /// How many there are.
    pub total: Computed<u64>,
    /// Whether everything that could show a further path was there: every group has declared members and every connector told
    /// all.
    pub complete: Computed<bool>,
    /// What was not there, each as a clause.
    pub missing: Computed<Vec<String>>,
    /// The connectors whose facts were used.
    pub sources: Computed<Vec<String>>,
}

/// Somebody who can come to act as the subject.
#[derive(Debug, Clone, Default, Schema)]
pub struct AccessPath {
    /// Who.
    pub from: Computed<String>,
    /// How, step by step.
    pub path: Computed<String>,
    /// Whether it is authority at any time; otherwise something has to be changed first.
    pub standing: Computed<bool>,
    /// Whether checks of one grant at a time pass: the secret cannot be read nor the token minted, and what runs is the way
    /// in.
    pub side_door: Computed<bool>,
    /// What kind of privilege it is: `standing`, `borrowed`, `job-scoped` or `break-glass`.
    pub mode: Computed<String>,
    /// When this path ends by itself, as an RFC 3339 time; null when it does not.
    pub until: Computed<String>,
}

impl DataSource for AccessPaths {
    type Provider = ProviderBlock;

    const NAME: &'static str = "access_paths";

    async fn read(&mut self, _: &mut Report, provider: &Configured) -> Outcome {
        let party: Party = self
            .to
            .get()?
            .parse()
            .map_err(|error| said(error).at(at()))?;
        let through = match self.through.get()? {
            Some(classes) => classes.iter().map(|class| *class.value()).collect(),
            None => Through::all(),
        };
        let found = Known::ask(provider, |known| {
            let subjects = party.subjects(known)?;
            let found = Holders::of(&subjects, &through, known.facts());
            let missing = answers::missing(&found.missing, &[&party], known);
            Ok((found, missing))
        });
        let (found, missing) = found
            .await?
            .map_err(|reason: Reason| said(reason).at(at()))?;
        self.total.set(found.holders.len() as u64);
        let shown = found.holders.iter().take(PATHS);
        self.paths.set(
            shown
                .map(|holder| Nested(holder.into()))
                .collect::<Vec<_>>(),
        );
        self.complete.set(missing.is_empty());
        self.missing.set(missing);
        let sources = found.sources.keys().map(ToString::to_string);
        self.sources.set(sources.collect::<Vec<_>>());
        Ok(())
    }
}

impl From<&Holder> for AccessPath {
    fn from(holder: &Holder) -> Self {
        let mut path = Self::default();
        path.from.set(holder.route.start.clone());
        path.path.set(holder.route.to_string());
        path.standing.set(holder.is_standing);
        path.side_door.set(holder.is_side_door);
        path.mode.set(holder.route.mode().as_str());
        match holder.route.until() {
            Some(end) => path.until.set(Instant::from(end).to_string()),
            None => path.until.set_null(),
        }
        path
    }
}

fn at() -> Path {
    Path::root().attribute("to")
}
