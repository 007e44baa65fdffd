//! GRPCStdio: what the plugin printed.

use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status};

use super::lifetime::Lifetime;
use crate::proto::plugin::StdioData;
use crate::proto::plugin::grpc_stdio_server::GrpcStdio;

/// Always silent: a provider prints nothing but the handshake, and Terraform reads its log from stderr itself.
#[derive(Debug)]
pub(super) struct Stdio {
    pub(super) lifetime: Lifetime,
}

#[tonic::async_trait]
impl GrpcStdio for Stdio {
    async fn stream_stdio(&self, _: Request<()>) -> Result<Response<BoxStream<StdioData>>, Status> {
        Ok(Response::new(self.lifetime.silence()))
    }
}
