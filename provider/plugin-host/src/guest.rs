//! What the host keeps for one call of a guest: its limits so far, its log, its clock.

use std::fmt;
use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;
use wasmtime::component::ResourceTable;
use wasmtime::{ResourceLimiter, Store, UpdateDeadline};

use crate::host::Clock;
use crate::http::{Gate, RequestRecord};
use crate::keyring::Fault;
use crate::limits::{
    CHECK_TIME, COMPUTING_TIME, HANDLES, HOST_CALLS, INSTANCES, Limits, MEMORIES, MEMORY, TABLES,
};
use crate::manifest::World;
use crate::sandbox::{Sandbox, TICK};
use crate::secret::Secret;
use crate::text;

/// The data of a store. Made afresh for every call, so that nothing of one call is left for the next.
pub(crate) struct Guest {
    plugin: Arc<str>,
    limits: Arc<Limits>,
    clock: Clock,
    /// None in checks, which have no network.
    gate: Option<Gate>,
    /// Exchanges and streams that the guest holds.
    table: ResourceTable,
    /// Bytes of all memories of the guest together.
    memory: usize,
    host_calls: u32,
    /// Ticks in which the guest computed. A tick that passes while the host works costs it one at most, however long
    /// the host takes.
    ticks: u32,
    max_ticks: u32,
    log_bytes: usize,
    last_error: String,
    /// Held as long as the guest is there.
    _seat: OwnedSemaphorePermit,
}

/// A limit that a guest reached; travels through wasmtime as the cause of a trap.
#[derive(Clone, Debug)]
pub(crate) struct Reached {
    pub(crate) limit: &'static str,
    pub(crate) allowed: String,
    pub(crate) remedy: String,
}

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} used up", self.limit, self.allowed)
    }
}

impl std::error::Error for Reached {}

impl Guest {
    /// A store with every limit in place, when there is a seat for it.
    pub(crate) async fn store(
        sandbox: &Sandbox,
        plugin: Arc<str>,
        limits: Arc<Limits>,
        clock: Clock,
        gate: Option<Gate>,
    ) -> wasmtime::Result<Store<Self>> {
        let (computing, fuel) = match gate {
            Some(_) => (limits.connector_cpu, u64::MAX),
            None => (limits.check_wall, limits.check_fuel),
        };
        let max_ticks = u32::try_from(computing.as_millis() / TICK.as_millis()).unwrap_or(u32::MAX);
        let output_bytes = limits.output_bytes;
        let guest = Self {
            _seat: sandbox.seat().await?,
            plugin,
            limits,
            clock,
            gate,
            table: ResourceTable::new(),
            memory: 0,
            host_calls: 0,
            ticks: 0,
            max_ticks,
            log_bytes: 0,
            last_error: String::new(),
        };
        let mut store = Store::new(&sandbox.engine, guest);
        store.limiter(|guest| guest);
        store.set_hostcall_fuel(output_bytes);
        store.set_max_component_handles(HANDLES);
        store.set_fuel(fuel)?;
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|mut context| {
            let guest = context.data_mut();
            guest.ticks = guest.ticks.saturating_add(1);
            if guest.ticks > guest.max_ticks {
                return Err(wasmtime::Error::new(guest.out_of_time()));
            }
            Ok(UpdateDeadline::Yield(1))
        });
        Ok(store)
    }

    /// The last error that the guest logged, which is what a panic leaves behind.
    pub(crate) fn last_error(&self) -> &str {
        &self.last_error
    }

    /// Ends the requests that are still under way, and says what became of all of them.
    pub(crate) fn end_requests(&mut self) -> Vec<RequestRecord> {
        self.table = ResourceTable::new();
        self.gate.as_ref().map(Gate::requests).unwrap_or_default()
    }

    /// Why a secret that this call needed could not be fetched.
    pub(crate) fn take_unavailable(&mut self) -> Option<Fault> {
        self.gate.as_mut()?.take_unavailable()
    }

    /// The secret that a call kept under this handle, for the provider and nobody else.
    pub(crate) fn kept(&self, handle: &str) -> Option<Secret> {
        self.gate.as_ref()?.kept(handle)
    }

    /// The gate, with what the guest keeps open. Checks have none and no import that needs one.
    pub(crate) fn outside(&mut self) -> wasmtime::Result<(&mut Gate, &mut ResourceTable)> {
        match &mut self.gate {
            Some(gate) => Ok((gate, &mut self.table)),
            None => Err(wasmtime::Error::msg("checks have nothing outside")),
        }
    }

    /// A line for the operator, within the limit of the call.
    pub(crate) fn log(&mut self, level: &str, message: &str) {
        if self.log_bytes >= self.limits.log_bytes {
            return;
        }
        let message = match &self.gate {
            Some(gate) => gate.session().scrubber.text(message),
            None => message.to_owned(),
        };
        let message = text::visible(&message, self.limits.log_bytes - self.log_bytes);
        self.log_bytes += message.len();
        let plugin = &*self.plugin;
        match level {
            "error" => {
                tracing::error!(plugin, "{message}");
                self.last_error = message;
            }
            "warn" => tracing::warn!(plugin, "{message}"),
            "debug" => tracing::debug!(plugin, "{message}"),
            _ => tracing::info!(plugin, "{message}"),
        }
    }

    /// What the host's clock shows.
    pub(crate) fn unix_seconds(&self) -> u32 {
        (self.clock)()
    }

    /// Checks are the plugins without a gate.
    fn world(&self) -> World {
        match self.gate {
            Some(_) => World::Connector,
            None => World::Check,
        }
    }

    fn out_of_time(&self) -> Reached {
        let limit = match self.world() {
            World::Connector => COMPUTING_TIME,
            World::Check => CHECK_TIME,
        };
        limit.reached(&self.limits, self.world())
    }

    /// Counts a call of a host function.
    pub(crate) fn host_call(&mut self) -> wasmtime::Result<()> {
        self.host_calls += 1;
        if self.host_calls <= self.limits.host_calls {
            return Ok(());
        }
        let reached = HOST_CALLS.reached(&self.limits, self.world());
        Err(wasmtime::Error::new(reached))
    }
}

impl ResourceLimiter for Guest {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let others = self.memory.saturating_sub(current);
        let all = others.saturating_add(desired);
        if all <= self.limits.guest_memory_bytes() {
            self.memory = all;
            return Ok(true);
        }
        let reached = MEMORY.reached(&self.limits, self.world());
        Err(wasmtime::Error::new(reached))
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if desired <= self.limits.table_elements {
            return Ok(true);
        }
        Err(wasmtime::Error::new(Reached {
            limit: "table size",
            allowed: format!("{} elements", self.limits.table_elements),
            remedy: "Report this to the plugin's author: ordinary plugins need a few hundred."
                .to_owned(),
        }))
    }

    fn instances(&self) -> usize {
        INSTANCES
    }

    fn tables(&self) -> usize {
        TABLES
    }

    fn memories(&self) -> usize {
        MEMORIES
    }
}
