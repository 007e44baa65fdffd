use std::time::Duration;

use crate::bindings::imports::clock::Host;
use crate::guest::Guest;

impl Host for Guest {
    fn now(&mut self) -> wasmtime::Result<u32> {
        self.host_call()?;
        Ok(self.unix_seconds())
    }

    /// The end of the call ends the wait with it.
    async fn wait(&mut self, milliseconds: u32) -> wasmtime::Result<()> {
        self.host_call()?;
        tokio::time::sleep(Duration::from_millis(milliseconds.into())).await;
        Ok(())
    }
}
