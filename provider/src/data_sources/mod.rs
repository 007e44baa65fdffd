//! The data sources, one a file.

mod access_paths;
mod gpu_inventory;

pub use access_paths::AccessPaths;
pub use gpu_inventory::GpuInventory;
