//! The GPUs of this host, through NVIDIA's management library.

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
pub use mig::{GpuInstance, InstancePlacement, InstanceProfile, Mig};
pub use observe::observe;

/// The GPUs of this host as a source.
#[derive(Clone, Debug)]
pub struct NvmlSource {
    name: Name,
    node: NodeName,
    library: Option<PathBuf>,
}

impl NvmlSource {
    /// The host under this node name, through `library` or, without one, through the system's
    /// `libnvidia-ml.so.1`.
    #[must_use]
    pub fn new(name: Name, node: NodeName, library: Option<PathBuf>) -> Self {
        Self {
            name,
            node,
            library,
        }
    }
}

impl DeviceSource for NvmlSource {
    fn name(&self) -> &Name {
        &self.name
    }

    fn grade(&self) -> Grade {
        Grade::Counted
    }

    fn fetch(&self, now: Timestamp) -> Fetch<'_> {
        let Self { node, library, .. } = self.clone();
        Box::pin(async move {
            match tokio::task::spawn_blocking(move || observe(library.as_deref())).await {
                Ok(Ok(host)) => Ok(host.report(&node, now)),
                Ok(Err(fault)) => Err(fault.reason()),
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            }
        })
    }
}
