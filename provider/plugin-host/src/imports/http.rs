use wasmtime::component::Resource;

use crate::bindings::imports::http::{
    Host, HostExchange, KeptResponse, Request, Response, ResponseHead,
};
use crate::bindings::imports::types::Failure;
use crate::guest::Guest;
use crate::http::Exchange;

/// What a function gives that may fail.
type Given<T> = wasmtime::Result<Result<T, Failure>>;

impl Host for Guest {
    async fn send(&mut self, request: Request) -> Given<Response> {
        self.host_call()?;
        let (gate, _) = self.outside()?;
        Ok(gate.send(request).await)
    }

    async fn send_and_keep(
        &mut self,
        request: Request,
        pointers: Vec<String>,
    ) -> Given<KeptResponse> {
        self.host_call()?;
        let (gate, _) = self.outside()?;
        Ok(gate.send_and_keep(request, &pointers).await)
    }
}

impl HostExchange for Guest {
    async fn open(&mut self, request: Request) -> Given<Resource<Exchange>> {
        self.host_call()?;
        let (gate, table) = self.outside()?;
        match gate.open(request).await {
            Ok(exchange) => Ok(Ok(table.push(exchange)?)),
            Err(failure) => Ok(Err(failure)),
        }
    }

    async fn write(&mut self, exchange: Resource<Exchange>, bytes: Vec<u8>) -> Given<()> {
        self.host_call()?;
        let (_, table) = self.outside()?;
        Ok(table.get_mut(&exchange)?.write(bytes).await)
    }

    async fn response(&mut self, exchange: Resource<Exchange>) -> Given<ResponseHead> {
        self.host_call()?;
        let (_, table) = self.outside()?;
        Ok(table.get_mut(&exchange)?.response().await)
    }

    async fn read(&mut self, exchange: Resource<Exchange>, max_bytes: u32) -> Given<Vec<u8>> {
        self.host_call()?;
        let (_, table) = self.outside()?;
        Ok(table.get_mut(&exchange)?.read(max_bytes).await)
    }

    async fn rest(&mut self, exchange: Resource<Exchange>) -> Given<Vec<u8>> {
        self.host_call()?;
        let (_, table) = self.outside()?;
        Ok(table.get_mut(&exchange)?.rest().await)
    }

    async fn drop(&mut self, exchange: Resource<Exchange>) -> wasmtime::Result<()> {
        let (_, table) = self.outside()?;
        table.delete(exchange)?;
        Ok(())
    }
}
