//! Free GPUs that could be divided so that a pool of GPU instances fits.

use std::collections::BTreeMap;

use portcullis_model::{DeviceKey, GpuModel, MigInstance};

use super::{MigGeometry, MigShape};
use crate::demand::Beside;
use crate::fits::solve_there;
use crate::fleet::{Bin, Fleet};
use crate::matching::Match;
use crate::want::Reading;
use crate::{Demand, Together};

/// A free GPU, and the instances that it would be divided into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Division {
    /// The GPU.
    pub device: DeviceKey,
    /// What it is.
    pub model: GpuModel,
    /// The instances, each with the memory unit at which it begins, rising.
    pub instances: Vec<MigInstance>,
}

/// Which free, undivided GPUs would have to be divided, and how, so that all these demands fit, `pool` among them, which
/// asks for GPU instances that are not all there. GPUs that the other demands are given stay whole.
///
/// `None` says that none was found, and is no proof that there is none: replicas are put on instances that are there or on
/// new ones, and not on both. Pools that ask for a spread over zones, or for CPU or memory beside instances, are not
/// helped.
#[must_use]
pub fn divide(fleet: &Fleet, demands: &[&Demand], pool: &Demand) -> Option<Vec<Division>> {
    let profile = pool.mig_profile?;
    if pool.spread.is_some() || pool.beside != Beside::default() {
        return None;
    }
    let (there, used) = most_there(fleet, demands, pool)?;
    let each = pool.gpus_per_replica.max(1);
    // Anywhere, every instance counts for itself.
    let (mut missing, gang) = match pool.together {
        Together::Anywhere => ((pool.replicas - there) * each, 1),
        Together::Node | Together::Fabric => (pool.replicas - there, each),
    };
    let mut divisions = Vec::new();
    for (number, bin) in (0_u32..).zip(&fleet.bins) {
        let taken = used.get(&number).copied().unwrap_or(0);
        let free = bin.free.saturating_sub(taken);
        let Some((model, geometry, shape)) = of_bin(fleet, bin, pool).filter(|_| free > 0) else {
            continue;
        };
        let of_device = u32::from(shape.max);
        let gangs = (free * of_device / gang).min(missing);
        missing -= gangs;
        let mut instances = gangs * gang;
        for device in fleet.devices_of(bin).skip(taken as usize) {
            let here = instances.min(of_device);
            if here == 0 {
                break;
            }
            instances -= here;
            divisions.push(Division {
                device: device.key(),
                model: model.clone(),
                instances: geometry.place(&[], &vec![profile; here as usize]).ok()?,
            });
        }
        if missing == 0 {
            return Some(divisions);
        }
    }
    None
}

/// The most replicas of the pool that instances which are there hold beside the other demands, and how many whole GPUs of
/// each bin those then take; `None` where the others do not fit themselves.
fn most_there(
    fleet: &Fleet,
    demands: &[&Demand],
    pool: &Demand,
) -> Option<(u32, BTreeMap<u32, u32>)> {
    let used = |replicas: u32| {
        let with = Demand {
            replicas,
            ..pool.clone()
        };
        let demands: Vec<&Demand> = demands
            .iter()
            .map(|other| if *other == pool { &with } else { *other })
            .filter(|demand| demand.gpus() > 0)
            .collect();
        let answer = solve_there(fleet, &demands, Reading::Told);
        if !answer.fits() {
            return None;
        }
        let mut used: BTreeMap<u32, u32> = BTreeMap::new();
        for share in &answer.shares {
            *used.entry(share.bin).or_default() += share.devices;
        }
        Some(used)
    };
    let (mut least, mut found) = (0, used(0)?);
    let mut most = pool.replicas.saturating_sub(1);
    while least < most {
        let tried = (least + most).div_ceil(2);
        match used(tried) {
            Some(used) => (least, found) = (tried, used),
            None => most = tried - 1,
        }
    }
    Some((least, found))
}

/// How whole GPUs of a bin can be divided for a pool, where they are what it asks for in all but being divided.
fn of_bin<'a>(
    fleet: &'a Fleet,
    bin: &Bin,
    pool: &Demand,
) -> Option<(&'a GpuModel, &'static MigGeometry, MigShape)> {
    let kind = fleet.kind_of(bin)?;
    let model = fleet.model_of(kind)?;
    let geometry = MigGeometry::of(model)?;
    let shape = geometry.shape(pool.mig_profile?)?;
    let enough = pool
        .memory_mib_min
        .is_none_or(|least| shape.memory_mib.is_some_and(|memory| memory >= least));
    let whole = Demand {
        mig_profile: None,
        memory_mib_min: None,
        ..pool.clone()
    };
    let near = pool.together != Together::Fabric || bin.fabric.is_some();
    let will_do = enough && near && fleet.match_of(&whole, kind) == Match::Yes;
    will_do.then_some((model, geometry, shape))
}
