//! What plugins did in this run, for the ledger; and what became different since the last run that applied something.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use portcullis_ledger::{Ledger, Note};
use portcullis_plugin_host::{CallRecord, PluginRef};
use serde_json::{Value as Json, json};
use tfplugin::Diagnostic;

/// Calls of one run that are noted one by one; of more, only the number.
const CALLS: usize = 1000;
/// The member of a note that says that its run applied something.
const APPLIED: &str = "applied";

/// The calls of this run. Clones are the same list.
#[derive(Debug, Clone, Default)]
pub struct Audit(Arc<Calls>);

#[derive(Debug, Default)]
struct Calls {
    notes: Mutex<Noted>,
    applied: AtomicBool,
}

#[derive(Debug, Default)]
struct Noted {
    notes: Vec<Note>,
    /// Calls beyond what is noted one by one.
    more: u64,
}

/// A plugin as this run configured it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// Which file, by digest.
    pub plugin: PluginRef,
    /// Its effective rights, as people read them, sorted.
    pub rights: Vec<String>,
}

impl Audit {
    /// Takes a call that ended.
    pub fn call(&self, record: &CallRecord) {
        let mut noted = self.0.notes.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.notes.len() >= CALLS {
            noted.more += 1;
            return;
        }
        noted.notes.push(Note {
            plugin: record.plugin.clone(),
            detail: json!(record),
        });
    }

    /// Takes note that this run changes something.
    pub fn apply(&self) {
        self.0.applied.store(true, Ordering::Relaxed);
    }

    /// Writes everything into the ledger: the calls, and the plugins with their rights when this run applied something.
    /// A ledger that cannot be written is no error, since a planning run may lack the right to: the log has every call.
    pub async fn write(&self, installed: &[Installed], ledger: &dyn Ledger) {
        let taken =
            std::mem::take(&mut *self.0.notes.lock().unwrap_or_else(PoisonError::into_inner));
        let mut notes = taken.notes;
        if taken.more > 0 {
            tracing::warn!(more = taken.more, "more plugin calls than a run notes");
            notes.push(Note {
                plugin: String::new(),
                detail: json!({"calls_not_noted": taken.more}),
            });
        }
        if self.0.applied.load(Ordering::Relaxed) {
            notes.extend(installed.iter().map(Installed::note));
        }
        if let Err(error) = ledger.note(notes).await {
            tracing::warn!(%error, "plugin calls could not be noted in the ledger");
        }
    }
}

impl Installed {
    /// The plugin of one block, with what its lines of rights begin with: the label of the block.
    #[must_use]
    pub fn new(label: &str, plugin: &PluginRef, rights: &[String]) -> Self {
        let labelled = rights.iter().map(|right| format!("{label}: {right}"));
        Self {
            plugin: plugin.clone(),
            rights: labelled.collect(),
        }
    }

    /// One entry a plugin, however many blocks use it.
    #[must_use]
    pub fn by_plugin(blocks: Vec<Self>) -> Vec<Self> {
        let mut plugins: BTreeMap<String, Self> = BTreeMap::new();
        for block in blocks {
            match plugins.entry(block.plugin.entry.name.clone()) {
                Entry::Vacant(vacant) => drop(vacant.insert(block)),
                Entry::Occupied(mut same) => same.get_mut().rights.extend(block.rights),
            }
        }
        plugins.into_values().collect()
    }

    fn note(&self) -> Note {
        let entry = &self.plugin.entry;
        Note {
            plugin: entry.name.clone(),
            detail: json!({
                APPLIED: true,
                "version": entry.version,
                "sha256": entry.sha256,
                "rights": self.rights,
            }),
        }
    }

    /// What is different since the last run that applied something with this plugin; `None` when nothing is, or when no
    /// such run is known. A ledger that cannot be read is told elsewhere.
    pub async fn change(&self, ledger: &dyn Ledger) -> Option<Diagnostic> {
        let note = ledger.latest_note(&self.plugin.entry.name, APPLIED);
        let before = note.await.ok()??;
        let changes = self.differences(&before.detail);
        if changes.is_empty() {
            return None;
        }
        let mut detail = format!(
            "Plugin `{}` is not what it was when something was applied last, at {} by `{}`:\n",
            self.plugin.entry.name,
            before.at.strftime("%F %T UTC"),
            before.author.actor,
        );
        for change in changes {
            // Writing to a string does not fail.
            let _ = writeln!(detail, "  {change}");
        }
        detail.push_str(
            "\nRead the differences as you would read a change of code; undo them in `portcullis.lock` or in the provider \
             block if they are not meant. The next apply that changes something accepts them.\n\n\
             plugin-changed",
        );
        Some(Diagnostic::warning("Plugin or its rights changed", detail))
    }

    fn differences(&self, before: &Json) -> Vec<String> {
        let entry = &self.plugin.entry;
        let text = |field: &str| before.get(field).and_then(Json::as_str).unwrap_or_default();
        let mut changes = Vec::new();
        if text("version") != entry.version {
            changes.push(format!("version {} -> {}", text("version"), entry.version));
        }
        if text("sha256") != entry.sha256 {
            changes.push(format!("sha256 {} -> {}", text("sha256"), entry.sha256));
        }
        let had: BTreeSet<&str> = before
            .get("rights")
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .collect();
        let has: BTreeSet<&str> = self.rights.iter().map(String::as_str).collect();
        changes.extend(has.difference(&had).map(|right| format!("+ {right}")));
        changes.extend(had.difference(&has).map(|right| format!("- {right}")));
        changes
    }
}
