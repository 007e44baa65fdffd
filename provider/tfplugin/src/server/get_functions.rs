//! GetFunctions: signatures.

use crate::proto::get_functions::Response;
use crate::provider::Provider;
use crate::server::ProviderServer;

pub(super) fn serve<P: Provider>(server: &ProviderServer<P>) -> Response {
    let functions = server.functions.iter();
    Response {
        functions: functions
            .map(|(name, (schema, _))| (name.clone(), schema.into()))
            .collect(),
        diagnostics: Vec::new(),
    }
}
