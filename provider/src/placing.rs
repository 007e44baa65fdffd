//! Where the pools of one run would go, kept from plan to plan.

use std::collections::BTreeMap;
use std::sync::Arc;

use portcullis_capacity::{Demand, Fleet, PoolPlacement, Reservations, fits};
use portcullis_model::{DeviceKey, GpuModel, Name, Snapshot, SourceState, Verdict};

/// A device found for a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedDevice {
    /// Which of the replicas asked for it serves, from 0.
    pub replica: u32,
    /// The device.
    pub key: DeviceKey,
    /// What it is.
    pub model: GpuModel,
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
    chosen: BTreeMap<Name, Vec<DeviceKey>>,
}

impl Placing {
    /// Nothing planned yet, over a snapshot and what the ledger has reserved of it.
    #[must_use]
    pub fn new(snapshot: &Arc<Snapshot>, holders: Reservations) -> Self {
        let free = Fleet::new(snapshot, &holders);
        Self {
            snapshot: Arc::clone(snapshot),
            holders,
            left: free.clone(),
            free,
            demands: BTreeMap::new(),
            chosen: BTreeMap::new(),
        }
    }

    /// Finds devices for what a pool asks beyond what it keeps. `released` are devices that it holds and gives back in
    /// the same step. Planning a pool again replaces its earlier plan.
    pub fn place(&mut self, demand: Demand, released: &[DeviceKey]) -> Verdict<Vec<PlacedDevice>> {
        let pool = demand.pool.clone();
        let planned_before = self.demands.remove(&pool).is_some();
        self.chosen.remove(&pool);
        if !released.is_empty() {
            released
                .iter()
                .for_each(|device| drop(self.holders.remove(device)));
            self.free = Fleet::new(&self.snapshot, &self.holders);
        }
        if planned_before || !released.is_empty() {
            self.recount();
        }
        let alone = fits(&self.left, std::slice::from_ref(&demand));
        self.demands.insert(pool.clone(), demand);
        if let Some(found) = alone.witness().and_then(|placement| placement.pool(&pool)) {
            let devices = devices(found);
            self.left.take(&devices, &holder(&pool));
            self.chosen.insert(pool, devices);
            return Verdict::Fits(self.placed(found));
        }
        self.place_all(&pool)
    }

    /// Asks for all pools together, free to place those planned before anew.
    fn place_all(&mut self, pool: &Name) -> Verdict<Vec<PlacedDevice>> {
        let demands: Vec<Demand> = self.demands.values().cloned().collect();
        match fits(&self.free, &demands) {
            Verdict::Fits(placement) => {
                self.chosen = placement
                    .pools
                    .iter()
                    .map(|one| (one.pool.clone(), devices(one)))
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
                let model = self.snapshot.device(position?)?.model().clone();
                Some(PlacedDevice {
                    replica,
                    key: key.clone(),
                    model,
                })
            });
        found.collect()
    }

    /// What became of asking each source.
    #[must_use]
    pub fn sources(&self) -> &[SourceState] {
        self.snapshot.sources()
    }

    fn recount(&mut self) {
        self.left = self.free.clone();
        for (pool, devices) in &self.chosen {
            self.left.take(devices, &holder(pool));
        }
    }
}

fn devices(placement: &PoolPlacement) -> Vec<DeviceKey> {
    placement
        .replicas
        .iter()
        .flat_map(|replica| replica.devices.iter().cloned())
        .collect()
}

fn holder(pool: &Name) -> String {
    format!("pool `{pool}` of this plan")
}
