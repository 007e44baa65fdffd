//! How one device is partitioned into GPU instances (NVIDIA's MIG).
//!
//! A device has memory units. An instance takes a range of them that begins at one of the places that its profile allows;
//! ranges are disjoint. Adding up slices is not enough: on an A100 3g + 3g + 1g is seven slices of seven, and does not
//! fit.

mod division;
mod geometry;
mod layout;

pub use division::{Division, divide};
pub use geometry::{MigGeometry, MigShape};
pub use layout::{MigInstance, MigShortage};
