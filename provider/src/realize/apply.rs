//! Carrying out on the platforms what planning chose.

use std::collections::BTreeMap;

use portcullis_ledger::failpoint;
use portcullis_plugin_host::Action;
use tfplugin::{Diagnostic, Diagnostics, Outcome, Stop};

use super::offboard::Leaving;
use super::planned::{stamp, token};
use super::{PlannedObject, Realization, at, realizations, targets};
use crate::configured::Configured;
use crate::lifecycle::{Recorded, body};
use crate::said::said;
use crate::sources::stop_at;

/// Carries out what planning chose, on every platform, and removes the object from those that are no target any more. What
/// became of each is in the state and in the ledger afterwards, also when one of them failed.
///
/// # Errors
/// Every connector that did not do it, at its target.
pub(crate) async fn apply<R: Recorded>(
    state: &mut R,
    planned: Vec<PlannedObject>,
    incarnation: u64,
    provider: &Configured,
) -> Outcome {
    let Some(kind) = R::OBJECT else {
        return Ok(());
    };
    let (key, wanted) = (state.key()?, targets(state)?);
    let mut realized = realizations(state);
    if wanted.is_empty() && realized.is_empty() {
        return Ok(());
    }
    let mut failed = Diagnostics::new();
    for name in wanted.keys() {
        let chosen = planned.iter().find(|one| one.connector == name.as_str());
        let made = match chosen {
            Some(chosen) => make(chosen, incarnation, provider).await,
            None => Err(not_planned(name.as_str()).into()),
        };
        match made.map_err(|stop| stop_at(stop, &at(name.as_str()))) {
            Ok(made) => drop(realized.insert(name.to_string(), made)),
            Err(stop) => collect(&mut failed, stop),
        }
    }
    let gone: Vec<String> = realized
        .keys()
        .filter(|name| !wanted.keys().any(|wanted| wanted.as_str() == *name))
        .cloned()
        .collect();
    for name in gone {
        let leaving = Leaving {
            kind,
            key: &key,
            id: realized.get(&name).map_or("", Realization::id),
            attributes: serde_json::json!({}),
            stamp: stamp(token(&name, kind, &key, provider), incarnation),
        };
        match leaving.leave(&name, provider).await {
            Ok(()) => drop(realized.remove(&name)),
            Err(stop) => collect(&mut failed, stop),
        }
    }
    complete(state, &key, realized, incarnation, provider).await?;
    if failed.is_empty() {
        return Ok(());
    }
    Err(Stop::Failed(failed))
}

async fn make(
    chosen: &PlannedObject,
    incarnation: u64,
    provider: &Configured,
) -> Outcome<Realization> {
    if let (Action::None, Some(there)) = (chosen.change.action, &chosen.prior) {
        return Ok(Realization::of(there));
    }
    let platform = provider.platform(&chosen.connector)?;
    failpoint::hit("platform.before_apply");
    let made = platform
        .apply(
            chosen.prior.as_ref(),
            &chosen.change,
            &chosen.stamp(incarnation),
        )
        .await?;
    failpoint::hit("platform.after_apply");
    Ok(Realization::of(&made))
}

/// Writes into state and ledger what there is now.
async fn complete<R: Recorded>(
    state: &mut R,
    key: &str,
    realized: BTreeMap<String, Realization>,
    incarnation: u64,
    provider: &Configured,
) -> Outcome {
    super::set(state, realized);
    let realize = provider
        .ledger
        .realize(R::KIND, key, incarnation, body(state)?);
    realize.await.map_err(said)?;
    Ok(())
}

fn collect(failed: &mut Diagnostics, stop: Stop) {
    match stop {
        Stop::Failed(diagnostics) => failed.extend(diagnostics),
        Stop::Deferred => failed.push(unknown()),
    }
}

fn not_planned(name: &str) -> Diagnostic {
    let detail = format!(
        "The configuration of connector `{name}`, or what it was to be told of this resource, was still unknown when this \
         resource was planned for the last time, so that nothing was done there.\n\n\
         Apply once more: what was unknown is known by then.\n\n\
         target-not-planned"
    );
    Diagnostic::error("Target was not planned", detail)
}

fn unknown() -> Diagnostic {
    let detail = "The configuration of a connector holds values that were not known when it was to be called.\n\n\
                  Apply once more: what was unknown is known by then.\n\n\
                  target-not-planned";
    Diagnostic::error("Target was not planned", detail)
}
