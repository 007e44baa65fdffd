use crate::bindings::imports::cache::Host;
use crate::bindings::imports::types::Failure;
use crate::guest::Guest;
use crate::http::failure::{DEFECT, failure};
use crate::memory::MEMORY_BYTES;

impl Host for Guest {
    fn get(&mut self, key: String) -> wasmtime::Result<Option<Vec<u8>>> {
        self.host_call()?;
        let (gate, _) = self.outside()?;
        Ok(gate.session().memory.get(&key))
    }

    fn put(&mut self, key: String, value: Vec<u8>) -> wasmtime::Result<Result<(), Failure>> {
        self.host_call()?;
        let (gate, _) = self.outside()?;
        let put = gate.session().memory.put(key, value);
        Ok(put.map_err(|bytes| {
            let message = format!(
                "The connector's cache would hold {bytes} bytes, it may hold {MEMORY_BYTES}."
            );
            failure("limit", message, DEFECT)
        }))
    }
}
