//! StopProvider: running operations end early.

use crate::proto::stop_provider::Response;
use crate::provider::Provider;
use crate::server::ProviderServer;

pub(super) fn serve<P: Provider>(server: &ProviderServer<P>) -> Response {
    server.stop.stop();
    Response::default()
}
