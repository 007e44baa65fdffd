//! Importing: the typed ID becomes `id`, and reading finds the rest.

use tfplugin::Outcome;

use crate::lifecycle::Recorded;

/// Checks the typed ID before anything is asked with it.
///
/// # Errors
/// Why it cannot be the natural key of this kind of resource.
pub fn import<R: Recorded>(id: &str) -> Outcome {
    R::check_id(id)
}
