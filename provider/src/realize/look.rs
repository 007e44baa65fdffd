//! Looking at what there is on the platforms.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_model::Name;
use tfplugin::{Diagnostic, Outcome, Report, Stop};

use super::{Realization, at, drift, realizations, targets};
use crate::configured::Configured;
use crate::lifecycle::Recorded;
use crate::policy::OnProblem;
use crate::sources::stop_at;

/// Brings what the ledger recorded of the platforms up to date with them. What is gone there is left out, so that it is
/// planned again; what was changed there is told, what it widened first.
///
/// # Errors
/// When a connector does not answer and its policy is not to go on without: silence is not the same as nothing there.
pub(crate) async fn look<R: Recorded>(
    state: &mut R,
    report: &mut Report,
    provider: &Configured,
) -> Outcome {
    let Some(kind) = R::OBJECT else {
        return Ok(());
    };
    let (key, recorded) = (state.key()?, realizations(state));
    let wanted = targets(state)?;
    let names: BTreeSet<&str> = wanted
        .keys()
        .map(Name::as_str)
        .chain(recorded.keys().map(String::as_str))
        .collect();
    let mut found = BTreeMap::new();
    for name in names {
        let before = recorded.get(name);
        let id = before.map_or("", Realization::id);
        let seen = match provider.platform(name) {
            Ok(platform) => platform.read(kind, id, &key).await,
            Err(missing) => Err(missing.into()),
        };
        match seen {
            Ok(Some(object)) => {
                let now = Realization::of(&object);
                report.extend(before.and_then(|before| drift::told(name, &key, before, &now)));
                found.insert(name.to_owned(), now);
            }
            Ok(None) => report.extend(before.map(|before| gone(name, &key, before))),
            // Nobody answered, so what was known is still the best there is.
            Err(stop) => {
                unanswered(stop, name, report, provider)?;
                found.extend(before.map(|before| (name.to_owned(), before.clone())));
            }
        }
    }
    super::set(state, found);
    Ok(())
}

/// What a connector that does not answer does to the run.
fn unanswered(stop: Stop, name: &str, report: &mut Report, provider: &Configured) -> Outcome {
    let Stop::Failed(diagnostics) = stop_at(stop, &at(name)) else {
        // Its configuration is not known yet.
        return Ok(());
    };
    // Somebody must be able to remove the connector's block and then the target.
    let is_configured = provider.platform(name).is_ok();
    if is_configured && provider.policies.on_unanswered(name) == OnProblem::Error {
        return Err(Stop::Failed(diagnostics));
    }
    for told in diagnostics {
        report.warning(told.path, &told.summary, told.detail);
    }
    Ok(())
}

fn gone(name: &str, key: &str, before: &Realization) -> Diagnostic {
    let detail = format!(
        "The ledger recorded `{}` as what connector `{name}` keeps of `{key}`; the platform has no such object any \
         more.\n\n\
         Apply to make it again. To have it gone for good, remove the target.\n\n\
         target-gone",
        before.id()
    );
    Diagnostic::warning("Object is gone from its platform", detail).at(at(name))
}
