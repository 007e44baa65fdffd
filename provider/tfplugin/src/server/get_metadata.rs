//! GetMetadata: names, without schemas.

use crate::proto::ServerCapabilities;
use crate::proto::get_metadata::{
    ActionMetadata, DataSourceMetadata, EphemeralMetadata, FunctionMetadata, ListResourceMetadata,
    ResourceMetadata, Response,
};
use crate::provider::Provider;
use crate::server::ProviderServer;

/// What every provider made with this crate can do.
pub(super) const CAPABILITIES: ServerCapabilities = ServerCapabilities {
    plan_destroy: true,
    get_provider_schema_optional: true,
    move_resource_state: true,
    generate_resource_config: true,
};

pub(super) fn serve<P: Provider>(server: &ProviderServer<P>) -> Response {
    let name = |name: &String| name.clone();
    let metadata = |type_name| ResourceMetadata { type_name };
    Response {
        server_capabilities: Some(CAPABILITIES),
        diagnostics: Vec::new(),
        resources: server.resources.keys().map(name).map(metadata).collect(),
        data_sources: server
            .data_sources
            .keys()
            .map(name)
            .map(|type_name| DataSourceMetadata { type_name })
            .collect(),
        functions: server
            .functions
            .keys()
            .map(name)
            .map(|name| FunctionMetadata { name })
            .collect(),
        ephemeral_resources: server
            .ephemeral
            .keys()
            .map(name)
            .map(|type_name| EphemeralMetadata { type_name })
            .collect(),
        list_resources: server
            .list_resources
            .keys()
            .map(name)
            .map(|type_name| ListResourceMetadata { type_name })
            .collect(),
        state_stores: Vec::new(),
        actions: server
            .actions
            .keys()
            .map(name)
            .map(|type_name| ActionMetadata { type_name })
            .collect(),
    }
}
