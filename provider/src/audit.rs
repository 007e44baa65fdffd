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
    /// Its name.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// Digest of its file in lower-case hexadecimal.
    pub sha256: String,
    /// The trusted key that signed it, empty without one.
    pub signer: String,
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
            name: plugin.entry.name.clone(),
            version: plugin.entry.version.clone(),
            sha256: plugin.entry.sha256.clone(),
            signer: plugin
                .entry
                .signer
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            rights: labelled.collect(),
        }
    }

    /// One entry a plugin, however many blocks use it.
    #[must_use]
    pub fn by_plugin(blocks: Vec<Self>) -> Vec<Self> {
        let mut plugins: BTreeMap<String, Self> = BTreeMap::new();
        for block in blocks {
            match plugins.entry(block.name.clone()) {
                Entry::Vacant(vacant) => drop(vacant.insert(block)),
                Entry::Occupied(mut same) => same.get_mut().rights.extend(block.rights),
            }
        }
        plugins.into_values().collect()
    }

    fn note(&self) -> Note {
        Note {
            plugin: self.name.clone(),
            detail: json!({
                APPLIED: true,
                "version": self.version,
                "sha256": self.sha256,
                "signer": self.signer,
                "rights": self.rights,
            }),
        }
    }

    /// What is different since the last run that applied something with this plugin; `None` when nothing is, or when no
    /// such run is known. A ledger that cannot be read is told elsewhere.
    pub async fn change(&self, ledger: &dyn Ledger) -> Option<Diagnostic> {
        let note = ledger.latest_note(&self.name, APPLIED);
        let before = note.await.ok()??;
        let changes = self.differences(&before.detail);
        if changes.is_empty() {
            return None;
        }
        let mut detail = format!(
            "Plugin `{}` is not what it was when something was applied last, at {} by `{}`:\n",
            self.name,
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
        let text = |field: &str| before.get(field).and_then(Json::as_str).unwrap_or_default();
        let mut changes = Vec::new();
        for (field, now) in [
            ("version", &self.version),
            ("sha256", &self.sha256),
            ("signer", &self.signer),
        ] {
            let shown = |value: &str| match value {
                "" => "none".to_owned(),
                value => value.to_owned(),
            };
            if text(field) != now {
                changes.push(format!("{field} {} -> {}", shown(text(field)), shown(now)));
            }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Installed;

    fn installed(rights: &[&str]) -> Installed {
        Installed {
            name: "nodes".to_owned(),
            version: "1.3.0".to_owned(),
            sha256: "9be2".to_owned(),
            signer: String::new(),
            rights: rights.iter().map(|right| (*right).to_owned()).collect(),
        }
    }

    #[test]
    fn the_same_plugin_with_the_same_rights_has_no_differences() {
        let now = installed(&["a: GET https://x.example/ in plan and apply"]);
        assert_eq!(now.differences(&now.note().detail), [""; 0]);
    }

    #[test]
    fn every_difference_is_a_line() {
        let before = json!({
            "version": "1.2.0",
            "sha256": "1f0c",
            "signer": "RWQ",
            "rights": ["a: GET https://x.example/ in plan and apply"],
        });
        let now = installed(&["a: POST https://x.example/ in apply"]);
        assert_eq!(
            now.differences(&before),
            [
                "version 1.2.0 -> 1.3.0",
                "sha256 1f0c -> 9be2",
                "signer RWQ -> none",
                "+ a: POST https://x.example/ in apply",
                "- a: GET https://x.example/ in plan and apply",
            ]
        );
    }

    #[test]
    fn blocks_of_one_plugin_are_one_entry_with_the_rights_of_all() {
        let [one] = Installed::by_plugin(vec![installed(&["a: x"]), installed(&["b: y"])])
            .try_into()
            .unwrap();
        assert_eq!(one.rights, ["a: x", "b: y"]);
    }
}
