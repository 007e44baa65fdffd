//! GenerateResourceConfig: configuration that leads to a given state, for `plan -generate-config-out`.

use crate::diagnostic::Diagnostics;
use crate::engine::for_each;
use crate::proto::generate_resource_config::{Request, Response};
use crate::provider::Provider;
use crate::schema::Mode;
use crate::server::ProviderServer;
use crate::server::registry::find;
use crate::server::wire::{read, write};
use crate::value::Value;

pub(super) async fn serve<P: Provider>(
    server: &ProviderServer<P>,
    request: Request,
) -> Result<Response, Diagnostics> {
    let shape = &find(&server.resources, &request.type_name)?.shape;
    let mut config = read(request.state.as_ref(), &shape.ty)?;
    let block = &shape.schema.block;
    // What the provider decides, what is not to be used any more and what says no more than leaving it out.
    for_each(
        &block.attributes,
        &block.blocks,
        &mut config,
        &|attribute, value| {
            let decided = attribute.mode == Mode::Computed || attribute.deprecation.is_some();
            if decided || attribute.default.as_ref() == Some(value) {
                *value = Value::Null;
            }
        },
    );
    Ok(Response {
        config: Some(write(&config, &shape.ty)?),
        diagnostics: Vec::new(),
    })
}
