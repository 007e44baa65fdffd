//! The resource types, one a file.

mod gpu_pool;
mod group;
mod permission_split;
mod target;
mod workload_identity;

pub use gpu_pool::{Change, Gpu, GpuPool, Placement};
pub use group::Group;
pub use permission_split::PermissionSplit;
pub use target::TargetBlock;
pub use workload_identity::WorkloadIdentity;
