//! Secrets, which a guest names and never sees.

use crate::host;

/// Names of the secrets that the manifest asks for and the configuration grants, sorted.
///
/// ```no_run
/// use portcullis_plugin::Request;
///
/// let mut request = Request::get("https://api.example.com/v1/pools");
/// if portcullis_plugin::is_granted("EXAMPLE_TOKEN") {
///     request = request.bearer("EXAMPLE_TOKEN");
/// }
/// ```
#[must_use]
pub fn granted_secrets() -> Vec<String> {
    host::granted()
}

/// Whether a secret may be sent.
///
/// ```no_run
/// let signed_in = portcullis_plugin::is_granted("EXAMPLE_TOKEN");
/// ```
#[must_use]
pub fn is_granted(secret: &str) -> bool {
    granted_secrets().iter().any(|name| name == secret)
}
