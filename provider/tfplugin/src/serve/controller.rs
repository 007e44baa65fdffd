//! GRPCController: how the host ends the plugin.

use tonic::{Request, Response, Status};

use super::lifetime::{Ending, Lifetime};
use crate::proto::plugin::Empty;
use crate::proto::plugin::grpc_controller_server::GrpcController;

/// Ends the process, except in debug mode, where every command would end what the developer started by hand.
#[derive(Debug)]
pub(super) struct Controller {
    pub(super) lifetime: Lifetime,
    pub(super) survives: bool,
}

#[tonic::async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        if !self.survives {
            self.lifetime.end(Ending::Shutdown);
        }
        Ok(Response::new(Empty {}))
    }
}
