//! The world as it is: sources asked at most once a run, in parallel, into one immutable snapshot.
//!
//! Built in are the GPUs of this host ([`NvmlSource`]) and fleet files ([`FleetFile`]); connectors
//! come as anything else that implements [`portcullis_model::DeviceSource`].

mod fleet_file;
mod inventory;
pub mod nvml;
mod snapshot_cache;
mod snapshot_file;

pub use fleet_file::{ColumnMapping, FleetFile, FleetFileFault};
pub use inventory::{Answer, Inventory, Seen};
pub use nvml::{NvmlFault, NvmlSource};
pub use snapshot_cache::{Cached, SnapshotCache};
pub use snapshot_file::{BYTES_MAX, SnapshotFault, SnapshotFile, Told};
