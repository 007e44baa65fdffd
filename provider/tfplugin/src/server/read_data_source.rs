//! ReadDataSource: looks it up.

use crate::diagnostic::Diagnostics;
use crate::guard;
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
    let shape = &entry.shape;
    let config = read(request.config.as_ref(), &shape.ty)?;
    let provider = server.configured.required()?;
    let (result, mut diagnostics) = entry.object.read(&config, &provider).await;
    if !diagnostics.has_errors() {
        let check = guard::DataSource {
            schema: &shape.schema,
            config: &config,
            result: &result,
        };
        diagnostics.extend(server.guard.check(&shape.type_name, || check.breaches()));
    }
    Ok(Response {
        state: Some(write(&result, &shape.ty)?),
        diagnostics: said(&diagnostics),
        deferred: None,
    })
}
