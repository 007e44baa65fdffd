//! Where the pools of one run would go, kept from plan to plan.

use std::collections::BTreeMap;
use std::sync::Arc;

use portcullis_capacity::{Beside, Demand, Fleet, PoolPlacement, Reservations, fits};
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

    /// Looks at another snapshot, over which the pools planned so far are placed anew. Nothing happens for the same one.
    pub fn look_at(&mut self, snapshot: &Arc<Snapshot>) {
        if Arc::ptr_eq(&self.snapshot, snapshot) {
            return;
        }
        self.snapshot = Arc::clone(snapshot);
        self.free = Fleet::new(snapshot, &self.holders);
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
        // What pools take of nodes beside devices is not in what is left: those that take of it are asked together.
        let beside = |demand: &Demand| demand.beside != Beside::default();
        let competes = beside(&demand) && self.demands.values().any(beside);
        let alone = (!competes).then(|| fits(&self.left, std::slice::from_ref(&demand)));
        self.demands.insert(pool.clone(), demand);
        let alone = alone.as_ref().and_then(Verdict::witness);
        if let Some(found) = alone.and_then(|placement| placement.pool(&pool)) {
            let devices = devices(found);
            self.left.take(&devices, &holder(&pool));
            self.chosen.insert(pool, devices);
            return Verdict::Fits(self.placed(found));
        }
        self.place_all(&pool)
    }

    /// Makes devices free that the ledger held when this run began.
    pub fn release(&mut self, devices: &[DeviceKey]) {
        for device in devices {
            self.holders.remove(device);
        }
        self.free.release(devices);
        self.recount();
    }

    /// Leaves a pool as it is: it asks for nothing, and holds what it was to give back.
    pub fn stay(&mut self, pool: &Name, held: &[DeviceKey]) {
        self.demands.remove(pool);
        self.chosen.remove(pool);
        for device in held {
            self.holders.insert(device.clone(), holder(pool));
        }
        self.free.take(held, &holder(pool));
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

    /// The devices that this looks at.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Every device that is promised to somebody, by the ledger or by a pool of this run.
    pub fn promised(&self) -> impl Iterator<Item = &DeviceKey> {
        self.holders.keys().chain(self.chosen.values().flatten())
    }

    /// Whether a demand would find its place if none of the pools of this run were planned.
    #[must_use]
    pub fn could_hold(&self, demand: &Demand) -> bool {
        let verdict = fits(&self.free, std::slice::from_ref(demand));
        verdict.witness().is_some()
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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use portcullis_model::{
        Device, DeviceId, Grade, Health, MigMode, NodeRoom, Site, SnapshotBuilder, SourceReport,
        Supply,
    };

    use super::*;

    /// Nodes `n0`, `n1` ... with so many H200s each.
    fn snapshot(counts: &[u32]) -> Arc<Snapshot> {
        let observed_at = Timestamp::from_second(1_700_000_000).unwrap();
        let nodes = counts.iter().enumerate();
        let devices = nodes.flat_map(|(number, count)| {
            (0..*count).map(move |index| Device {
                node: format!("n{number}").parse().unwrap(),
                id: DeviceId::Index(index),
                model: "H200".parse().unwrap(),
                mig_profile: None,
                memory_mib: Some(143_771),
                grade: Grade::Counted,
                health: Health::Healthy,
                mig_mode: MigMode::Disabled,
                in_use: false,
                holder: None,
                site: Site::default(),
                fabric: None,
                observed_at,
            })
        });
        let report = SourceReport {
            grade: Grade::Counted,
            observed_at,
            partial: None,
            nodes: Vec::new(),
            rooms: (0..counts.len())
                .map(|number| {
                    let room = NodeRoom {
                        cpu_milli: Some(6_000),
                        memory_mib: None,
                    };
                    (format!("n{number}").parse().unwrap(), room)
                })
                .collect(),
            devices: devices.collect(),
            supply: Supply::default(),
        };
        Arc::new(
            SnapshotBuilder::default()
                .report("lab".parse().unwrap(), report)
                .build(),
        )
    }

    fn demand(pool: &str, replicas: u32, gpus_per_replica: u32) -> Demand {
        Demand {
            models: vec!["H200".parse().unwrap()],
            ..Demand::new(pool.parse().unwrap(), replicas, gpus_per_replica)
        }
    }

    fn keys(verdict: &Verdict<Vec<PlacedDevice>>) -> Vec<String> {
        verdict
            .witness()
            .unwrap()
            .iter()
            .map(|one| one.key.to_string())
            .collect()
    }

    #[test]
    fn pools_of_one_run_never_share_a_device() {
        let mut placing = Placing::new(&snapshot(&[8]), Reservations::new());
        let first = keys(&placing.place(demand("a", 1, 4), &[]));
        let second = keys(&placing.place(demand("b", 1, 4), &[]));
        assert!(
            first.iter().all(|key| !second.contains(key)),
            "{first:?} {second:?}"
        );
        assert!(matches!(
            placing.place(demand("c", 1, 1), &[]),
            Verdict::Cannot(_)
        ));
    }

    #[test]
    fn planning_a_pool_again_replaces_its_plan() {
        let mut placing = Placing::new(&snapshot(&[8]), Reservations::new());
        let first = keys(&placing.place(demand("a", 2, 4), &[]));
        assert_eq!(keys(&placing.place(demand("a", 2, 4), &[])), first);
    }

    #[test]
    fn the_refusal_reads_the_same_whoever_is_planned_last() {
        let refused = |order: [&str; 2]| {
            let mut placing = Placing::new(&snapshot(&[8]), Reservations::new());
            let verdicts = order.map(|pool| placing.place(demand(pool, 1, 5), &[]));
            let [Verdict::Fits(_), Verdict::Cannot(reason)] = verdicts else {
                panic!("{verdicts:?}");
            };
            reason.to_string()
        };
        assert_eq!(refused(["a", "b"]), refused(["b", "a"]));
    }

    #[test]
    fn earlier_pools_move_when_that_makes_room() {
        // While `a` is on the small node, `b` gets half of the large one. Without `a`, `c` fits if `b` moves over.
        let mut placing = Placing::new(&snapshot(&[8, 4]), Reservations::new());
        assert!(placing.place(demand("a", 1, 3), &[]).witness().is_some());
        assert!(placing.place(demand("b", 1, 4), &[]).witness().is_some());
        assert!(matches!(
            placing.place(demand("c", 1, 8), &[]),
            Verdict::Cannot(_)
        ));
        assert!(placing.place(demand("a", 0, 1), &[]).witness().is_some());
        assert_eq!(keys(&placing.place(demand("c", 1, 8), &[])).len(), 8);
    }

    #[test]
    fn pools_of_one_run_share_the_cpu_of_a_node() {
        let with_cpu = |pool: &str| Demand {
            beside: Beside {
                cpu_milli: Some(4_000),
                memory_mib: None,
            },
            ..demand(pool, 1, 1)
        };
        let mut placing = Placing::new(&snapshot(&[8]), Reservations::new());
        assert!(placing.place(with_cpu("a"), &[]).witness().is_some());
        assert!(matches!(
            placing.place(with_cpu("b"), &[]),
            Verdict::Cannot(_)
        ));
    }

    #[test]
    fn a_pool_that_stays_as_it_is_holds_what_it_was_to_give_back() {
        let held: Vec<DeviceKey> = (0..8)
            .map(|index| format!("lab/n0/{index}").parse().unwrap())
            .collect();
        let holders = held
            .iter()
            .map(|key| (key.clone(), "pool `a`".to_owned()))
            .collect();
        let mut placing = Placing::new(&snapshot(&[8]), holders);
        assert!(matches!(
            placing.place(demand("a", 1, 9), &held),
            Verdict::Cannot(_)
        ));
        placing.stay(&"a".parse().unwrap(), &held);
        assert!(matches!(
            placing.place(demand("b", 1, 1), &[]),
            Verdict::Cannot(_)
        ));
        placing.release(&held);
        assert_eq!(keys(&placing.place(demand("b", 1, 8), &[])).len(), 8);
    }

    #[test]
    fn what_is_released_is_free_in_the_same_step() {
        let held: Vec<DeviceKey> = (0..8)
            .map(|index| format!("lab/n0/{index}").parse().unwrap())
            .collect();
        let holders = held
            .iter()
            .map(|key| (key.clone(), "pool `a`".to_owned()))
            .collect();
        let mut placing = Placing::new(&snapshot(&[8]), holders);
        assert!(matches!(
            placing.place(demand("b", 1, 8), &[]),
            Verdict::Cannot(_)
        ));
        assert_eq!(keys(&placing.place(demand("b", 1, 8), &held)).len(), 8);
    }
}
