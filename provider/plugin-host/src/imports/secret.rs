use crate::bindings::imports::secret::Host;
use crate::guest::Guest;

impl Host for Guest {
    fn granted(&mut self) -> wasmtime::Result<Vec<String>> {
        self.host_call()?;
        let (gate, _) = self.outside()?;
        Ok(gate.secret_names())
    }
}
