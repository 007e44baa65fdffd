//! Does this demand fit these GPUs? Pure: a snapshot, reservations and demands in, a verdict out.
//!
//! The unit of supply is a *bin*: the free, identical devices of one node. The unit of demand is a
//! *gang*: devices that must come from one bin. [`fits`] answers with a placement, with the
//! inequality that fails, or with what is not known; it never turns the last into a yes.
//!
//! How it decides, for each group of pools that compete for the same devices:
//! 1. `shortage`: if bins hold fewer gangs of a size than are asked for, it cannot fit.
//! 2. `best_fit`: if best-fit decreasing places every gang, it fits. For sizes that divide each
//!    other (1, 2, 4, 8) and pools that accept the same devices, 1 and 2 decide every case.
//! 3. `flow`: gangs of one size over different sets of devices are decided by a maximum flow.
//! 4. `search`: what is left is tried exhaustively, up to a bound; beyond it, it is unknown.
//! 5. `scoped`: pools that must be spread over zones, need CPU or memory beside their devices, or bind them in different
//!    ways, go the same way over places instead of bins: count, place greedily, search up to a bound.
//!
//! Pools may count on GPU instances that are not there: `made` divides GPUs in MIG mode in every way that differs, up to a
//! bound, and asks again over the instances that there would be.

mod best_fit;
mod demand;
mod device_memory;
mod explain;
mod fits;
mod fleet;
mod flow;
mod kind;
mod made;
mod matching;
mod mig;
mod placement;
mod problem;
mod scoped;
mod search;
mod shortage;
mod want;

pub use demand::{Beside, Demand, Freshness, Spread, Together};
pub use device_memory::{device_memory_mib, models_with_memory};
pub use fits::fits;
pub use fleet::{Fleet, Reservations};
pub use made::LAYOUTS_MAX;
pub use mig::{
    AtPlace, Division, MigGeometry, MigInstance, MigShape, MigShortage, divide, instance_at,
    positions_there,
};
pub use placement::{Placement, PoolPlacement, Replica};
pub use search::{SEARCH_GANGS_MAX, SEARCH_STEPS_MAX};
