//! GetResourceIdentitySchemas: which attributes identify a resource.

use crate::engine::Shape;
use crate::proto::ResourceIdentitySchema;
use crate::proto::get_resource_identity_schemas::Response;
use crate::proto::resource_identity_schema::IdentityAttribute;
use crate::provider::Provider;
use crate::server::ProviderServer;

pub(super) fn serve<P: Provider>(server: &ProviderServer<P>) -> Response {
    let resources = server.resources.iter();
    let identified = resources.filter(|(_, entry)| entry.shape.identity.is_some());
    Response {
        identity_schemas: identified
            .map(|(name, entry)| (name.clone(), identity_schema(&entry.shape)))
            .collect(),
        diagnostics: Vec::new(),
    }
}

fn identity_schema(shape: &Shape) -> ResourceIdentitySchema {
    let attribute = |attribute: &crate::schema::Attribute| IdentityAttribute {
        name: attribute.name.clone(),
        r#type: attribute.ty.implied_type().to_json_bytes(),
        required_for_import: true,
        optional_for_import: false,
        description: attribute.description.clone(),
    };
    ResourceIdentitySchema {
        version: 0,
        identity_attributes: shape.identity_attributes().map(attribute).collect(),
    }
}
