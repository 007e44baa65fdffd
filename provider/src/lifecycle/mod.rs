//! The flow that every recorded resource goes through: read [`plan`] and see the whole of it.
//!
//! What one resource does differently is in its own file, as [`Recorded`]; what all do alike is here, once.

mod apply;
mod draft;
mod held;
mod import;
mod plan;
mod read;
mod recorded;

pub use apply::{create, delete, update};
pub use draft::decode_body;
pub(crate) use draft::{body, fingerprint};
pub use held::{Choice, Held};
pub use import::import;
pub use plan::{plan, plan_destroy};
pub use read::read;
pub use recorded::Recorded;
pub(crate) use recorded::recorded;
