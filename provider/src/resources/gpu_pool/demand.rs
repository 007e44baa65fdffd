//! What a pool asks for, in the words of the capacity crate.

use portcullis_capacity::{Beside, Demand, Spread, Together};
use portcullis_model::{Grade, HealthPolicy};
use tfplugin::Outcome;
use tfplugin::field::{Optional, Text};

use super::{Gpu, GpuPool};
use crate::judge::capacity::PoolPolicies;
use crate::policy::OnProblem;

impl GpuPool {
    /// What problems with its capacity do to the plan, as far as the pool itself says.
    ///
    /// # Errors
    /// Deferred while that is unknown.
    pub fn policies(&self) -> Outcome<PoolPolicies> {
        let said = |policy: &Optional<Text<OnProblem>>| {
            Outcome::Ok(policy.get()?.map(|policy| *policy.value()))
        };
        Ok(PoolPolicies {
            on_shortfall: said(&self.on_shortfall)?,
            on_unknown: said(&self.on_unknown)?,
            on_stale: said(&self.on_stale)?,
        })
    }

    /// What the pool wants beyond its steady replicas for a time; `None` for nothing.
    ///
    /// # Errors
    /// Deferred while a part of it is unknown.
    pub fn burst_demand(&self) -> Outcome<Option<Demand>> {
        let Some(burst) = self.burst.get()? else {
            return Ok(None);
        };
        let steady = self.demand()?;
        let more = burst.replicas_max.get()?.saturating_sub(steady.replicas);
        let wanted = Demand {
            replicas: more,
            burst: true,
            ..steady
        };
        Ok((more > 0).then_some(wanted))
    }

    /// What a burst that does not fit does to the plan.
    ///
    /// # Errors
    /// Deferred while that is unknown.
    pub(super) fn on_burst_shortfall(&self) -> Outcome<OnProblem> {
        let policy = match self.burst.get()? {
            Some(burst) => burst.on_shortfall.get()?,
            None => None,
        };
        Ok(policy.map_or(OnProblem::Warn, |policy| *policy.value()))
    }

    /// All that the pool asks for, what it holds already included.
    ///
    /// # Errors
    /// Deferred while a part of it is unknown.
    pub fn demand(&self) -> Outcome<Demand> {
        let gpu = self.gpu.get()?;
        let spread = self.zones_min.get()?.copied().filter(|zones| *zones > 1);
        let demand = Demand {
            models: values(Some(gpu.models.get()?)),
            mig_profile: gpu.mig_profile.get()?.map(|profile| *profile.value()),
            divide: gpu.mig_divide.get()?.copied().unwrap_or(false),
            together: gpu.together()?,
            memory_mib_min: gpu.memory_mib_min.get()?.copied(),
            driver_min: gpu.driver_min.get()?.map(|version| *version.value()),
            cuda_min: gpu.cuda_min.get()?.map(|version| *version.value()),
            regions: values(self.regions.get()?),
            zones: values(self.zones.get()?),
            spread: spread.map(|zones_min| Spread {
                zones_min,
                kept: Vec::new(),
            }),
            health: gpu
                .health
                .get()?
                .map_or(HealthPolicy::Usable, |health| *health.value()),
            price_max: gpu.price_max.get()?.map(|price| *price.value()),
            beside: Beside {
                cpu_milli: gpu.cpu_milli_per_replica.get()?.copied(),
                memory_mib: gpu.memory_mib_per_replica.get()?.copied(),
            },
            sources: values(self.sources.get()?),
            minimum_grade: self
                .minimum_grade
                .get()?
                .map_or(Grade::Counted, |grade| *grade.value()),
            ..Demand::new(
                self.name.get()?.value().clone(),
                *gpu.replicas.get()?,
                *gpu.gpus_per_replica.get()?,
            )
        };
        Ok(demand)
    }
}

impl Gpu {
    /// How close together the GPUs of a copy must be.
    pub(super) fn together(&self) -> Outcome<Together> {
        let same_node = self.same_node.get()?.copied();
        let same_domain = self.same_nvlink_domain.get()?.copied().unwrap_or(false);
        Ok(match (same_node, same_domain) {
            (Some(true), _) | (None, false) => Together::Node,
            (_, true) => Together::Fabric,
            (Some(false), false) => Together::Anywhere,
        })
    }
}

fn values<T: Clone>(texts: Option<&Vec<Text<T>>>) -> Vec<T> {
    let texts = texts.into_iter().flatten();
    texts.map(|text| text.value().clone()).collect()
}
