//! Tokens, with their bugs.

use portcullis_plugin::{Application, Credential, Failure, Stamp};
use serde_json::{Value, json};

use crate::{Bug, Config};

pub(crate) fn issue(
    config: &Config,
    application: &Application,
    stamp: &Stamp,
) -> Result<Credential, Failure> {
    let client = config.client();
    let mut wanted = json!({ "subject": application.workload });
    if !config.has(Bug::ForgetsTtl) {
        wanted["ttl_seconds"] = Value::from(application.ttl_seconds);
    }
    let request = if config.has(Bug::IssuesForEachTry) {
        client.post("/v1/tokens")
    } else {
        client
            .post("/v1/tokens")
            .token("idempotency-key", &stamp.token)
    };
    let kept = client.send_and_keep(request.json(&wanted)?, &["/token"])?;
    let token: Value = kept.response.json()?;
    let expires_at = token["expires_at"].as_u64().unwrap_or_default();
    let for_ever = expires_at + 365 * 24 * 3600;
    Ok(Credential {
        id: token["id"].as_str().unwrap_or_default().to_owned(),
        handle: kept.handle(0)?.to_owned(),
        expires_at: u32::try_from(if config.has(Bug::ForgetsTtl) {
            for_ever
        } else {
            expires_at
        })
        .unwrap_or(u32::MAX),
    })
}

pub(crate) fn revoke(config: &Config, id: &str) -> Result<(), Failure> {
    if config.has(Bug::RevokesNothing) {
        return Ok(());
    }
    let client = config.client();
    let response = client.send(client.delete("/v1/tokens").segment(id))?;
    if response.status == 404 && !config.has(Bug::FailsOnRevoked) {
        return Ok(());
    }
    response.success().map(drop)
}
