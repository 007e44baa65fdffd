//! What became of a device that was once found fit.

use jiff::{SignedDuration, Timestamp};
use portcullis_capacity::{AtPlace, Demand, instance_at};
use portcullis_ledger::Reservation;
use portcullis_model::{
    DeviceKey, DeviceView, Health, MigInstance, MigMode, MigProfile, Name, Snapshot, SourceStatus,
};

/// Why a device that was found fit once will not do any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Its source told everything, and the device is not among it.
    Gone,
    /// The same of a GPU instance, which goes when its GPU is divided otherwise.
    InstanceGone,
    /// Its source knows of it and cannot reach it.
    Lost,
    /// It does not work as well as it has to.
    Unfit(Health),
    /// A whole GPU was divided into instances.
    Divided,
    /// What goes by its name is of another profile now; `None` for a whole GPU.
    OtherProfile(Option<MigProfile>),
    /// The place of an instance that was to be made is taken by this one.
    PlaceTaken(MigInstance),
    /// The GPU on which an instance was to be made is not in MIG mode any more.
    Undivided,
    /// Somebody uses it who should not, in the source's own words where it tells.
    Used(Option<String>),
    /// The ledger has it for another pool.
    Held {
        pool: String,
        owner: String,
        since: Timestamp,
    },
    /// The ledger has it for nobody.
    Freed,
}

/// Who saw it, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sighting {
    pub(crate) source: Name,
    pub(crate) at: Timestamp,
}

/// A device that will not do any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fallen {
    /// The device, as the ledger names it.
    pub(crate) key: String,
    /// The node it is in.
    pub(crate) node: String,
    /// Why.
    pub(crate) fate: Fate,
    /// Who saw that; `None` for what the ledger says.
    pub(crate) seen: Option<Sighting>,
}

impl Fate {
    /// What became of each of these devices, as far as their sources tell: `None` for one that would still do, and for one
    /// of which nothing is told. `may` is whether that user, unnamed where nobody is named, may use a device.
    pub(crate) fn of(
        keys: &[DeviceKey],
        demand: &Demand,
        snapshot: &Snapshot,
        may: impl Fn(Option<&str>) -> bool,
    ) -> Vec<Option<(Self, Sighting)>> {
        let positions = snapshot.positions(keys);
        let found = keys.iter().zip(positions).map(|(key, position)| {
            let Some((position, device)) =
                position.zip(position.and_then(|at| snapshot.device(at)))
            else {
                return Self::missing(key, demand, snapshot);
            };
            let fate = match key.instance {
                None => Self::seen(&device, demand, &may),
                Some(instance) => Self::at_place(snapshot, position, instance, demand, &may),
            };
            let seen = Sighting {
                source: device.source().name.clone(),
                at: device.observed_at(),
            };
            Some((fate?, seen))
        });
        found.collect()
    }

    /// What became of an instance that was to be made on the GPU at that position. Once it is there, it is what was reserved.
    fn at_place(
        snapshot: &Snapshot,
        gpu: usize,
        instance: MigInstance,
        demand: &Demand,
        may: impl Fn(Option<&str>) -> bool,
    ) -> Option<Self> {
        let whole = snapshot.device(gpu)?;
        match instance_at(snapshot, gpu, instance) {
            AtPlace::Made(made) => Self::seen(&snapshot.device(made)?, demand, may),
            AtPlace::Taken(other) => Some(Self::PlaceTaken(other)),
            AtPlace::Open if whole.health() == Health::Lost => Some(Self::Lost),
            AtPlace::Open if whole.mig_mode() == MigMode::Disabled => Some(Self::Undivided),
            AtPlace::Open => {
                let health = whole.health();
                (demand.health.accepts(health) == Some(false)).then_some(Self::Unfit(health))
            }
        }
    }

    fn seen(
        device: &DeviceView<'_>,
        demand: &Demand,
        may: impl Fn(Option<&str>) -> bool,
    ) -> Option<Self> {
        let health = device.health();
        let profile = device.mig_profile();
        if health == Health::Lost {
            return Some(Self::Lost);
        }
        if profile != demand.mig_profile {
            return Some(Self::OtherProfile(profile));
        }
        if profile.is_none() && device.mig_mode() == MigMode::Enabled {
            return Some(Self::Divided);
        }
        if demand.health.accepts(health) == Some(false) {
            return Some(Self::Unfit(health));
        }
        (device.in_use() && !may(device.holder())).then(|| {
            let holder = device.holder();
            Self::Used(holder.map(|holder| holder.escape_debug().collect()))
        })
    }

    /// Only a source that told everything tells by its silence.
    fn missing(key: &DeviceKey, demand: &Demand, snapshot: &Snapshot) -> Option<(Self, Sighting)> {
        let mut sources = snapshot.sources().iter();
        let source = sources.find(|source| source.name == key.source)?;
        if source.status != SourceStatus::Complete {
            return None;
        }
        let fate = match demand.mig_profile {
            Some(_) => Self::InstanceGone,
            None => Self::Gone,
        };
        let seen = Sighting {
            source: source.name.clone(),
            at: source.observed_at,
        };
        Some((fate, seen))
    }

    /// What the ledger has a device for, which is no pool of that name.
    pub(crate) fn in_ledger(held: Option<&Reservation>) -> Self {
        held.map_or(Self::Freed, |held| Self::Held {
            pool: held.pool.clone(),
            owner: held.owner.clone(),
            since: held.since,
        })
    }

    fn said(&self) -> String {
        match self {
            Self::Gone => "is no longer there".to_owned(),
            Self::InstanceGone => {
                "is no longer there: its GPU is divided otherwise, or gone".to_owned()
            }
            Self::Lost => "is lost: its source knows of it and cannot reach it".to_owned(),
            Self::Unfit(health) => format!("is `{health}`"),
            Self::Divided => "is divided into GPU instances now".to_owned(),
            Self::OtherProfile(Some(profile)) => format!("is a GPU instance `{profile}` now"),
            Self::OtherProfile(None) => "is a whole GPU now".to_owned(),
            Self::PlaceTaken(other) => {
                format!("cannot be made: its GPU has the instance `{other}` there")
            }
            Self::Undivided => "cannot be made: its GPU is not in MIG mode any more".to_owned(),
            Self::Used(Some(holder)) => format!("is used by `{holder}`"),
            Self::Used(None) => "is in use by somebody who is not named".to_owned(),
            Self::Held { pool, owner, since } => format!(
                "is held by pool `{pool}` of `{owner}` since {}",
                since.strftime("%F %T UTC")
            ),
            Self::Freed => "was freed, and no pool holds it".to_owned(),
        }
    }
}

impl Fallen {
    /// The same without what its source alone knows: who uses the device, and when it was seen.
    pub(crate) fn hidden(self) -> Self {
        let fate = match self.fate {
            Fate::Used(_) => Fate::Used(None),
            fate => fate,
        };
        Self {
            fate,
            seen: None,
            ..self
        }
    }

    /// The device, where it is, what became of it, who saw that and how long ago.
    pub(crate) fn said(&self, now: Timestamp) -> String {
        let Self {
            key,
            node,
            fate,
            seen,
        } = self;
        let said = fate.said();
        let Some(Sighting { source, at }) = seen else {
            return format!("`{key}` on node `{node}` {said}");
        };
        let age = now.duration_since(*at).as_secs().max(0);
        let age = SignedDuration::from_secs(age);
        let at = at.strftime("%F %T UTC");
        format!("`{key}` on node `{node}` {said}; `{source}` saw that at {at}, {age:#} ago")
    }
}

#[cfg(test)]
mod tests;
