//! The parts of a connector. Each is a trait of its own, so that an author writes the ones that there are and the
//! compiler says when an exported one is missing.

mod access;
mod credentials;
mod inventory;
mod objects;
mod supply;

pub use access::Access;
pub use credentials::Credentials;
pub use inventory::Inventory;
pub use objects::{Objects, covers};
pub use supply::Supply;
