//! The engine and what guests may import. Made when the first plugin is called and not before.

use std::num::NonZeroUsize;
use std::thread;
use std::time::Duration;

use wasmtime::component::{HasSelf, Linker};
use wasmtime::{Config, Engine};

use crate::bindings::imports;
use crate::guest::Guest;
use crate::limits::STACK_BYTES;
use crate::manifest::World;

/// How often a running guest gives way. A guest that computes notices a limit on time at most this much late.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// The engine and the linkers of both worlds.
pub(crate) struct Sandbox {
    pub(crate) engine: Engine,
    connector: Linker<Guest>,
    check: Linker<Guest>,
}

impl Sandbox {
    pub(crate) fn new() -> wasmtime::Result<Self> {
        let engine = Engine::new(&config())?;
        let mut check = Linker::new(&engine);
        imports::types::add_to_linker::<_, HasSelf<_>>(&mut check, |guest: &mut Guest| guest)?;
        imports::log::add_to_linker::<_, HasSelf<_>>(&mut check, |guest: &mut Guest| guest)?;
        let mut connector = check.clone();
        imports::clock::add_to_linker::<_, HasSelf<_>>(&mut connector, |guest: &mut Guest| guest)?;
        imports::random::add_to_linker::<_, HasSelf<_>>(&mut connector, |guest: &mut Guest| guest)?;
        imports::cache::add_to_linker::<_, HasSelf<_>>(&mut connector, |guest: &mut Guest| guest)?;
        imports::secret::add_to_linker::<_, HasSelf<_>>(&mut connector, |guest: &mut Guest| guest)?;
        imports::http::add_to_linker::<_, HasSelf<_>>(&mut connector, |guest: &mut Guest| guest)?;
        imports::grpc::add_to_linker::<_, HasSelf<_>>(&mut connector, |guest: &mut Guest| guest)?;
        tick(&engine)?;
        Ok(Self {
            engine,
            connector,
            check,
        })
    }

    pub(crate) fn linker(&self, world: World) -> &Linker<Guest> {
        match world {
            World::Connector => &self.connector,
            World::Check => &self.check,
        }
    }
}

/// The settings of every engine. Code is compiled in one process and run in another: both read them here.
pub(crate) fn config() -> Config {
    let mut config = Config::new();
    config.consume_fuel(true);
    config.epoch_interruption(true);
    config.max_wasm_stack(STACK_BYTES);
    config.async_stack_size(2 * STACK_BYTES);
    // The same input gives the same findings on every machine.
    config.cranelift_nan_canonicalization(true);
    config.wasm_relaxed_simd(false);
    config.wasm_memory64(false);
    // Components inside a component, which JavaScript's and Python's have, pass values through adapters of two memories.
    config.wasm_multi_memory(true);
    // Guests are stripped; frames without names help nobody.
    config.wasm_backtrace_max_frames(None::<NonZeroUsize>);
    config
}

/// Advances the epoch as long as the engine lives.
fn tick(engine: &Engine) -> wasmtime::Result<()> {
    let engine = engine.weak();
    let ticker = move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TICK);
        }
    };
    thread::Builder::new()
        .name("plugin-epoch".to_owned())
        .spawn(ticker)?;
    Ok(())
}
