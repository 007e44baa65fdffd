//! What a connector remembers from call to call of one run. Never shared between two `connector` blocks.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Failure, host};

/// What was kept under that key in this run, if the host still has it. A value that does not fit `T` reads as none.
///
/// ```no_run
/// # fn fetch_regions() -> Result<Vec<String>, portcullis_plugin::Failure> { Ok(Vec::new()) }
/// # fn regions() -> Result<Vec<String>, portcullis_plugin::Failure> {
/// use portcullis_plugin::cache;
///
/// if let Some(regions) = cache::get("regions") {
///     return Ok(regions);
/// }
/// let regions = fetch_regions()?;
/// cache::put("regions", &regions)?;
/// # Ok(regions) }
/// ```
#[must_use]
pub fn get<T: DeserializeOwned>(key: &str) -> Option<T> {
    serde_json::from_slice(&host::cache_get(key)?).ok()
}

/// Keeps a value for later calls of this run. Keys and values together may be 1 MiB.
///
/// ```no_run
/// portcullis_plugin::cache::put("seen", &["a", "b"])?;
/// # Ok::<(), portcullis_plugin::Failure>(())
/// ```
///
/// # Errors
/// Of kind `limit` when it would be too much; what was kept stays as it is.
pub fn put<T: Serialize + ?Sized>(key: &str, value: &T) -> Result<(), Failure> {
    host::cache_put(key, &serde_json::to_vec(value)?)
}
