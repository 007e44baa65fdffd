//! What stands in the ledger that the pools of a plan compete with.

use std::collections::BTreeMap;

use portcullis_capacity::{Beside, Demand, Reservations};
use portcullis_ledger::Reservation;
use portcullis_model::{DeviceKey, Name};
use tfplugin::Outcome;

use crate::promised::holders;
use crate::resources::GpuPool;
use crate::said::said;

/// What stands in the ledger that the pools of a plan compete with.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// Who holds which device.
    pub holders: Reservations,
    /// What replicas hold, by pool and replica.
    pub replicas: Vec<HeldReplica>,
    /// What recorded pools want beyond that for a time.
    pub bursts: BTreeMap<Name, Demand>,
}

/// What one replica of a recorded pool holds.
#[derive(Debug, Clone)]
pub struct HeldReplica {
    /// Its pool.
    pub pool: Name,
    /// Its devices.
    pub devices: Vec<DeviceKey>,
    /// What it holds of their node beside them, as the record of its pool says.
    pub beside: Beside,
}

impl Standing {
    /// What reservations and the records of pools, by natural key, come to. CPU and memory follow from the records, so that
    /// what earlier versions reserved counts as well.
    ///
    /// # Errors
    /// When one is of a form that this version does not understand.
    pub fn of<'a>(
        reservations: impl IntoIterator<Item = &'a Reservation>,
        pools: &BTreeMap<String, GpuPool>,
    ) -> Outcome<Self> {
        // Under a lease that is over, devices go to whoever asks, and CPU and memory with them.
        let standing = reservations.into_iter().filter(|held| !held.expired);
        let standing: Vec<&Reservation> = standing.collect();
        let mut by_replica: BTreeMap<(&str, u32), Vec<DeviceKey>> = BTreeMap::new();
        for held in &standing {
            let key = held.device.key.parse().map_err(said)?;
            let devices = by_replica
                .entry((&held.pool, held.device.replica))
                .or_default();
            devices.push(key);
        }
        let mut bursts = BTreeMap::new();
        for pool in pools.values() {
            if let Some(burst) = pool.burst_demand()? {
                bursts.insert(burst.pool.clone(), burst);
            }
        }
        let replicas = by_replica.into_iter().map(|((pool, _), devices)| {
            let beside = match pools.get(pool) {
                Some(recorded) => recorded.demand()?.beside,
                None => Beside::default(),
            };
            Ok(HeldReplica {
                pool: pool.parse().map_err(said)?,
                devices,
                beside,
            })
        });
        Ok(Self {
            replicas: replicas.collect::<Outcome<_>>()?,
            holders: holders(standing)?,
            bursts,
        })
    }
}
