use crate::bindings::imports::log::Host;
use crate::guest::Guest;

impl Host for Guest {
    fn write(&mut self, level: String, message: String) -> wasmtime::Result<()> {
        self.host_call()?;
        self.log(&level, &message);
        Ok(())
    }
}
