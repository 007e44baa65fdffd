//! What a plan changes of what a pool holds.

use jiff::{SignedDuration, Timestamp};
use portcullis_capacity::{Demand, Freshness, Spread};
use portcullis_model::{DeviceKey, Location, Snapshot};
use tfplugin::Outcome;

use super::GpuPool;
use crate::lifecycle::Choice;
use crate::placing::PlacedDevice;
use crate::promised::Promised;
use crate::said::said;

/// What a plan changes of what a pool holds. Only the change is checked, so a pool that stays as it is never fails for
/// capacity.
#[derive(Debug)]
pub struct Change {
    /// What it holds and keeps.
    pub(super) kept: Vec<Choice>,
    /// The first replica that is new.
    first: u32,
    /// What it holds and gives back in the same step.
    pub released: Vec<DeviceKey>,
    /// What it asks for beyond what it keeps, as far as configuration tells; `None` for nothing.
    more: Option<Demand>,
    /// The oldest answer that counts.
    max_age: Option<SignedDuration>,
}

impl Change {
    /// What changes between `prior` and `planned`, given what the ledger says the pool holds.
    ///
    /// # Errors
    /// Deferred while a part of what the pool asks for is unknown.
    pub fn between(
        prior: Option<&GpuPool>,
        planned: &GpuPool,
        promised: &Promised,
    ) -> Outcome<Self> {
        let asked = planned.demand()?;
        let before = prior.map(GpuPool::demand).transpose()?;
        // A pool that is replaced under another name gives back what it holds under the old one.
        let holder = before
            .as_ref()
            .map_or(&asked.pool, |before| &before.pool)
            .to_string();
        let same_shape = before.is_some_and(|before| {
            Demand {
                replicas: asked.replicas,
                ..before
            } == asked
        });
        let held = promised
            .held_by(&holder)
            .iter()
            .map(|one| Choice::from(one.device.clone()));
        let (kept, released): (Vec<Choice>, Vec<Choice>) =
            held.partition(|device| same_shape && device.replica < asked.replicas);
        let first = kept
            .iter()
            .map(|device| device.replica + 1)
            .max()
            .unwrap_or(0);
        let more = Demand {
            replicas: asked.replicas.saturating_sub(first),
            ..asked
        };
        Ok(Self {
            kept,
            first,
            released: device_keys(&released)?,
            more: (more.replicas > 0).then_some(more),
            max_age: planned.max_age.get()?.map(|age| age.duration()),
        })
    }

    /// Whether the pool asks for nothing beyond what it keeps.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.more.is_none()
    }

    /// What the pool asks for beyond what it keeps, with what can be seen of the latter; `None` for nothing.
    #[must_use]
    pub fn demand(&self, snapshot: &Snapshot, now: Timestamp) -> Option<Demand> {
        let more = self.more.as_ref()?;
        let spread = more.spread.as_ref().map(|spread| Spread {
            kept: self.zones(snapshot),
            ..spread.clone()
        });
        Some(Demand {
            spread,
            freshness: self.max_age.map(|max_age| Freshness { now, max_age }),
            ..more.clone()
        })
    }

    /// The zone of each replica that is kept, where it is told.
    fn zones(&self, snapshot: &Snapshot) -> Vec<Option<Location>> {
        let replicas = self
            .kept
            .chunk_by(|one, other| one.replica == other.replica);
        let zone = |devices: &[Choice]| {
            let key: DeviceKey = devices.first()?.key.parse().ok()?;
            let position = snapshot.positions([&key]).into_iter().next().flatten()?;
            snapshot.device(position)?.site().zone.clone()
        };
        replicas.map(zone).collect()
    }

    /// What is kept, and the devices found for new replicas, numbered after those that are kept.
    pub(super) fn with(self, placed: &[PlacedDevice]) -> Vec<Choice> {
        let more = placed.iter().map(|one| choice(one, self.first));
        self.kept.into_iter().chain(more).collect()
    }
}

/// A device found for a new replica, numbered after those that are kept.
fn choice(placed: &PlacedDevice, first: u32) -> Choice {
    Choice {
        replica: first + placed.replica,
        node: placed.key.node.to_string(),
        key: placed.key.to_string(),
        model: placed.model.to_string(),
    }
}

fn device_keys(choices: &[Choice]) -> Outcome<Vec<DeviceKey>> {
    let keys = choices
        .iter()
        .map(|choice| choice.key.parse().map_err(|error| said(error).into()));
    keys.collect()
}
