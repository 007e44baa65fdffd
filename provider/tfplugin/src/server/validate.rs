//! ValidateProviderConfig, ValidateResourceConfig and the others of that shape: a configuration by itself.

use crate::diagnostic::Diagnostics;
use crate::engine::validated;
use crate::guard;
use crate::proto;
use crate::provider::Provider;
use crate::server::ProviderServer;
use crate::server::registry::find;
use crate::server::wire::{read, said};
use crate::value::Value;

pub(super) async fn provider_config<P: Provider>(
    server: &ProviderServer<P>,
    request: proto::validate_provider_config::Request,
) -> Result<proto::validate_provider_config::Response, Diagnostics> {
    let config = read(request.config.as_ref(), &server.provider.ty)?;
    let diagnostics = guarded(
        server,
        &server.provider.type_name,
        &config,
        validated(&config, P::validate),
    );
    Ok(proto::validate_provider_config::Response { diagnostics })
}

macro_rules! validate {
    ($($serve:ident($rpc:ident, $entries:ident);)+) => {$(
        pub(super) async fn $serve<P: Provider>(
            server: &ProviderServer<P>,
            request: proto::$rpc::Request,
        ) -> Result<proto::$rpc::Response, Diagnostics> {
            let entry = find(&server.$entries, &request.type_name)?;
            let config = read(request.config.as_ref(), &entry.shape.ty)?;
            let found = entry.object.validate(&config);
            let diagnostics = guarded(server, &request.type_name, &config, found);
            Ok(proto::$rpc::Response { diagnostics })
        }
    )+};
}

validate! {
    resource_config(validate_resource_config, resources);
    data_resource_config(validate_data_resource_config, data_sources);
    ephemeral_resource_config(validate_ephemeral_resource_config, ephemeral);
    list_resource_config(validate_list_resource_config, list_resources);
    action_config(validate_action_config, actions);
}

/// Adds a breach of the rule that nothing is wrong yet about an unknown value.
fn guarded<P: Provider>(
    server: &ProviderServer<P>,
    type_name: &str,
    config: &Value,
    mut diagnostics: Diagnostics,
) -> Vec<proto::Diagnostic> {
    let check = guard::Validate {
        config,
        diagnostics: &diagnostics,
    };
    let breach = server.guard.check(type_name, || check.breaches());
    diagnostics.extend(breach);
    said(&diagnostics)
}
