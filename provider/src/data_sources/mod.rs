//! The data sources, one a file.

mod access_paths;
mod gpu_inventory;
mod gpu_offers;

pub use access_paths::AccessPaths;
pub use gpu_inventory::GpuInventory;
pub use gpu_offers::GpuOffers;
