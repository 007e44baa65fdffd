//! Secrets by name. The server is asked for their metadata alone, so values never travel.

use portcullis_plugin::{Failure, Object};

use crate::api::Api;
use crate::collection::Collection;
use crate::listing::Listing;
use crate::metadata::{Metadata, Named};

const SECRETS: Collection = Collection::namespaced("/api/v1", "secrets");
/// Metadata does not hold the type, so that the server is asked for each side of it.
const TOKENS: &str = "type=kubernetes.io/service-account-token";
const OTHERS: &str = "type!=kubernetes.io/service-account-token";
/// The account whose token a secret is. The server lets no token be without it.
const ACCOUNT: &str = "kubernetes.io/service-account.name";

/// All secrets: those that are tokens of service accounts, and the others.
///
/// # Errors
/// When the server does not let them be listed.
pub(crate) fn objects(api: &Api<'_>) -> Result<Vec<Object>, Failure> {
    let (tokens, others) = (list(api, TOKENS)?, list(api, OTHERS)?);
    let tokens = tokens.iter().map(token);
    Ok(tokens.chain(others.iter().map(other)).collect())
}

fn list(api: &Api<'_>, fields: &str) -> Result<Vec<Metadata>, Failure> {
    let listing = Listing {
        collection: SECRETS,
        fields,
        metadata_only: true,
    };
    let found: Vec<Named> = api.list(&listing)?;
    Ok(found.into_iter().map(|found| found.metadata).collect())
}

fn token(secret: &Metadata) -> Object {
    let account = secret.annotations.get(ACCOUNT);
    let label = |name| {
        (
            "service_account".to_owned(),
            format!("{}/{name}", secret.namespace),
        )
    };
    Object {
        kind: "service-account".to_owned(),
        labels: account.map(label).into_iter().collect(),
        ..other(secret)
    }
}

fn other(secret: &Metadata) -> Object {
    let path = secret.path();
    Object {
        name: path.clone(),
        ..Object::new(&format!("secret:{path}"), "secret")
    }
}
