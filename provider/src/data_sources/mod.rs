//! The data sources, one a file.

mod gpu_inventory;

pub use gpu_inventory::GpuInventory;
