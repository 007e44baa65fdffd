//! Tokens: they hold what they were issued with, until they end.

use portcullis_plugin::{AccessPage, Edge, Failure};
use serde::Deserialize;

use super::{Reading, holds, subject};
use crate::api::Api;
use crate::time;

#[derive(Debug, Deserialize)]
struct Token {
    policies: Vec<String>,
    #[serde(default)]
    entity_id: String,
    #[serde(default)]
    display_name: String,
    /// When it ends; null for one that does not.
    #[serde(default)]
    expire_time: Option<String>,
}

/// Tells of one token by its accessor, which gives no access. One that has ended since is passed over.
///
/// # Errors
/// When it cannot be looked up.
pub(super) fn read(
    reading: &Reading,
    api: &Api<'_>,
    namespace: &str,
    accessor: &str,
    page: &mut AccessPage,
) -> Result<(), Failure> {
    let Some(token) = api.token::<Token>(namespace, accessor)? else {
        return Ok(());
    };
    let id = format!("token:{accessor}");
    subject(&id, "other", &token.display_name, page);
    let before = page.edges.len();
    holds(&id, &token.policies, false, namespace, &id, page);
    if let Some(entity) = reading.entities.get(&token.entity_id) {
        page.edges.push(Edge {
            source: format!("{id} of {entity}"),
            ..Edge::new(entity, "assumes", &id)
        });
    }
    // What is no time is no end.
    let end = token.expire_time.as_deref().and_then(time::seconds);
    for edge in page.edges.iter_mut().skip(before) {
        edge.expires_at = end;
    }
    Ok(())
}
