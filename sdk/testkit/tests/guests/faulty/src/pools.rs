//! Pools, with their bugs.

use portcullis_plugin::{Change, Desired, Failure, Managed, Response, Stamp, covers};
use serde_json::Value;

use crate::{Bug, Config};

pub(crate) fn read(config: &Config, id: &str, name: &str) -> Result<Option<Managed>, Failure> {
    if !id.is_empty() {
        return by_id(config, id);
    }
    if config.has(Bug::CannotFindByName) {
        return Ok(None);
    }
    let client = config.client();
    let list: Value = client
        .send(client.get("/v1/pools").query("name", name))?
        .json()?;
    match list["items"][0]["id"].as_str() {
        Some(id) => by_id(config, id),
        None => Ok(None),
    }
}

fn by_id(config: &Config, id: &str) -> Result<Option<Managed>, Failure> {
    let client = config.client();
    let response = client.send(client.get("/v1/pools").segment(id))?;
    if response.status == 404 {
        return Ok(None);
    }
    managed(&response).map(Some)
}

pub(crate) fn plan(
    config: &Config,
    prior: Option<&Managed>,
    desired: &Desired,
) -> Result<Change, Failure> {
    let Some(prior) = prior else {
        return Ok(Change::new("create", desired));
    };
    let has: Value = serde_json::from_str(&prior.attributes)?;
    let wants: Value = serde_json::from_str(&desired.attributes)?;
    let same = covers(&has, &wants);
    let action = if config.has(Bug::PlansForEver) || (!same && !config.has(Bug::PlansNoUpdate)) {
        "update"
    } else {
        "none"
    };
    Ok(Change::new(action, desired))
}

pub(crate) fn apply(
    config: &Config,
    prior: Option<&Managed>,
    change: &Change,
    stamp: &Stamp,
) -> Result<Managed, Failure> {
    let client = config.client();
    let mut attributes: Value = serde_json::from_str(&change.attributes)?;
    if config.has(Bug::ForgetsAttributes) {
        attributes = Value::Object(serde_json::Map::new());
    }
    attributes["name"] = Value::from(change.name.as_str());
    let request = match prior {
        Some(prior) => client
            .put("/v1/pools")
            .segment(&prior.id)
            .header("if-match", &prior.revision),
        None if config.has(Bug::ForgetsToken) => client.post("/v1/pools"),
        None => client
            .post("/v1/pools")
            .token("idempotency-key", &stamp.token),
    };
    let made: Value = client.send(request.json(&attributes)?)?.json()?;
    let id = made["id"].as_str().unwrap_or_default();
    by_id(config, id)?.ok_or_else(|| Failure::malformed("The pool is not there after it was made."))
}

pub(crate) fn delete(config: &Config, prior: &Managed) -> Result<(), Failure> {
    if config.has(Bug::DeletesNothing) {
        return Ok(());
    }
    let client = config.client();
    let response = client.send(client.delete("/v1/pools").segment(&prior.id))?;
    if response.status == 404 && !config.has(Bug::FailsOnGone) {
        return Ok(());
    }
    response.success().map(drop)
}

fn managed(response: &Response) -> Result<Managed, Failure> {
    let pool: Value = response.json()?;
    let text = |name: &str| pool[name].as_str().unwrap_or_default().to_owned();
    let (id, name) = (text("id"), text("name"));
    Ok(Managed {
        revision: response.header("etag").unwrap_or_default().to_owned(),
        ..Managed::new("pool", &id, &name, pool)?
    })
}
