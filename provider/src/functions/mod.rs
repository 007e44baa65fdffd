//! The functions, one a file.

mod gpu_memory;
mod gpu_model;
mod mig_fits;
mod parse_spiffe_id;
mod spiffe_id;

pub use gpu_memory::GpuMemory;
pub use gpu_model::CanonicalGpuModel;
pub use mig_fits::MigFits;
pub use parse_spiffe_id::ParseSpiffeId;
pub use spiffe_id::MakeSpiffeId;
