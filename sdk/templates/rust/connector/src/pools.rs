//! Pools as the platform keeps them.

use portcullis_plugin::{Change, Client, Failure, Managed, Response, Stamp};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct List {
    items: Vec<Value>,
}

/// The pool by its id, or by its name when there is no id.
pub(crate) fn read(
    client: &Client,
    kind: &str,
    id: &str,
    name: &str,
) -> Result<Option<Managed>, Failure> {
    if !id.is_empty() {
        return by_id(client, kind, id);
    }
    let list: List = client
        .send(client.get("/v1/pools").query("name", name))?
        .json()?;
    // The list has no revisions: a second request reads the pool itself.
    match list.items.first().and_then(|pool| pool["id"].as_str()) {
        Some(id) => by_id(client, kind, id),
        None => Ok(None),
    }
}

fn by_id(client: &Client, kind: &str, id: &str) -> Result<Option<Managed>, Failure> {
    let response = client.send(client.get("/v1/pools").segment(id))?;
    if response.status == 404 {
        return Ok(None);
    }
    managed(kind, &response).map(Some)
}

/// The stamp's token makes a second try find what the first has done.
pub(crate) fn apply(
    client: &Client,
    prior: Option<&Managed>,
    change: &Change,
    stamp: &Stamp,
) -> Result<Managed, Failure> {
    let mut attributes: Value = serde_json::from_str(&change.attributes)?;
    let request = match prior {
        Some(prior) => client
            .put("/v1/pools")
            .segment(&prior.id)
            .header("if-match", &prior.revision),
        None => client
            .post("/v1/pools")
            .token("idempotency-key", &stamp.token),
    };
    attributes["name"] = Value::from(change.name.as_str());
    let response = client.send(request.json(&attributes)?)?.success()?;
    let made: Value = response.json()?;
    let id = made["id"].as_str().unwrap_or_default();
    by_id(client, &change.kind, id)?.ok_or_else(|| {
        Failure::malformed(format!(
            "The platform made the pool `{}` with id `{id}` and does not have it.",
            change.name
        ))
    })
}

/// A pool that is gone is what was asked for.
pub(crate) fn delete(client: &Client, prior: &Managed) -> Result<(), Failure> {
    let response = client.send(client.delete("/v1/pools").segment(&prior.id))?;
    if response.status == 404 {
        return Ok(());
    }
    response.success().map(drop)
}

fn managed(kind: &str, response: &Response) -> Result<Managed, Failure> {
    let pool: Value = response.json()?;
    let text = |name: &str| pool[name].as_str().unwrap_or_default().to_owned();
    let (id, name) = (text("id"), text("name"));
    let revision = response.header("etag").unwrap_or_default().to_owned();
    Ok(Managed {
        revision,
        ..Managed::new(kind, &id, &name, pool)?
    })
}
