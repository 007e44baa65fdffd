//! What a pool asks for.

use jiff::{SignedDuration, Timestamp};
use portcullis_model::{
    GpuModel, Grade, HealthPolicy, Location, MigProfile, Name, Price, SourceState, Version,
};

/// What a pool asks for beyond the devices that it already holds.
///
/// Only the change is checked: a pool that grows from 3 to 5 replicas demands 2, and one that keeps
/// its size demands nothing and so never fails.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Demand {
    /// The pool.
    pub pool: Name,
    /// The models it accepts; empty accepts any.
    pub models: Vec<GpuModel>,
    /// The profile of GPU instances that are there; whole devices without one. Then a device is a GPU instance in all that
    /// follows.
    pub mig_profile: Option<MigProfile>,
    /// Whether GPU instances count that are not there yet and can be made on GPUs in MIG mode.
    pub divide: bool,
    /// How many replicas.
    pub replicas: u32,
    /// How many devices each replica needs.
    pub gpus_per_replica: u32,
    /// How close together the devices of a replica must be.
    pub together: Together,
    /// The least memory of each device in MiB.
    pub memory_mib_min: Option<u32>,
    /// The least version of the kernel driver.
    pub driver_min: Option<Version>,
    /// The least version of CUDA that the driver must run.
    pub cuda_min: Option<Version>,
    /// The regions to take from; empty takes from any.
    pub regions: Vec<Location>,
    /// The zones to take from; empty takes from any.
    pub zones: Vec<Location>,
    /// Over how many zones replicas must be spread. A replica is then in one zone: one whose devices may be anywhere must
    /// have them on one node.
    pub spread: Option<Spread>,
    /// How well devices must work.
    pub health: HealthPolicy,
    /// What a device may cost for an hour at most.
    pub price_max: Option<Price>,
    /// What each replica needs on its node beside its devices, which must then be on one.
    pub beside: Beside,
    /// The sources to take from; empty takes from any.
    pub sources: Vec<Name>,
    /// How far the numbers must be trusted.
    pub minimum_grade: Grade,
    /// How old the sources' answers may be, where the pool says so itself.
    pub freshness: Option<Freshness>,
    /// Whether these are replicas that the pool wants beyond its steady ones, for a time.
    pub burst: bool,
}

/// How close together the devices of a replica must be. Devices that must be together must be alike: of one model, profile
/// and memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Together {
    /// On one node.
    #[default]
    Node,
    /// In one NVLink domain, which may span nodes.
    Fabric,
    /// Anywhere, and of any accepted kind.
    Anywhere,
}

/// Replicas spread over zones: no zone gets more than its share, replicas divided by zones and rounded up, and no fewer
/// zones are used than asked for, as far as there are replicas for them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spread {
    /// Over how many zones at least; 0 and 1 ask for nothing.
    pub zones_min: u32,
    /// The zones of the replicas that the pool keeps, `None` for those of which it is not known.
    pub kept: Vec<Option<Location>>,
}

/// CPU and memory of a node that a replica needs beside its devices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Beside {
    /// Thousandths of a CPU.
    pub cpu_milli: Option<u32>,
    /// Memory of the node in MiB.
    pub memory_mib: Option<u32>,
}

/// How old the sources' answers may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Freshness {
    /// The time of the question.
    pub now: Timestamp,
    /// The oldest answer that counts.
    pub max_age: SignedDuration,
}

impl Demand {
    /// A demand for replicas of so many devices on one node each: of any model, from anywhere, of grade `counted`.
    #[must_use]
    pub fn new(pool: Name, replicas: u32, gpus_per_replica: u32) -> Self {
        Self {
            pool,
            models: Vec::new(),
            mig_profile: None,
            divide: false,
            replicas,
            gpus_per_replica,
            together: Together::Node,
            memory_mib_min: None,
            driver_min: None,
            cuda_min: None,
            regions: Vec::new(),
            zones: Vec::new(),
            spread: None,
            health: HealthPolicy::Usable,
            price_max: None,
            beside: Beside::default(),
            sources: Vec::new(),
            minimum_grade: Grade::Counted,
            freshness: None,
            burst: false,
        }
    }

    /// All devices of all replicas.
    #[must_use]
    pub fn gpus(&self) -> u64 {
        u64::from(self.replicas) * u64::from(self.gpus_per_replica)
    }

    /// The attribute that says how many replicas.
    pub(crate) fn attribute(&self) -> &'static str {
        if self.burst {
            "replicas_max"
        } else {
            "replicas"
        }
    }

    /// How close together the devices of a replica must be in the end.
    pub(crate) fn together(&self) -> Together {
        let bound = self.spread.is_some() || self.beside != Beside::default();
        match self.together {
            Together::Anywhere if bound => Together::Node,
            Together::Fabric if self.beside != Beside::default() => Together::Node,
            together => together,
        }
    }

    /// How many gangs it is, and of how many devices each.
    pub(crate) fn gangs(&self) -> (u64, u32) {
        match (self.together(), self.gpus_per_replica) {
            (_, 0) => (0, 1),
            (Together::Node | Together::Fabric, size) => (u64::from(self.replicas), size),
            (Together::Anywhere, _) => (self.gpus(), 1),
        }
    }

    /// The profile of GPU instances that may be made for it.
    pub(crate) fn to_make(&self) -> Option<MigProfile> {
        self.mig_profile.filter(|_| self.divide)
    }

    pub(crate) fn takes_from(&self, source: &Name) -> bool {
        self.sources.is_empty() || self.sources.contains(source)
    }

    /// The age of a source's answer, where the pool itself says that it is too old.
    pub(crate) fn too_old(&self, source: &SourceState) -> Option<SignedDuration> {
        let Freshness { now, max_age } = self.freshness?;
        let age = now.duration_since(source.observed_at);
        (age > max_age).then_some(age)
    }
}
