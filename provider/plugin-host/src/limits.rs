//! What one call of a plugin may use.

mod attribute;
pub(crate) mod attributes;

use std::time::Duration;

pub use attribute::{LimitAttribute, LimitUnit};
pub use attributes::LIMIT_ATTRIBUTES;
pub(crate) use attributes::{
    CHECK_TIME, COMPUTING_TIME, CONNECTOR_TIME, DEVICES, FUEL, HOST_CALLS, MEMORY, OUTPUT,
};

/// What one call of a plugin may use. The default suits every plugin that was met so far; HCL changes it per plugin by
/// the attributes of [`LIMIT_ATTRIBUTES`](crate::LIMIT_ATTRIBUTES).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Memory of a call in bytes: all memories of the guest, and what it hands over at one time (`output_bytes`).
    pub memory_bytes: usize,
    /// Elements of one table of the guest.
    pub table_elements: usize,
    /// Wall-clock time of a call of a check.
    pub check_wall: Duration,
    /// Instructions of a call of a check, roughly; filling and copying memory counts by the byte. A plan document of
    /// 1 MB takes the first-party check 180 million.
    pub check_fuel: u64,
    /// Wall-clock time of a call of a connector, all pages together.
    pub connector_wall: Duration,
    /// Time that a connector may compute; waiting for the host does not count.
    pub connector_cpu: Duration,
    /// Calls of host functions.
    pub host_calls: u32,
    /// HTTP requests.
    pub http_requests: u32,
    /// HTTP requests that are started in one second, over all calls of one connector.
    pub http_requests_per_second: u32,
    /// HTTP requests that are under way at one time, over all calls of one connector.
    pub http_requests_in_flight: u32,
    /// Body of one HTTP request or response in bytes.
    pub http_body_bytes: usize,
    /// Time of one HTTP request that states no deadline of its own.
    pub http_deadline: Duration,
    /// Everything that one call or one host function hands to the host, in bytes.
    pub output_bytes: usize,
    /// Devices of one inventory.
    pub devices: usize,
    /// Findings that are kept; the rest is counted in one line.
    pub findings: usize,
    /// One finding in bytes.
    pub finding_bytes: usize,
    /// Lines of the log in bytes.
    pub log_bytes: usize,
    /// The component's file in bytes. This and what compiling may take are the host's and of no single plugin.
    pub component_bytes: u64,
    /// Wall-clock time of one compilation in a child process. The 18 MB component of a Python plugin takes 6 to 14 s on
    /// two cores.
    pub compile_time: Duration,
    /// Address space of a child process that compiles, in bytes.
    pub compile_memory_bytes: u64,
}

/// Stack of a guest in bytes. It belongs to the compiled code and is no matter of taste.
pub(crate) const STACK_BYTES: usize = 512 * 1024;

/// Instances, tables, memories and handles of one store. A component of Rust or C needs four instances, two tables and
/// one memory; one of Python has every library of the interpreter as an instance.
pub(crate) const INSTANCES: usize = 64;
pub(crate) const TABLES: usize = 16;
pub(crate) const MEMORIES: usize = 4;
pub(crate) const HANDLES: usize = 1024;

impl Limits {
    /// What is left for the memories of the guest when the host has room for what it hands over.
    pub(crate) fn guest_memory_bytes(&self) -> usize {
        self.memory_bytes.saturating_sub(self.output_bytes)
    }
}

/// A compiler that was built without optimisation takes minutes where the real one takes seconds.
const COMPILE_TIME: Duration = Duration::from_secs(if cfg!(debug_assertions) { 600 } else { 30 });

const MIB: usize = 1024 * 1024;

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 256 * MIB,
            table_elements: 10_000,
            check_wall: Duration::from_secs(2),
            check_fuel: 2_000_000_000,
            connector_wall: Duration::from_secs(60),
            connector_cpu: Duration::from_secs(10),
            host_calls: 1_000,
            http_requests: 64,
            http_requests_per_second: 50,
            http_requests_in_flight: 4,
            http_body_bytes: 8 * MIB,
            http_deadline: Duration::from_secs(10),
            output_bytes: 8 * MIB,
            devices: 200_000,
            findings: 100,
            finding_bytes: 4096,
            log_bytes: 64 * 1024,
            component_bytes: 32 * 1024 * 1024,
            compile_time: COMPILE_TIME,
            compile_memory_bytes: 1024 * 1024 * 1024,
        }
    }
}
