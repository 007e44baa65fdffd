//! Planning what connectors are to do on their platforms.

use std::collections::BTreeMap;

use portcullis_model::Name;
use portcullis_plugin_host::{Action, Desired};
use serde_json::{Value as Json, json};
use tfplugin::resource::Plan;
use tfplugin::value::Refinement;
use tfplugin::{Outcome, Stop};

use super::{PlannedObject, Realization, at, realizations, targets};
use crate::configured::Configured;
use crate::lifecycle::Recorded;
use crate::sources::stop_at;

/// Asks the connector of each target what it has to do, and keeps the answers for apply. What is there is read anew, so
/// that what was changed outside is mended. Nothing of it is planned as known, because the platform may be another one
/// when the plan is made again; what stays as it is keeps what the state has, unless the platform says otherwise by now: what
/// was applied before this resource in the same run may have mended it.
///
/// # Errors
/// When a connector cannot say what it has to do, at its target.
pub(crate) async fn plan<R: Recorded>(plan: &mut Plan<R>, provider: &Configured) -> Outcome {
    plan.private.planned.clear();
    let Some(kind) = R::OBJECT else {
        return Ok(());
    };
    let before = plan.prior.as_ref().map(realizations).unwrap_or_default();
    let known = (plan.planned.key(), targets(&plan.planned));
    let (key, wanted) = match known {
        (Ok(key), Ok(wanted)) => (key, wanted),
        (Err(Stop::Failed(failed)), _) | (_, Err(Stop::Failed(failed))) => {
            return Err(Stop::Failed(failed));
        }
        _ => {
            leave_to_apply(&mut plan.planned);
            return Ok(());
        }
    };
    if wanted.is_empty() && before.is_empty() {
        super::set(&mut plan.planned, BTreeMap::new());
        return Ok(());
    }
    let same_targets = before
        .keys()
        .map(String::as_str)
        .eq(wanted.keys().map(Name::as_str));
    let mut changes = !same_targets || !plan.is_unchanged();
    for (name, settings) in wanted {
        let wish = Wish {
            kind,
            key: &key,
            name: &name,
            settings,
            before: before.get(name.as_str()),
        };
        let planned = wish.planned(&plan.planned, provider).await;
        match planned.map_err(|stop| stop_at(stop, &at(name.as_str()))) {
            Ok(object) => {
                let is_told = object.is_told(before.get(&object.connector));
                changes |= object.change.action != Action::None || !is_told;
                plan.private.planned.push(object);
            }
            Err(Stop::Deferred) => changes = true,
            failed => plan.report.absorb(failed.map(drop)).unwrap_or_default(),
        }
    }
    if changes {
        leave_to_apply(&mut plan.planned);
    }
    Ok(())
}

fn leave_to_apply<R: Recorded>(planned: &mut R) {
    if let Some(realized) = planned.realized_mut() {
        realized.set_unknown(Refinement::default());
    }
}

/// What is wanted of one connector.
struct Wish<'w> {
    kind: &'static str,
    key: &'w str,
    name: &'w Name,
    settings: Json,
    before: Option<&'w Realization>,
}

impl Wish<'_> {
    async fn planned<R: Recorded>(
        self,
        planned: &R,
        provider: &Configured,
    ) -> Outcome<PlannedObject> {
        let platform = provider.platform(self.name.as_str())?;
        platform.must_keep(self.kind).await?;
        let mut attributes = planned.attributes(self.name, provider).await?;
        if let Some(members) = attributes.as_object_mut() {
            let settings = match self.settings {
                Json::Null => json!({}),
                settings => settings,
            };
            members.insert("settings".to_owned(), settings);
        }
        let id = self.before.map_or("", Realization::id);
        let prior = platform.read(self.kind, id, self.key).await?;
        let desired = Desired {
            kind: self.kind.to_owned(),
            name: self.key.to_owned(),
            attributes,
        };
        let change = platform.plan(prior.as_ref(), &desired).await?;
        Ok(PlannedObject::new(self.name, prior, change, provider))
    }
}
