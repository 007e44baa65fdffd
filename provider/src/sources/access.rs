//! What the platforms say about access, through their connectors.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use portcullis_access::{
    Access, ListedEdge, ListedObject, ListedPermission, ListedSubject, Platform, SourceChange,
    SourceFacts,
};
use portcullis_directory::DirectoryFile;
use portcullis_model::{Name, Reason};
use portcullis_plugin_host::{AccessFacts, Connector, Effect, Mode, Part, PluginError};
use tokio::task::JoinSet;

use super::plugin::unavailable;
use super::unknown::config_unknown;
use crate::realize::PlannedObject;

/// A connector that may know who may do what.
#[derive(Debug, Clone)]
pub struct AccessSource {
    name: Name,
    told_by: ToldBy,
    timeout: Duration,
}

/// What can be asked.
#[derive(Debug, Clone)]
pub(super) enum ToldBy {
    /// Its configuration is not known yet.
    Unknown,
    /// A component, which may have nothing to say of access.
    Plugin(Box<Connector>),
    /// A directory in a file.
    Directory(DirectoryFile),
}

/// What all of them said, read once per run.
#[derive(Debug, Default)]
pub struct LiveAccess {
    /// Who may do what, and what that can be turned into.
    pub access: Access,
    /// The connectors that should have answered and could not, with why.
    pub unread: BTreeMap<Name, String>,
    /// Every answer as it came.
    told: Vec<SourceFacts>,
}

impl LiveAccess {
    /// Who may do what when connectors have done what is planned: what their documents grant now gives way to what they
    /// will grant. `None` when no connector says what that will be.
    #[must_use]
    pub fn after(&self, planned: &[PlannedObject]) -> Option<Access> {
        let changes: Vec<SourceChange> = self
            .told
            .iter()
            .filter_map(|facts| change(facts, planned))
            .collect();
        if changes.is_empty() {
            return None;
        }
        let told = || {
            let mut told = self.told.clone();
            for change in &changes {
                let told = told.iter_mut();
                let mut its = told.filter(|facts| facts.source == change.added.source);
                if let Some(facts) = its.next() {
                    change.make(facts);
                }
            }
            told
        };
        let changed = self.access.changed(&changes);
        Some(changed.unwrap_or_else(|| Access::derive(&told())))
    }
}

/// What a source will say differently when its connector has done what is planned; `None` when nobody says.
fn change(told: &SourceFacts, planned: &[PlannedObject]) -> Option<SourceChange> {
    let source = told.source.to_string();
    let planned = planned.iter().filter(|object| object.connector == source);
    let nothing = SourceFacts {
        source: told.source.clone(),
        platform: told.platform,
        observed_at: told.observed_at,
        subjects: Vec::new(),
        objects: Vec::new(),
        permissions: Vec::new(),
        edges: Vec::new(),
    };
    let mut change = None;
    let mut documents = BTreeSet::new();
    for object in planned {
        let Some(after) = object.facts() else {
            continue;
        };
        let added = change.get_or_insert_with(|| nothing.clone());
        documents.extend(object.documents());
        after.add_to(added);
    }
    let mut added = change?;
    let is_known = |id: &str| told.subjects.iter().any(|one| one.id == id);
    added.subjects.retain(|one| !is_known(&one.id));
    let mut taken = nothing;
    let permissions = told.permissions.iter();
    taken.permissions.extend(
        permissions
            .filter(|one| documents.contains(&one.source))
            .cloned(),
    );
    let edges = told.edges.iter();
    taken
        .edges
        .extend(edges.filter(|one| documents.contains(&one.source)).cloned());
    Some(SourceChange { taken, added })
}

impl AccessSource {
    pub(super) fn new(name: Name, told_by: ToldBy, timeout: Duration) -> Self {
        Self {
            name,
            told_by,
            timeout,
        }
    }

    /// Asks all of them at once; components without the part `access` have nothing to say.
    pub(crate) async fn read(sources: &[Self], now: Timestamp) -> LiveAccess {
        let mut asked = JoinSet::new();
        for source in sources {
            let source = source.clone();
            asked.spawn(async move {
                let answer = source.facts(now).await;
                (source.name, answer)
            });
        }
        let (mut told, mut unread) = (Vec::new(), BTreeMap::new());
        for (name, answer) in asked.join_all().await {
            match answer {
                Ok(facts) => told.extend(facts),
                Err(reason) => drop(unread.insert(name, found(&reason))),
            }
        }
        // In an order that does not depend on who was fastest.
        told.sort_by(|one, two| one.source.cmp(&two.source));
        LiveAccess {
            access: Access::derive(&told),
            unread,
            told,
        }
    }

    async fn facts(&self, now: Timestamp) -> Result<Option<SourceFacts>, Reason> {
        let connector = match &self.told_by {
            ToldBy::Unknown => return Err(config_unknown(&self.name, "who may do what")),
            ToldBy::Directory(file) => {
                let file = file.clone();
                let read = tokio::task::spawn_blocking(move || file.read(now)).await;
                let read =
                    read.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
                return read.map(Some).map_err(|fault| fault.reason());
            }
            ToldBy::Plugin(connector) => connector,
        };
        let listed = async {
            if !connector.has(Part::Access).await? {
                return Ok(None);
            }
            connector.list_access(self.timeout).await.map(Some)
        };
        let listed: Result<Option<AccessFacts>, PluginError> = listed.await;
        let facts = listed.map_err(|error| unavailable(&error))?;
        Ok(facts.map(|facts| source_facts(self.name.clone(), facts, now)))
    }
}

/// What was found, as a clause.
fn found(reason: &Reason) -> String {
    reason.found.trim_end_matches('.').to_owned()
}

/// What a connector told, as the access crate wants it; `now` where it does not say when it read its platform.
#[must_use]
pub fn source_facts(source: Name, facts: AccessFacts, now: Timestamp) -> SourceFacts {
    let seconds = |seconds: u32| Timestamp::from_second(i64::from(seconds)).ok();
    SourceFacts {
        source,
        platform: Platform::named(&facts.platform),
        // A clock ahead of ours tells of now.
        observed_at: facts
            .observed_at
            .and_then(seconds)
            .map_or(now, |at| at.min(now)),
        subjects: facts
            .subjects
            .into_iter()
            .map(|one| ListedSubject {
                id: one.id,
                kind: one.kind,
                name: one.name,
                labels: one.labels,
            })
            .collect(),
        objects: facts
            .objects
            .into_iter()
            .map(|one| ListedObject {
                id: one.id,
                kind: one.kind,
                name: one.name,
                labels: one.labels,
            })
            .collect(),
        permissions: facts
            .permissions
            .into_iter()
            .map(|one| ListedPermission {
                subject: one.subject,
                operation: one.operation,
                object: one.object,
                effect: match one.effect {
                    Effect::Allow => "allow".to_owned(),
                    Effect::Deny => "deny".to_owned(),
                },
                condition: one.condition,
                source: one.source,
                expires_at: one.expires_at.and_then(seconds),
            })
            .collect(),
        edges: facts
            .edges
            .into_iter()
            .map(|one| ListedEdge {
                from: one.from,
                relation: one.relation,
                to: one.to,
                mode: mode(one.mode).to_owned(),
                condition: one.condition,
                source: one.source,
                expires_at: one.expires_at.and_then(seconds),
            })
            .collect(),
    }
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Standing => "standing",
        Mode::JobScoped => "job-scoped",
        Mode::Borrowed => "borrowed",
        Mode::BreakGlass => "break-glass",
    }
}
