use crate::bindings::imports::http::{Request, Response};
use crate::bindings::imports::sigv4::Host;
use crate::bindings::imports::types::Failure;
use crate::guest::Guest;

impl Host for Guest {
    async fn send(
        &mut self,
        request: Request,
        service: String,
    ) -> wasmtime::Result<Result<Response, Failure>> {
        self.host_call()?;
        let now = self.unix_seconds();
        let (gate, _) = self.outside()?;
        Ok(gate.send_signed(request, &service, now).await)
    }
}
