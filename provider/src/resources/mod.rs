//! The resource types, one a file.

mod duty_constraint;
mod gpu_pool;
mod grant;
mod group;
mod justification;
mod path_step;
mod permission_split;
mod target;
mod workload_identity;

pub use duty_constraint::DutyConstraint;
pub use gpu_pool::{Change, Gpu, GpuPool, Placement};
pub use grant::Grant;
pub use group::Group;
pub use justification::Justification;
pub use path_step::PathStep;
pub use permission_split::PermissionSplit;
pub use target::TargetBlock;
pub use workload_identity::WorkloadIdentity;
