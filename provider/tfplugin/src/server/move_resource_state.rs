//! MoveResourceState: the state of another type, for `moved` blocks.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::proto::move_resource_state::{Request, Response};
use crate::provider::Provider;
use crate::resource::Moved;
use crate::server::ProviderServer;
use crate::server::registry::find;
use crate::server::wire::{write, write_identity};

pub(super) async fn serve<P: Provider>(
    server: &ProviderServer<P>,
    request: Request,
) -> Result<Response, Diagnostics> {
    let entry = find(&server.resources, &request.target_type_name)?;
    let stored = request.source_state.unwrap_or_default();
    let state = serde_json::from_slice(&stored.json).map_err(|error| {
        let detail = format!(
            "The stored state of the `{}` to move is not JSON: {error}.\n\n\
             Restore the state from a backup.\n\nstate-unreadable",
            request.source_type_name
        );
        Diagnostic::error("Stored state cannot be read", detail)
    })?;
    let source = Moved {
        provider: request.source_provider_address,
        type_name: request.source_type_name,
        version: request.source_schema_version,
        state,
        private: request.source_private,
    };
    let state = entry.object.move_from(&entry.shape, &source)?;
    Ok(Response {
        target_state: Some(write(&state, &entry.shape.ty)?),
        diagnostics: Vec::new(),
        target_private: Vec::new(),
        target_identity: write_identity(entry.shape.identity_of(&state).as_ref(), &entry.shape)?,
    })
}
