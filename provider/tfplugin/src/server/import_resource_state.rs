//! ImportResourceState: the state that the read after it starts from.

use crate::diagnostic::Diagnostics;
use crate::engine::{ImportKey, Shape};
use crate::proto::import_resource_state::{ImportedResource, Request, Response};
use crate::provider::Provider;
use crate::server::ProviderServer;
use crate::server::registry::find;
use crate::server::wire::{read, write, write_identity};
use crate::value::Value;

pub(super) async fn serve<P: Provider>(
    server: &ProviderServer<P>,
    request: Request,
) -> Result<Response, Diagnostics> {
    let entry = find(&server.resources, &request.type_name)?;
    let key = key(&entry.shape, &request)?;
    let state = entry.object.import(&entry.shape, key)?;
    let imported = ImportedResource {
        type_name: request.type_name,
        state: Some(write(&state, &entry.shape.ty)?),
        private: Vec::new(),
        identity: write_identity(entry.shape.identity_of(&state).as_ref(), &entry.shape)?,
    };
    Ok(Response {
        imported_resources: vec![imported],
        ..Response::default()
    })
}

fn key(shape: &Shape, request: &Request) -> Result<ImportKey, Diagnostics> {
    let sent = request
        .identity
        .as_ref()
        .and_then(|identity| identity.identity_data.as_ref());
    match (sent, &shape.identity) {
        (Some(_), Some(ty)) => Ok(ImportKey::Identity(read(sent, ty)?)),
        (Some(_), None) => Ok(ImportKey::Identity(Value::Null)),
        (None, _) => Ok(ImportKey::Id(request.id.clone())),
    }
}
