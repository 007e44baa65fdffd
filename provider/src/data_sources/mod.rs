//! The data sources, one a file.

mod access_paths;
mod cedar_policies;
mod change_authority;
mod credential_locations;
mod effective_access;
mod gpu_inventory;
mod gpu_offers;
mod orphans;

pub use access_paths::AccessPaths;
pub use cedar_policies::CedarPolicies;
pub use change_authority::ChangeAuthority;
pub use credential_locations::CredentialLocations;
pub use effective_access::EffectiveAccess;
pub use gpu_inventory::GpuInventory;
pub use gpu_offers::GpuOffers;
pub use orphans::Orphans;
