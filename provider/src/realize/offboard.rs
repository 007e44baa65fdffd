//! Taking an object off its platforms, and saying beforehand what that will find.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use portcullis_ledger::{Force, Record, failpoint};
use portcullis_model::Name;
use portcullis_plugin_host::{Managed, Stamp};
use serde_json::Value as Json;
use tfplugin::resource::{Delete, Destroy};
use tfplugin::{Diagnostic, Diagnostics, Outcome, Path, Stop};

use super::planned::{stamp, token};
use super::{Realization, at, realizations, targets};
use crate::configured::Configured;
use crate::lifecycle::{Recorded, decode_body};
use crate::said::said;
use crate::sources::stop_at;

/// The kind of object by which a connector says what offboarding will find.
const OFFBOARDING: &str = "offboarding";

/// Takes the object off every platform. When something of it still works the removal fails and names it; with a
/// `force_reason` it goes on, and the reason and what was left become an event of the ledger.
///
/// # Errors
/// What still works, or what a connector could not find out, at its target.
pub(crate) async fn offboard<R: Recorded>(
    delete: &mut Delete<R>,
    record: &Record,
    provider: &Configured,
) -> Outcome {
    let Some(kind) = R::OBJECT else {
        return Ok(());
    };
    let recorded = realizations(&decode_body::<R>(record)?);
    let wanted = targets(&delete.state).unwrap_or_default();
    let names: BTreeSet<&str> = wanted
        .keys()
        .map(Name::as_str)
        .chain(recorded.keys().map(String::as_str))
        .collect();
    let mut left = Diagnostics::new();
    for name in names {
        let leaving = Leaving {
            kind,
            key: &record.key,
            id: recorded.get(name).map_or("", Realization::id),
            attributes: attributes(&delete.state, name, provider).await,
            stamp: stamp(token(name, kind, &record.key, provider), record.incarnation),
        };
        match leaving.leave(name, provider).await {
            Ok(()) => {}
            Err(Stop::Failed(diagnostics)) => left.extend(diagnostics),
            Err(Stop::Deferred) => left.push(unreachable(name)),
        }
    }
    if left.is_empty() {
        return Ok(());
    }
    match delete.state.force_reason() {
        None => Err(Stop::Failed(left)),
        Some(reason) => {
            let force = Force {
                reason: reason.to_owned(),
                left: left.into_iter().map(|one| found(&one)).collect(),
            };
            delete.report.push(forced(&force, &record.key));
            let force = provider
                .ledger
                .force(R::KIND, &record.key, record.incarnation, force);
            Ok(force.await.map_err(said)?)
        }
    }
}

/// What an object was declared as, for a connector that has to clean up after it is gone.
async fn attributes<R: Recorded>(state: &R, name: &str, provider: &Configured) -> Json {
    let Ok(name) = name.parse::<Name>() else {
        return serde_json::json!({});
    };
    let attributes = state.attributes(&name, provider).await;
    let mut attributes = attributes.unwrap_or_else(|_| serde_json::json!({}));
    let settings = targets(state).unwrap_or_default().remove(&name);
    if let (Some(members), Some(settings)) = (attributes.as_object_mut(), settings) {
        members.insert("settings".to_owned(), settings);
    }
    attributes
}

/// An object that leaves one platform.
pub(super) struct Leaving<'l> {
    pub(super) kind: &'static str,
    pub(super) key: &'l str,
    /// The id known last; empty when none is.
    pub(super) id: &'l str,
    /// What it was declared as, for when it is gone already.
    pub(super) attributes: Json,
    pub(super) stamp: Stamp,
}

