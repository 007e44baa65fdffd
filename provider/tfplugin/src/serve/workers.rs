//! Where rpcs run: on threads of their own, so that one that blocks its thread holds up neither the transport nor the
//! end.

use std::convert::Infallible;
use std::panic;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service, http};
use tonic::server::NamedService;

type Request = http::Request<Body>;
type Response = http::Response<Body>;

/// Answered where the transport runs: it must be heard while every worker is blocked.
const STOP: &str = "StopProvider";

/// A service whose rpcs run on `workers`. Whoever drops an answer that is awaited drops the rpc.
#[derive(Clone, Debug)]
pub(super) struct OnWorkers<S> {
    pub(super) service: S,
    pub(super) workers: Handle,
}

impl<S: NamedService> NamedService for OnWorkers<S> {
    const NAME: &'static str = S::NAME;
}

impl<S> Service<Request> for OnWorkers<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<Response, Infallible>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let here = request.uri().path().ends_with(STOP);
        let answer = self.service.call(request);
        if here {
            Box::pin(answer)
        } else {
            Box::pin(Running(self.workers.spawn(answer)))
        }
    }
}

/// An rpc on its worker.
struct Running(JoinHandle<Result<Response, Infallible>>);

impl Future for Running {
    type Output = Result<Response, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0)
            .poll(context)
            .map(|ended| match ended {
                Ok(answer) => answer,
                Err(error) => match error.try_into_panic() {
                    Ok(payload) => panic::resume_unwind(payload),
                    Err(_) => Ok(tonic::Status::cancelled("the provider is ending").into_http()),
                },
            })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}
