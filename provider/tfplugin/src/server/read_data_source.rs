//! ReadDataSource: looks it up.

use crate::diagnostic::Diagnostics;
use crate::proto::read_data_source::{Request, Response};
use crate::provider::Provider;
use crate::server::ProviderServer;
use crate::server::registry::find;
use crate::server::wire::{read, said, write};

pub(super) async fn serve<P: Provider>(
    server: &ProviderServer<P>,
    request: Request,
) -> Result<Response, Diagnostics> {
    let entry = find(&server.data_sources, &request.type_name)?;
    let config = read(request.config.as_ref(), &entry.shape.ty)?;
    let provider = server.configured.required()?;
    let (state, diagnostics) = entry.object.read(config, &provider).await;
    Ok(Response {
        state: Some(write(&state, &entry.shape.ty)?),
        diagnostics: said(&diagnostics),
        deferred: None,
    })
}
