//! The GPUs of this host, through NVIDIA's management library.

mod fabric;
mod fault;
mod host;
mod mig;
mod observe;
mod rows;

use std::path::PathBuf;

use jiff::Timestamp;
use portcullis_model::{DeviceSource, Fetch, Grade, Name, NodeName};

pub use fault::NvmlFault;
pub use host::{Host, HostDevice, MemoryRows};
pub use mig::{GpuInstance, InstancePlacement, InstanceProfile, Mig, MigDevice};
pub use observe::observe;

/// The GPUs of this host as a source.
#[derive(Clone, Debug)]
pub struct NvmlSource {
    name: Name,
    library: Option<PathBuf>,
}

impl NvmlSource {
    /// This host through `library` or, without one, through the system's `libnvidia-ml.so.1`.
    #[must_use]
    pub fn new(name: Name, library: Option<PathBuf>) -> Self {
        Self { name, library }
    }
}

/// The name of this host, as the kernel tells it.
#[must_use]
pub fn host_name() -> NodeName {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    // A host without a proper name is one node all the same.
    name.trim()
        .parse()
        .unwrap_or_else(|_| NodeName::localhost())
}

impl DeviceSource for NvmlSource {
    fn name(&self) -> &Name {
        &self.name
    }

    fn grade(&self) -> Grade {
        Grade::Counted
    }

    fn fetch(&self, now: Timestamp) -> Fetch<'_> {
        let library = self.library.clone();
        Box::pin(async move {
            match tokio::task::spawn_blocking(move || observe(library.as_deref())).await {
                Ok(Ok(host)) => Ok(host.report(&host_name(), now)),
                Ok(Err(fault)) => Err(fault.reason()),
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            }
        })
    }
}
