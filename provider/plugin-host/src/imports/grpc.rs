use wasmtime::component::Resource;

use crate::bindings::imports::grpc::{Call, Host, HostReplyStream, Reply, Status};
use crate::bindings::imports::types::Failure;
use crate::guest::Guest;
use crate::http::ReplyStream;

/// What a function gives that may fail.
type Given<T> = wasmtime::Result<Result<T, Failure>>;

impl Host for Guest {
    async fn unary(&mut self, call: Call) -> Given<Reply> {
        self.host_call()?;
        let (gate, _) = self.outside()?;
        Ok(gate.unary(call).await)
    }
}

impl HostReplyStream for Guest {
    async fn open(&mut self, call: Call) -> Given<Resource<ReplyStream>> {
        self.host_call()?;
        let (gate, table) = self.outside()?;
        match gate.reply_stream(call).await {
            Ok(stream) => Ok(Ok(table.push(stream)?)),
            Err(failure) => Ok(Err(failure)),
        }
    }

    async fn next(&mut self, stream: Resource<ReplyStream>) -> Given<Option<Vec<u8>>> {
        self.host_call()?;
        let (_, table) = self.outside()?;
        Ok(table.get_mut(&stream)?.next().await)
    }

    async fn status(&mut self, stream: Resource<ReplyStream>) -> wasmtime::Result<Option<Status>> {
        self.host_call()?;
        let (_, table) = self.outside()?;
        Ok(table.get(&stream)?.status())
    }

    async fn drop(&mut self, stream: Resource<ReplyStream>) -> wasmtime::Result<()> {
        let (_, table) = self.outside()?;
        table.delete(stream)?;
        Ok(())
    }
}
