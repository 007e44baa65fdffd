//! Who can come to hold which permission. Pure: facts in, verdict with witness paths out.
//!
//! A [`Split`] declares two sides of a workload: subjects that may deploy it, and subjects that may act as it. Static
//! separation of duty (INCITS 359) asks that no subject be on both, however it got there. [`separate`] follows groups
//! into groups from both sides at once; a group that no fact describes makes the answer unknown, because an
//! undeclared member may be anybody.

mod crossing;
mod duties;
mod fact;
mod separation;
mod side;
mod split;

pub use crossing::Crossing;
pub use duties::foreign_duties;
pub use fact::{Facts, Memberships, Source};
pub use separation::{Proof, Separation, separate};
pub use split::Split;
