//! How one device is partitioned into GPU instances (NVIDIA's MIG).
//!
//! A device has memory units. An instance takes a range of them that begins at one of the places that its profile allows;
//! ranges are disjoint. Adding up slices is not enough: on an A100 3g + 3g + 1g is seven slices of seven, and does not
//! fit.

mod at_place;
mod division;
mod geometry;
mod layout;

pub use at_place::{AtPlace, instance_at, positions_there};
pub(crate) use at_place::{instances_on, node_of};
pub use division::{Division, divide};
pub use geometry::{MigGeometry, MigShape};
pub use layout::MigShortage;
pub use portcullis_model::MigInstance;
