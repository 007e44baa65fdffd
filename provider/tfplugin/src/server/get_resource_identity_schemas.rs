//! GetResourceIdentitySchemas: which attributes identify a resource.

use crate::proto::get_resource_identity_schemas::Response;
use crate::provider::Provider;
use crate::server::ProviderServer;

pub(super) fn serve<P: Provider>(server: &ProviderServer<P>) -> Response {
    let resources = server.resources.iter();
    let identified = resources
        .filter_map(|(name, entry)| Some((name.clone(), entry.shape.schema.identity_message()?)));
    Response {
        identity_schemas: identified.collect(),
        diagnostics: Vec::new(),
    }
}
