//! Who signs the tokens of the cluster's accounts: whoever trusts them elsewhere names it.

use portcullis_plugin::{Failure, Object, log};

use crate::api::Api;

/// The issuer as a fact; none when the cluster does not say, and may be any.
///
/// # Errors
/// When the server is not there.
pub(super) fn object(api: &Api<'_>) -> Result<Option<Object>, Failure> {
    let Some(url) = api.issuer()? else {
        log::warn(
            "the cluster does not say who signs its tokens: wherever tokens of any cluster are trusted, its own may be",
        );
        return Ok(None);
    };
    Ok(Some(Object {
        name: url.clone(),
        ..Object::new(&format!("issuer:{url}"), "issuer")
    }))
}
