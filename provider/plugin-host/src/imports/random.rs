use crate::bindings::imports::random::Host;
use crate::guest::{Guest, Reached};
use crate::random::RANDOM_BYTES;

impl Host for Guest {
    fn bytes(&mut self, len: u32) -> wasmtime::Result<Vec<u8>> {
        self.host_call()?;
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        if len > RANDOM_BYTES {
            return Err(wasmtime::Error::new(Reached {
                limit: "random bytes",
                allowed: format!("{} KiB a request", RANDOM_BYTES / 1024),
                remedy: "Report this to the plugin's author: names and tokens need a few dozen."
                    .to_owned(),
            }));
        }
        let (gate, _) = self.outside()?;
        Ok(gate.random(len))
    }
}