impl Leaving<'_> {
    /// # Errors
    /// What still works, at the target.
    pub(super) async fn leave(self, name: &str, provider: &Configured) -> Outcome {
        let left = self.left(name, provider).await;
        left.map_err(|stop| stop_at(stop, &at(name)))
    }

    async fn left(self, name: &str, provider: &Configured) -> Outcome {
        let platform = provider.platform(name)?;
        let found = platform.read(self.kind, self.id, self.key).await?;
        if found.is_none() && self.id.is_empty() {
            // Nothing was ever made there.
            return Ok(());
        }
        let prior = found.unwrap_or(Managed {
            kind: self.kind.to_owned(),
            id: self.id.to_owned(),
            name: self.key.to_owned(),
            attributes: self.attributes,
            revision: String::new(),
        });
        failpoint::hit("platform.before_delete");
        platform.delete(&prior, &self.stamp).await?;
        failpoint::hit("platform.after_delete");
        Ok(())
    }
}

/// Says what removing the object will find on its platforms, where their connectors can tell. Nothing of it stands in the
/// way of a plan.
pub(crate) async fn foresee<R: Recorded>(destroy: &mut Destroy<R>, provider: &Configured) {
    let Ok(key) = destroy.prior.key() else { return };
    let force = destroy.prior.force_reason().map(str::to_owned);
    for (name, realization) in realizations(&destroy.prior) {
        let Ok(platform) = provider.platform(&name) else {
            continue;
        };
        if !matches!(platform.keeps(OFFBOARDING).await, Ok(true)) {
            continue;
        }
        let path = at(&name);
        match platform.read(OFFBOARDING, realization.id(), &key).await {
            Ok(Some(found)) => {
                let foreseen = foreseen(&name, &key, &found.attributes, force.as_deref());
                destroy.report.extend(foreseen.map(|one| one.at(path)));
            }
            Err(Stop::Failed(failed)) => {
                for told in failed {
                    destroy
                        .report
                        .warning(path.clone(), &told.summary, told.detail);
                }
            }
            Ok(None) | Err(Stop::Deferred) => {}
        }
    }
}

fn foreseen(name: &str, key: &str, attributes: &Json, force: Option<&str>) -> Option<Diagnostic> {
    let finds = attributes.get("finds")?.as_array()?;
    if finds.is_empty() {
        return None;
    }
    let mut detail = format!("Removing `{key}` from connector `{name}` will find:\n");
    for find in finds {
        let text = |name: &str| find.get(name).and_then(Json::as_str).unwrap_or_default();
        // Writing to a string does not fail.
        let _ = write!(detail, "\n  {}: {}", text("what"), text("then"));
    }
    let remedy = match force {
        Some(_) => {
            "`force_reason` is set: what still works will be left, and the ledger will say why."
        }
        None => {
            "Remove what still works before, or set `force_reason` and apply first to leave it."
        }
    };
    let _ = write!(detail, "\n\n{remedy}\n\noffboarding-finds");
    Some(Diagnostic::warning(
        "Offboarding will find something",
        detail,
    ))
}

/// The first paragraph of a diagnostic.
fn found(told: &Diagnostic) -> String {
    let found = told.detail.split("\n\n").next().unwrap_or_default();
    found.to_owned()
}

fn forced(force: &Force, key: &str) -> Diagnostic {
    let mut detail = format!("`{key}` was removed although something of it was left:\n");
    for left in &force.left {
        // Writing to a string does not fail.
        let _ = write!(detail, "\n  {left}");
    }
    let _ = write!(
        detail,
        "\n\nThe reason that was given, `{}`, is recorded in the ledger. Remove by hand what was left.\n\n\
         offboarding-forced",
        force.reason.escape_debug()
    );
    Diagnostic::warning("Something was left behind", detail).at(Path::root())
}

fn unreachable(name: &str) -> Diagnostic {
    let detail = format!(
        "The configuration of connector `{name}` holds values that are not known, so that it cannot be asked to remove \
         anything.\n\n\
         Apply what these values come from first, for example with `-target`.\n\n\
         connector-config-unknown"
    );
    Diagnostic::error("Connector configuration is not known yet", detail).at(at(name))
}
