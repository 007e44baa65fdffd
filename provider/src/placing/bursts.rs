//! Bursts: what pools want beyond their steady replicas, for a time. Nothing is reserved for them.

use portcullis_capacity::{Demand, Spread, fits};
use portcullis_model::{DeviceKey, Location, Name, Verdict};

use super::Placing;

impl Placing {
    /// Takes note of the burst of a pool of this run, or that it has none. `steady` are the first devices of its steady
    /// replicas: a burst that is spread over zones is spread with them.
    pub fn declare_burst<'a>(
        &mut self,
        pool: &Name,
        burst: Option<Demand>,
        steady: impl IntoIterator<Item = &'a DeviceKey>,
    ) {
        match burst {
            Some(burst) => {
                let burst = self.beside_kept(burst, steady);
                self.bursts.insert(pool.clone(), burst);
                self.bursting.insert(pool.clone());
            }
            None => self.forget_burst(pool),
        }
    }

    /// Takes note that a pool is gone, or has no burst any more.
    pub fn forget_burst(&mut self, pool: &Name) {
        self.bursts.remove(pool);
        self.bursting.remove(pool);
    }

    /// Whether a pool of this run has a burst.
    #[must_use]
    pub fn bursting(&self) -> bool {
        !self.bursting.is_empty()
    }

    /// What pools want beyond their steady replicas for a time, by pool.
    pub fn bursts(&self) -> impl Iterator<Item = &Demand> {
        self.bursts.values()
    }

    /// The devices that these bursts would have, were they all to happen at once on what the ledger and the steady replicas
    /// of this run leave.
    pub fn place_bursts(&self, bursts: &[Demand]) -> Verdict<Vec<DeviceKey>> {
        match fits(&self.left, bursts) {
            Verdict::Fits(placement) => {
                let pools = placement.pools.into_iter();
                let replicas = pools.flat_map(|pool| pool.replicas);
                Verdict::Fits(replicas.flat_map(|replica| replica.devices).collect())
            }
            Verdict::Cannot(reason) => Verdict::Cannot(reason),
            Verdict::Unknown(reason) => Verdict::Unknown(reason),
        }
    }

    /// Whether a burst would find its place were it alone.
    #[must_use]
    pub fn could_burst(&self, burst: &Demand) -> bool {
        let verdict = fits(&self.left, std::slice::from_ref(burst));
        verdict.witness().is_some()
    }

    /// A burst with the zones of the replicas that are there already.
    pub(super) fn beside_kept<'a>(
        &self,
        burst: Demand,
        steady: impl IntoIterator<Item = &'a DeviceKey>,
    ) -> Demand {
        let Some(spread) = &burst.spread else {
            return burst;
        };
        let zone = |position: Option<usize>| -> Option<Location> {
            self.snapshot.device(position?)?.site().zone.clone()
        };
        let kept = self.snapshot.positions(steady).into_iter().map(zone);
        let spread = Spread {
            zones_min: spread.zones_min,
            kept: kept.collect(),
        };
        Demand {
            spread: Some(spread),
            ..burst
        }
    }
}
