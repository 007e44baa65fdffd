//! GRPCBroker: further connections between host and plugin.

use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status, Streaming};

use super::lifetime::Lifetime;
use crate::proto::plugin::ConnInfo;
use crate::proto::plugin::grpc_broker_server::GrpcBroker;

/// Offers none: Terraform opens the stream at every start and never asks for anything on it.
#[derive(Debug)]
pub(super) struct Broker {
    pub(super) lifetime: Lifetime,
}

#[tonic::async_trait]
impl GrpcBroker for Broker {
    async fn start_stream(
        &self,
        _: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<BoxStream<ConnInfo>>, Status> {
        Ok(Response::new(self.lifetime.silence()))
    }
}
