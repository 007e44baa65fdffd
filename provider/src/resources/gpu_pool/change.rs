//! What a plan changes of what a pool holds.

use std::collections::{BTreeMap, BTreeSet};

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
    /// What it holds and gives back in the same step.
    pub released: Vec<DeviceKey>,
    /// What it asks for beyond what it keeps, as far as configuration tells; `None` for nothing.
    more: Option<Demand>,
    /// All that it asks for.
    asked: Demand,
    /// Whether it asks for more than it did, or for something else.
    grows: bool,
    same_shape: bool,
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
        let same_shape = before.as_ref().is_some_and(|before| {
            Demand {
                replicas: asked.replicas,
                ..before.clone()
            } == asked
        });
        let grows = before.is_none_or(|before| !same_shape || before.replicas < asked.replicas);
        let held = promised.held_by(&holder).iter();
        let kept: Vec<Choice> = held.map(|one| Choice::from(one.device.clone())).collect();
        let mut change = Self {
            kept,
            released: Vec::new(),
            more: None,
            asked,
            grows,
            same_shape,
            max_age: planned.max_age.get()?.map(|age| age.duration()),
        };
        // A replica of which a person freed a part is not one to keep.
        let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
        for device in &change.kept {
            *counts.entry(device.replica).or_default() += 1;
        }
        let whole = |count: usize| u32::try_from(count) == Ok(change.asked.gpus_per_replica);
        let given_up = counts
            .iter()
            .filter(|(replica, count)| !same_shape || !change.wants(**replica) || !whole(**count));
        let given_up: BTreeSet<u32> = given_up.map(|(replica, _)| *replica).collect();
        change.move_away(&given_up)?;
        Ok(change)
    }

    /// Gives back what these replicas hold, and asks anew for those of them that are still wanted.
    ///
    /// # Errors
    /// When the ledger holds what this version does not understand.
    pub(super) fn move_away(&mut self, replicas: &BTreeSet<u32>) -> Outcome {
        let gone = |device: &Choice| replicas.contains(&device.replica);
        let (released, kept): (Vec<Choice>, Vec<Choice>) =
            std::mem::take(&mut self.kept).into_iter().partition(gone);
        self.kept = kept;
        self.released.extend(device_keys(&released)?);
        let kept = u32::try_from(self.kept_replicas().len()).unwrap_or(u32::MAX);
        let replicas = self.asked.replicas.saturating_sub(kept);
        self.more = (replicas > 0).then(|| Demand {
            replicas,
            ..self.asked.clone()
        });
        Ok(())
    }

    /// The first device of each replica, of those that are kept and of those that were found devices for.
    #[must_use]
    pub fn first_devices(&self, placed: &[PlacedDevice]) -> Vec<DeviceKey> {
        let kept = self
            .kept
            .chunk_by(|one, other| one.replica == other.replica);
        let kept = kept.filter_map(|devices| devices.first()?.key.parse().ok());
        let placed = placed.chunk_by(|one, other| one.replica == other.replica);
        let placed = placed.filter_map(|devices| Some(devices.first()?.key.clone()));
        kept.chain(placed).collect()
    }

    /// The replicas that keep what they hold.
    fn kept_replicas(&self) -> BTreeSet<u32> {
        self.kept.iter().map(|device| device.replica).collect()
    }

    /// Whether the pool asks for GPUs as it did before, however many replicas.
    pub(super) fn is_same_shape(&self) -> bool {
        self.same_shape
    }

    /// Whether the pool asks for more than it did, or for something else.
    pub(super) fn grows(&self) -> bool {
        self.grows
    }

    /// Whether the replica of that number is one that the pool asks for.
    pub(super) fn wants(&self, replica: u32) -> bool {
        replica < self.asked.replicas
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

    /// What is kept, and the devices found for the other replicas, which get the lowest numbers that are free.
    pub(super) fn with(self, placed: &[PlacedDevice]) -> Vec<Choice> {
        let kept = self.kept_replicas();
        let numbers = (0..).filter(|number| !kept.contains(number));
        let numbers: Vec<u32> = numbers
            .take(
                placed
                    .iter()
                    .map(|one| one.replica as usize + 1)
                    .max()
                    .unwrap_or(0),
            )
            .collect();
        let more = placed.iter().filter_map(|one| {
            let replica = numbers.get(one.replica as usize)?;
            Some(choice(one, *replica))
        });
        self.kept.into_iter().chain(more).collect()
    }
}

fn choice(placed: &PlacedDevice, replica: u32) -> Choice {
    Choice {
        replica,
        node: placed.key.node.to_string(),
        key: placed.key.to_string(),
        model: placed.model.to_string(),
        units: placed.units.clone(),
    }
}

fn device_keys(choices: &[Choice]) -> Outcome<Vec<DeviceKey>> {
    let keys = choices
        .iter()
        .map(|choice| choice.key.parse().map_err(|error| said(error).into()));
    keys.collect()
}
