//! The engine and what guests may import. Made when the first plugin is called and not before.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::component::{HasSelf, Linker};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::bindings::imports;
use crate::guest::Guest;
use crate::limits::{INSTANCES, MEMORIES, STACK_BYTES, TABLES};
use crate::manifest::World;

/// How often a running guest gives way. A guest that computes notices a limit on time at most this much late.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// Guests that are there at once, of all plugins together; the next one waits.
const GUESTS: usize = 128;

/// The engine and the linkers of both worlds.
pub(crate) struct Sandbox {
    pub(crate) engine: Engine,
    /// One for each guest that may be there at once.
    seats: Arc<Semaphore>,
    connector: Linker<Guest>,
    check: Linker<Guest>,
}

impl Sandbox {
    pub(crate) fn new() -> wasmtime::Result<Self> {
        let engine = engine()?;
        let mut check = Linker::new(&engine);
        imports::types::add_to_linker::<_, HasSelf<_>>(&mut check, |guest: &mut Guest| guest)?;
        imports::log::add_to_linker::<_, HasSelf<_>>(&mut check, |guest: &mut Guest| guest)?;
        let mut connector = check.clone();
        imports::clock::add_to_linker::<_, HasSelf<_>>(&mut connector, |guest: &mut Guest| guest)?;
        imports::random::add_to_linker::<_, HasSelf<_>>(&mut connector, |guest: &mut Guest| guest)?;
        imports::cache::add_to_linker::<_, HasSelf<_>>(&mut connector, |guest: &mut Guest| guest)?;
        imports::secret::add_to_linker::<_, HasSelf<_>>(&mut connector, |guest: &mut Guest| guest)?;
        imports::http::add_to_linker::<_, HasSelf<_>>(&mut connector, |guest: &mut Guest| guest)?;
        imports::sigv4::add_to_linker::<_, HasSelf<_>>(&mut connector, |guest: &mut Guest| guest)?;
        imports::grpc::add_to_linker::<_, HasSelf<_>>(&mut connector, |guest: &mut Guest| guest)?;
        tick(&engine)?;
        Ok(Self {
            engine,
            seats: Arc::new(Semaphore::new(GUESTS)),
            connector,
            check,
        })
    }

    /// Waits until one guest more may be there.
    pub(crate) async fn seat(&self) -> wasmtime::Result<OwnedSemaphorePermit> {
        Ok(Arc::clone(&self.seats).acquire_owned().await?)
    }

    pub(crate) fn linker(&self, world: World) -> &Linker<Guest> {
        match world {
            World::Connector => &self.connector,
            World::Check => &self.check,
        }
    }
}

/// An engine whose guests take memories, tables and stacks from a pool, which halves what an instance costs. The pool is
/// an address range and not memory; where the system does not give that range away, each guest asks for its own.
fn engine() -> wasmtime::Result<Engine> {
    /// More than any guest is let have, in bytes of address range.
    const LARGE: usize = 128 * 1024 * 1024;
    let of_all = |of_each: usize| u32::try_from(GUESTS * of_each).unwrap_or(u32::MAX);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_memories(of_all(MEMORIES))
        .total_tables(of_all(TABLES))
        .total_stacks(of_all(1))
        .total_core_instances(of_all(INSTANCES))
        .total_component_instances(of_all(1));
    // What one guest may have is for `Guest` to say, which names limit and remedy; the pool has room for all that it lets
    // through.
    pool.max_core_instances_per_component(u32::MAX)
        .max_memories_per_component(u32::MAX)
        .max_tables_per_component(u32::MAX)
        .max_component_instance_size(LARGE)
        .max_core_instance_size(LARGE)
        .max_memories_per_module(100)
        .max_tables_per_module(100)
        .max_memory_size(1 << 32)
        .table_elements(LARGE / 8);
    let mut pooled = config();
    pooled.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    Engine::new(&pooled).or_else(|error| {
        tracing::debug!(%error, "no pool for plugins");
        Engine::new(&config())
    })
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
