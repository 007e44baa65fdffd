//! Handles: numbers in the disguise of pointers, never dereferenced.

use nvml_wrapper_sys::bindings::{nvmlDevice_t, nvmlGpuInstance_t};

use crate::answer::{Code, INVALID_ARGUMENT};
use crate::fleet::{Fleet, Gpu, GpuInstance};

const MIG_DEVICES: usize = 0x1_0000;
const GPU_INSTANCES: usize = 0x2_0000;
const PER_GPU: usize = 64;

/// What a device handle stands for.
#[derive(Clone, Copy)]
pub(crate) enum Handle {
    Gpu { gpu: usize },
    Mig { gpu: usize, position: usize },
}

impl Handle {
    pub(crate) fn read(device: nvmlDevice_t) -> Result<Self, Code> {
        let number = device.addr();
        match number {
            0 => Err(INVALID_ARGUMENT),
            1..MIG_DEVICES => Ok(Self::Gpu { gpu: number - 1 }),
            MIG_DEVICES..GPU_INSTANCES => {
                let rest = number - MIG_DEVICES;
                Ok(Self::Mig {
                    gpu: rest / PER_GPU,
                    position: rest % PER_GPU,
                })
            }
            _ => Err(INVALID_ARGUMENT),
        }
    }

    pub(crate) fn device(self) -> nvmlDevice_t {
        std::ptr::without_provenance_mut(match self {
            Self::Gpu { gpu } => gpu + 1,
            Self::Mig { gpu, position } => MIG_DEVICES + gpu * PER_GPU + position,
        })
    }

    /// The GPU, or the GPU that the MIG device is a part of, unless it fails at this symbol.
    pub(crate) fn gpu(self, fleet: &'static Fleet, symbol: &str) -> Result<&'static Gpu, Code> {
        let (Self::Gpu { gpu } | Self::Mig { gpu, .. }) = self;
        let gpu = fleet.gpu.get(gpu).ok_or(INVALID_ARGUMENT)?;
        match gpu.fail.get(symbol) {
            Some(code) => Err(*code),
            None => Ok(gpu),
        }
    }

    /// The GPU instance of a MIG device.
    pub(crate) fn instance(self, gpu: &Gpu) -> Result<&GpuInstance, Code> {
        match self {
            Self::Gpu { .. } => Err(INVALID_ARGUMENT),
            Self::Mig { position, .. } => gpu.gi.get(position).ok_or(INVALID_ARGUMENT),
        }
    }
}

/// The GPU of a handle that must not be a MIG device.
pub(crate) fn whole_gpu(
    fleet: &'static Fleet,
    device: nvmlDevice_t,
    symbol: &str,
) -> Result<(usize, &'static Gpu), Code> {
    match Handle::read(device)? {
        handle @ Handle::Gpu { gpu } => Ok((gpu, handle.gpu(fleet, symbol)?)),
        Handle::Mig { .. } => Err(INVALID_ARGUMENT),
    }
}

pub(crate) fn instance_handle(gpu: usize, position: usize) -> nvmlGpuInstance_t {
    std::ptr::without_provenance_mut(GPU_INSTANCES + gpu * PER_GPU + position)
}

/// The GPU and the position of a GPU instance.
pub(crate) fn read_instance(instance: nvmlGpuInstance_t) -> Result<(usize, usize), Code> {
    let rest = instance
        .addr()
        .checked_sub(GPU_INSTANCES)
        .ok_or(INVALID_ARGUMENT)?;
    Ok((rest / PER_GPU, rest % PER_GPU))
}
