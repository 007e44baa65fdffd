//! GetProviderSchema: everything served, with schemas.

use std::collections::BTreeMap;

use crate::guard;
use crate::proto::get_provider_schema::Response;
use crate::proto::{self, ActionSchema, Schema};
use crate::provider::Provider;
use crate::server::get_metadata::CAPABILITIES;
use crate::server::registry::Entries;
use crate::server::wire::said;
use crate::server::{ProviderServer, get_functions};

pub(super) fn serve<P: Provider>(server: &ProviderServer<P>) -> Response {
    let action = |(name, schema)| {
        (
            name,
            ActionSchema {
                schema: Some(schema),
            },
        )
    };
    Response {
        provider: Some((&server.provider.schema).into()),
        resource_schemas: schemas(&server.resources),
        data_source_schemas: schemas(&server.data_sources),
        functions: get_functions::serve(server).functions,
        ephemeral_resource_schemas: schemas(&server.ephemeral),
        list_resource_schemas: schemas(&server.list_resources),
        state_store_schemas: BTreeMap::new(),
        action_schemas: schemas(&server.actions).into_iter().map(action).collect(),
        diagnostics: faults(server),
        provider_meta: None,
        server_capabilities: Some(CAPABILITIES),
    }
}

/// Rule 15, and defaults that cannot be read: mistakes of the provider, told before anything is planned.
fn faults<P: Provider>(server: &ProviderServer<P>) -> Vec<proto::Diagnostic> {
    let mut faults = server.faults.clone();
    faults.extend(
        server
            .guard
            .check(P::NAME, || guard::schemas(&server.schema())),
    );
    said(&faults)
}

fn schemas<T: ?Sized>(entries: &Entries<T>) -> BTreeMap<String, Schema> {
    entries
        .iter()
        .map(|(name, entry)| (name.clone(), (&entry.shape.schema).into()))
        .collect()
}
