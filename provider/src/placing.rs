//! Where the pools of one run would go, kept from plan to plan.

mod bursts;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use portcullis_capacity::{Demand, Fleet, MigGeometry, PoolPlacement, Reservations, fits};
use portcullis_ledger::Units;
use portcullis_model::{
    DeviceKey, DeviceView, GpuModel, MigInstance, Name, Snapshot, SourceState, Verdict,
};

use crate::standing::{HeldReplica, Standing};

/// The most memory units of a GPU.
const UNITS_MAX: u8 = 8;

/// A device found for a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedDevice {
    /// Which of the replicas asked for it serves, from 0.
    pub replica: u32,
    /// The device.
    pub key: DeviceKey,
    /// What it is.
    pub model: GpuModel,
    /// Of a GPU instance, made or to be made, the memory units that it takes, where that is known.
    pub units: Option<Units>,
}

/// The pools planned so far in this run, each with what it asks for and the devices chosen for it.
///
/// Planning a pool looks first at what the others left, which is one small question however many pools there are. Only
/// when it finds nothing are all asked together, because they might fit if they were placed otherwise.
#[derive(Debug)]
pub struct Placing {
    snapshot: Arc<Snapshot>,
    holders: Reservations,
    /// What the ledger's reservations leave.
    free: Fleet,
    /// What the pools planned so far leave of that.
    left: Fleet,
    demands: BTreeMap<Name, Demand>,
    chosen: BTreeMap<Name, PoolPlacement>,
    /// What pools want beyond that for a time: those that the ledger records, and those of this run in their stead.
    bursts: BTreeMap<Name, Demand>,
    /// The pools of this run that have a burst.
    bursting: BTreeSet<Name>,
    /// What replicas hold by the ledger.
    replicas: Vec<HeldReplica>,
}

impl Placing {
    /// Nothing planned yet, over a snapshot and what stands in the ledger.
    #[must_use]
    pub fn new(snapshot: &Arc<Snapshot>, standing: Standing) -> Self {
        let Standing {
            holders,
            replicas,
            bursts,
        } = standing;
        let free = counted(snapshot, &holders, &replicas);
        let mut placing = Self {
            snapshot: Arc::clone(snapshot),
            holders,
            left: free.clone(),
            free,
            demands: BTreeMap::new(),
            chosen: BTreeMap::new(),
            bursts: BTreeMap::new(),
            bursting: BTreeSet::new(),
            replicas,
        };
        for (pool, burst) in bursts {
            let replicas = placing.replicas.iter();
            let own = replicas.filter(|replica| replica.pool == pool);
            let firsts = own.filter_map(|replica| replica.devices.first());
            let burst = placing.beside_kept(burst, firsts);
            placing.bursts.insert(pool, burst);
        }
        placing
    }

    /// Looks at another snapshot, over which the pools planned so far are placed anew. Nothing happens for the same one.
    pub fn look_at(&mut self, snapshot: &Arc<Snapshot>) {
        if Arc::ptr_eq(&self.snapshot, snapshot) {
            return;
        }
        self.snapshot = Arc::clone(snapshot);
        self.free = counted(snapshot, &self.holders, &self.replicas);
        self.left = self.free.clone();
        self.chosen.clear();
        for demand in std::mem::take(&mut self.demands).into_values() {
            // Whether it still fits is said when it is asked for again.
            let _ = self.place(demand, &[]);
        }
    }

    /// Finds devices for what a pool asks beyond what it keeps. `released` are devices that it holds and gives back in
    /// the same step. Planning a pool again replaces its earlier plan.
    pub fn place(&mut self, demand: Demand, released: &[DeviceKey]) -> Verdict<Vec<PlacedDevice>> {
        let pool = demand.pool.clone();
        let planned_before = self.demands.remove(&pool).is_some();
        self.chosen.remove(&pool);
        if !released.is_empty() {
            self.release(released);
        } else if planned_before {
            self.recount();
        }
        let alone = fits(&self.left, std::slice::from_ref(&demand));
        self.demands.insert(pool.clone(), demand);
        let alone = alone.witness();
        if let Some(found) = alone.and_then(|placement| placement.pool(&pool)) {
            take(&mut self.left, &self.demands, found);
            self.chosen.insert(pool, found.clone());
            return Verdict::Fits(self.placed(found));
        }
        self.place_all(&pool)
    }

    /// Makes devices free that the ledger held when this run began.
    pub fn release(&mut self, devices: &[DeviceKey]) {
        for device in devices {
            self.holders.remove(device);
        }
        let holders = &self.holders;
        let stands = |replica: &HeldReplica| {
            let first = replica.devices.first();
            first.is_some_and(|device| holders.contains_key(device))
        };
        self.replicas.retain(stands);
        self.free.release(devices);
        self.recount();
    }

