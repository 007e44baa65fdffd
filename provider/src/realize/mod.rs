//! What connectors keep of a resource on their platforms: planned, made, looked at and removed.
//!
//! The ledger knows of an object before any platform does, and of what became of it afterwards; see
//! docs/decisions/2026-11-23-realize-after-record.md.

mod apply;
mod drift;
mod facts;
mod look;
mod offboard;
mod plan;
mod planned;
mod platform;
mod realization;

use std::collections::BTreeMap;

use portcullis_model::Name;
use serde_json::Value as Json;
use tfplugin::field::Nested;
use tfplugin::{Outcome, Path};

use crate::lifecycle::Recorded;
use crate::plugin_config::PluginConfig;

pub(crate) use apply::apply;
pub(crate) use look::look;
pub(crate) use offboard::{foresee, offboard};
pub(crate) use plan::plan;
pub use planned::PlannedObject;
pub use platform::Platform;
pub use realization::{Enforcement, Realization, Realized};

/// The targets of a resource, with the settings of each.
///
/// # Errors
/// Deferred while it is unknown which there are, or with which settings.
fn targets<R: Recorded>(resource: &R) -> Outcome<BTreeMap<Name, Json>> {
    let Some(blocks) = resource.target() else {
        return Ok(BTreeMap::new());
    };
    let mut targets = BTreeMap::new();
    for (label, block) in blocks.get()? {
        let name = label
            .parse()
            .map_err(|error| crate::said::said(error).at(at(label)))?;
        targets.insert(name, PluginConfig::of(&block.settings)?.known()?);
    }
    Ok(targets)
}

/// What is known of a resource on its platforms, by connector.
fn realizations<R: Recorded>(resource: &R) -> BTreeMap<String, Realization> {
    let known = resource.realized().and_then(|realized| realized.known());
    let known = known.into_iter().flatten();
    known
        .map(|(name, realization)| (name.clone(), realization.0.clone()))
        .collect()
}

/// Says what there is of a resource on its platforms; nothing at all is null.
pub(crate) fn set<R: Recorded>(resource: &mut R, realizations: BTreeMap<String, Realization>) {
    let Some(realized) = resource.realized_mut() else {
        return;
    };
    if realizations.is_empty() {
        realized.set_null();
        return;
    }
    let nested = realizations.into_iter();
    realized.set(
        nested
            .map(|(name, realization)| (name, Nested(realization)))
            .collect::<BTreeMap<_, _>>(),
    );
}

/// Brings a resource that is about to be recorded to what is known of it before the platforms are asked.
pub(crate) fn before<R: Recorded>(resource: &mut R, prior: Option<&R>) {
    let known = prior.map(realizations).unwrap_or_default();
    set(resource, known);
}

/// The block of a target.
fn at(label: &str) -> Path {
    Path::root().attribute("target").key(label)
}
