//! Tokens that live as long as a job. Their values never enter the connector: the host keeps them and gives handles.

use portcullis_plugin::{Application, Client, Credential, Failure, Stamp};
use serde::Deserialize;
use serde_json::{Value, json};

/// What the platform says of a token, which holds `[secret]` where the value was.
#[derive(Deserialize)]
struct Token {
    id: String,
    expires_at: u32,
}

/// The stamp's token makes a second try give what the first has issued.
pub(crate) fn issue(
    client: &Client,
    application: &Application,
    stamp: &Stamp,
) -> Result<Credential, Failure> {
    let scope: Value = serde_json::from_str(&application.scope)?;
    let request = client
        .post("/v1/tokens")
        .token("idempotency-key", &stamp.token)
        .json(&json!({
            "subject": application.workload,
            "audience": application.audience,
            "ttl_seconds": application.ttl_seconds,
            "scope": scope,
        }))?;
    let kept = client.send_and_keep(request, &["/token"])?;
    let token: Token = kept.response.json()?;
    Ok(Credential {
        id: token.id,
        handle: kept.handle(0)?.to_owned(),
        expires_at: token.expires_at,
    })
}

/// A token that is gone is what was asked for.
pub(crate) fn revoke(client: &Client, id: &str) -> Result<(), Failure> {
    let response = client.send(client.delete("/v1/tokens").segment(id))?;
    if response.status == 404 {
        return Ok(());
    }
    response.success().map(drop)
}