    /// Leaves a pool as it is: it asks for nothing, and holds what it was to give back.
    pub fn stay(&mut self, pool: &Name, held: &[DeviceKey]) {
        let asked = self.demands.remove(pool);
        self.chosen.remove(pool);
        for device in held {
            self.holders.insert(device.clone(), holder(pool));
        }
        self.free.take(held, &holder(pool));
        if let Some(asked) = asked {
            // What a pool holds is ordered by replica.
            for replica in held.chunks(asked.gpus_per_replica.max(1) as usize) {
                self.free.take_beside(replica, asked.beside);
                self.replicas.push(HeldReplica {
                    pool: pool.clone(),
                    devices: replica.to_vec(),
                    beside: asked.beside,
                });
            }
        }
        self.recount();
    }

    /// Asks for all pools together, free to place those planned before anew.
    fn place_all(&mut self, pool: &Name) -> Verdict<Vec<PlacedDevice>> {
        let demands: Vec<Demand> = self.demands.values().cloned().collect();
        match fits(&self.free, &demands) {
            Verdict::Fits(placement) => {
                self.chosen = placement
                    .pools
                    .iter()
                    .map(|one| (one.pool.clone(), one.clone()))
                    .collect();
                self.recount();
                let found = placement.pool(pool).map(|found| self.placed(found));
                Verdict::Fits(found.unwrap_or_default())
            }
            Verdict::Cannot(reason) => Verdict::Cannot(reason),
            Verdict::Unknown(reason) => Verdict::Unknown(reason),
        }
    }

    /// The devices of a placement, with what they are.
    fn placed(&self, placement: &PoolPlacement) -> Vec<PlacedDevice> {
        let replicas = (0..).zip(&placement.replicas);
        let devices: Vec<(u32, &DeviceKey)> = replicas
            .flat_map(|(replica, placed)| placed.devices.iter().map(move |key| (replica, key)))
            .collect();
        let positions = self.snapshot.positions(devices.iter().map(|(_, key)| *key));
        let found = devices
            .into_iter()
            .zip(positions)
            .filter_map(|((replica, key), position)| {
                let device = self.snapshot.device(position?)?;
                Some(PlacedDevice {
                    replica,
                    key: key.clone(),
                    model: device.model().clone(),
                    units: units(key, &device),
                })
            });
        found.collect()
    }

    /// What became of asking each source.
    #[must_use]
    pub fn sources(&self) -> &[SourceState] {
        self.snapshot.sources()
    }

    /// The devices that this looks at.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Every device that is promised to somebody, by the ledger or by a pool of this run.
    pub fn promised(&self) -> impl Iterator<Item = &DeviceKey> {
        let placed = self.chosen.values().flat_map(|placed| &placed.replicas);
        let chosen = placed.flat_map(|replica| &replica.devices);
        self.holders.keys().chain(chosen)
    }

    /// Whether a demand would find its place if none of the pools of this run were planned.
    #[must_use]
    pub fn could_hold(&self, demand: &Demand) -> bool {
        let verdict = fits(&self.free, std::slice::from_ref(demand));
        verdict.witness().is_some()
    }

    fn recount(&mut self) {
        self.left = self.free.clone();
        for placement in self.chosen.values() {
            take(&mut self.left, &self.demands, placement);
        }
    }
}

/// What reservations leave of a snapshot.
fn counted(snapshot: &Arc<Snapshot>, holders: &Reservations, replicas: &[HeldReplica]) -> Fleet {
    let mut free = Fleet::new(snapshot, holders);
    for replica in replicas {
        free.take_beside(&replica.devices, replica.beside);
    }
    free
}

/// The memory units that a GPU instance takes of its GPU. `device` is the instance, or the GPU that it is to be made on.
fn units(key: &DeviceKey, device: &DeviceView<'_>) -> Option<Units> {
    let (gpu, instance) = match key.instance {
        Some(instance) => (key.whole(), instance),
        None => {
            let part = device.part_of()?;
            let gpu = DeviceKey {
                id: part.device.clone(),
                ..device.key()
            };
            let profile = device.mig_profile()?;
            let start = part.start;
            (gpu, MigInstance { profile, start })
        }
    };
    let shape = MigGeometry::of(device.model())?.shape(instance.profile)?;
    // Units that no GPU has are none that could be promised.
    let fits = instance.start.checked_add(shape.size)? <= UNITS_MAX;
    fits.then(|| Units {
        gpu: gpu.to_string(),
        first: instance.start,
        count: shape.size,
    })
}

fn holder(pool: &Name) -> String {
    format!("pool `{pool}` of this plan")
}

/// Takes what a pool of this plan was given: devices, and CPU and memory beside them.
fn take(left: &mut Fleet, demands: &BTreeMap<Name, Demand>, placement: &PoolPlacement) {
    let pool = &placement.pool;
    let replicas = || placement.replicas.iter();
    let devices = replicas().flat_map(|replica| &replica.devices);
    left.take(devices, &holder(pool));
    if let Some(demand) = demands.get(pool) {
        for replica in replicas() {
            left.take_beside(&replica.devices, demand.beside);
        }
    }
}

#[cfg(test)]
mod tests;
