//! OpenEphemeralResource.

use prost_types::Timestamp;

use crate::diagnostic::Diagnostics;
use crate::proto::open_ephemeral_resource::{Request, Response};
use crate::provider::Provider;
use crate::server::ProviderServer;
use crate::server::registry::find;

use crate::server::wire::{read, said, write};

pub(super) async fn serve<P: Provider>(
    server: &ProviderServer<P>,
    request: Request,
) -> Result<Response, Diagnostics> {
    let entry = find(&server.ephemeral, &request.type_name)?;
    let config = read(request.config.as_ref(), &entry.shape.ty)?;
    let provider = server.configured.required()?;
    let (result, leased) = entry
        .object
        .open(config, server.stop.listen(), &provider)
        .await;
    Ok(Response {
        diagnostics: said(&leased.diagnostics),
        renew_at: leased.renew_at.map(Timestamp::from),
        result: Some(write(&result, &entry.shape.ty)?),
        private: Some(leased.private),
        deferred: None,
    })
}
