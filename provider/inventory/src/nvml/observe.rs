//! Reading a host.

use std::ffi::OsStr;
use std::path::Path;

use nvml_wrapper::enum_wrappers::device::{EccCounter, MemoryError};
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::{Device, Nvml, cuda_driver_version_major, cuda_driver_version_minor};

use super::{Host, HostDevice, NvmlFault, fabric, mig, rows};

const LIBRARY: &str = "libnvidia-ml.so.1";
const MIB: u64 = 1024 * 1024;

/// Reads this host through `library`, or through the system's `libnvidia-ml.so.1`.
///
/// # Errors
/// The library does not load or start, or does not count its devices. A device that fails is in
/// the host with its fault; the others go on.
pub fn observe(library: Option<&Path>) -> Result<Host, NvmlFault> {
    let library = library.map_or(OsStr::new(LIBRARY), Path::as_os_str);
    let nvml = Nvml::builder()
        .lib_path(library)
        .init()
        .map_err(|error| match error {
            NvmlError::LibloadingError(error) => NvmlFault::NoLibrary {
                library: library.to_string_lossy().escape_debug().to_string(),
                detail: error.to_string(),
            },
            error => NvmlFault::of("nvmlInit_v2", &error),
        })?;
    let host = read(&nvml);
    if nvml.lib().nvmlShutdown.is_err() {
        // Dropping would call the missing symbol and panic.
        std::mem::forget(nvml);
    }
    host
}

fn read(nvml: &Nvml) -> Result<Host, NvmlFault> {
    let of = NvmlFault::of;
    let cuda = nvml
        .sys_cuda_driver_version()
        .map_err(|error| of("nvmlSystemGetCudaDriverVersion_v2", &error))?;
    let count = nvml
        .device_count()
        .map_err(|error| of("nvmlDeviceGetCount_v2", &error))?;
    Ok(Host {
        driver: nvml
            .sys_driver_version()
            .map_err(|error| of("nvmlSystemGetDriverVersion", &error))?,
        nvml: nvml
            .sys_nvml_version()
            .map_err(|error| of("nvmlSystemGetNVMLVersion", &error))?,
        cuda: format!(
            "{}.{}",
            cuda_driver_version_major(cuda),
            cuda_driver_version_minor(cuda)
        ),
        devices: (0..count).map(|index| read_device(nvml, index)).collect(),
    })
}

fn read_device(nvml: &Nvml, index: u32) -> HostDevice {
    let mut read = HostDevice {
        index,
        uuid: None,
        name: None,
        memory_mib: None,
        pci_device_id: None,
        mig: None,
        ecc_uncorrected: None,
        rows: None,
        processes: None,
        fabric: None,
        fault: None,
    };
    read.fault = fill(&mut read, nvml).err();
    read
}

/// Fills in one thing after the other, so that what was read before a fault is kept.
fn fill(read: &mut HostDevice, nvml: &Nvml) -> Result<(), NvmlFault> {
    let device = nvml
        .device_by_index(read.index)
        .map_err(|error| NvmlFault::of("nvmlDeviceGetHandleByIndex_v2", &error))?;
    read.uuid = needed("nvmlDeviceGetUUID", device.uuid())?;
    read.name = needed("nvmlDeviceGetName", device.name())?;
    let memory = needed("nvmlDeviceGetMemoryInfo_v2", device.memory_info())?;
    read.memory_mib = memory.and_then(|memory| u32::try_from(memory.total / MIB).ok());
    read.pci_device_id =
        offered("nvmlDeviceGetPciInfo_v3", device.pci_info())?.map(|pci| pci.pci_device_id);
    read.rows = offered("nvmlDeviceGetRemappedRows", rows::read(&device))?;
    let errors = device.total_ecc_errors(MemoryError::Uncorrected, EccCounter::Volatile);
    read.ecc_uncorrected = offered("nvmlDeviceGetTotalEccErrors", errors)?;
    read.processes = processes(&device)?;
    read.fabric = offered("nvmlDeviceGetGpuFabricInfoV", fabric::read(&device))?.flatten();
    read.mig = match offered("nvmlDeviceGetMigMode", device.mig_mode())? {
        None => None,
        // A device that waits to be divided is not to be handed out whole.
        Some(mode) => {
            let enabled = mode.current != 0 || mode.pending != 0;
            let profiles = offered(
                "nvmlDeviceGetGpuInstanceProfileInfoV",
                mig::profiles(&device),
            )?;
            let profiles = profiles.unwrap_or_default();
            let instances = match mode.current {
                0 => None,
                _ => offered(
                    "nvmlDeviceGetGpuInstances",
                    mig::instances(&device, &profiles),
                )?,
            };
            Some(mig::Mig {
                enabled,
                profiles,
                instances: instances.unwrap_or_default(),
            })
        }
    };
    Ok(())
}

fn processes(device: &Device<'_>) -> Result<Option<Vec<u32>>, NvmlFault> {
    let call = "nvmlDeviceGetComputeRunningProcesses_v3";
    let processes = match device.running_compute_processes() {
        // Others' processes may be hidden from this user: that is not known, and no fault.
        Err(NvmlError::NoPermission) => return Ok(None),
        processes => offered(call, processes)?,
    };
    Ok(processes.map(|processes| processes.into_iter().map(|process| process.pid).collect()))
}

/// What every device tells: not telling is a fault.
fn needed<T>(call: &'static str, answer: Result<T, NvmlError>) -> Result<Option<T>, NvmlFault> {
    answer
        .map(Some)
        .map_err(|error| NvmlFault::of(call, &error))
}

/// What a device or a driver may not offer.
fn offered<T>(call: &'static str, answer: Result<T, NvmlError>) -> Result<Option<T>, NvmlFault> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(
            NvmlError::NotSupported
            | NvmlError::FailedToLoadSymbol(_)
            | NvmlError::FunctionNotFound
            | NvmlError::NoData,
        ) => Ok(None),
        Err(error) => Err(NvmlFault::of(call, &error)),
    }
}
