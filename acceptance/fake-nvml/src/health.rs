//! How a device is and what runs on it.

use std::ffi::{c_uint, c_ulonglong};

use nvml_wrapper_sys::bindings::{
    nvmlDevice_t, nvmlGpuFabricInfoV_t, nvmlProcessInfo_t, nvmlUtilization_t,
};

use crate::answer::{Code, INVALID_ARGUMENT, NOT_SUPPORTED, answer, put, put_list};
use crate::handle::{Handle, whole_gpu};

const MIB: u64 = 1024 * 1024;
const UNCORRECTED: c_uint = 1;
const NOT_AVAILABLE: c_uint = c_uint::MAX;
const FABRIC_COMPLETED: u8 = 3;

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetUtilizationRates(
    device: nvmlDevice_t,
    out: *mut nvmlUtilization_t,
) -> Code {
    answer("nvmlDeviceGetUtilizationRates", |fleet| {
        let (_, gpu) = whole_gpu(fleet, device, "nvmlDeviceGetUtilizationRates")?;
        // NVML does not tell the use of a device that is divided.
        if gpu.mig {
            return Err(NOT_SUPPORTED);
        }
        // SAFETY: NVML's contract for the argument.
        unsafe {
            put(
                out,
                nvmlUtilization_t {
                    gpu: gpu.util,
                    memory: 0,
                },
            )
        }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetPowerUsage(device: nvmlDevice_t, out: *mut c_uint) -> Code {
    answer("nvmlDeviceGetPowerUsage", |fleet| {
        let (_, gpu) = whole_gpu(fleet, device, "nvmlDeviceGetPowerUsage")?;
        // SAFETY: NVML's contract for the argument.
        unsafe { put(out, gpu.power_mw) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetTotalEccErrors(
    device: nvmlDevice_t,
    error: c_uint,
    _counter: c_uint,
    out: *mut c_ulonglong,
) -> Code {
    answer("nvmlDeviceGetTotalEccErrors", |fleet| {
        let (_, gpu) = whole_gpu(fleet, device, "nvmlDeviceGetTotalEccErrors")?;
        let count = if error == UNCORRECTED {
            gpu.ecc_uncorrected
        } else {
            0
        };
        // SAFETY: NVML's contract for the argument.
        unsafe { put(out, count) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetRemappedRows(
    device: nvmlDevice_t,
    corrected: *mut c_uint,
    uncorrected: *mut c_uint,
    pending: *mut c_uint,
    failed: *mut c_uint,
) -> Code {
    answer("nvmlDeviceGetRemappedRows", |fleet| {
        let (_, gpu) = whole_gpu(fleet, device, "nvmlDeviceGetRemappedRows")?;
        for (out, value) in [corrected, uncorrected, pending, failed]
            .into_iter()
            .zip(gpu.remap)
        {
            // SAFETY: NVML's contract for the arguments.
            unsafe { put(out, value)? };
        }
        Ok(())
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetComputeRunningProcesses_v3(
    device: nvmlDevice_t,
    count: *mut c_uint,
    out: *mut nvmlProcessInfo_t,
) -> Code {
    answer("nvmlDeviceGetComputeRunningProcesses_v3", |fleet| {
        let handle = Handle::read(device)?;
        let gpu = handle.gpu(fleet, "nvmlDeviceGetComputeRunningProcesses_v3")?;
        let on = handle.instance(gpu).ok().map(|instance| instance.id);
        let seen = gpu
            .procs
            .iter()
            .filter(|process| on.is_none() || process.gi == on);
        let processes = seen.map(|process| nvmlProcessInfo_t {
            pid: process.pid,
            usedGpuMemory: process.used_mib * MIB,
            gpuInstanceId: process.gi.unwrap_or(NOT_AVAILABLE),
            computeInstanceId: NOT_AVAILABLE,
        });
        // SAFETY: NVML's contract for the arguments.
        unsafe { put_list(out, count, processes.collect()) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetNvLinkState(
    device: nvmlDevice_t,
    link: c_uint,
    out: *mut c_uint,
) -> Code {
    answer("nvmlDeviceGetNvLinkState", |fleet| {
        let (_, gpu) = whole_gpu(fleet, device, "nvmlDeviceGetNvLinkState")?;
        if link >= gpu.nvlinks {
            return Err(INVALID_ARGUMENT);
        }
        // SAFETY: NVML's contract for the argument.
        unsafe { put(out, 1) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetGpuFabricInfoV(
    device: nvmlDevice_t,
    out: *mut nvmlGpuFabricInfoV_t,
) -> Code {
    answer("nvmlDeviceGetGpuFabricInfoV", |fleet| {
        let (_, gpu) = whole_gpu(fleet, device, "nvmlDeviceGetGpuFabricInfoV")?;
        let fabric = gpu.fabric.as_ref().ok_or(NOT_SUPPORTED)?;
        if out.is_null() {
            return Err(INVALID_ARGUMENT);
        }
        let info = nvmlGpuFabricInfoV_t {
            // SAFETY: not null; the caller has set the version.
            version: unsafe { (*out).version },
            clusterUuid: fabric.cluster_uuid,
            status: 0,
            cliqueId: fabric.clique,
            state: FABRIC_COMPLETED,
            healthMask: 0,
            healthSummary: 0,
        };
        // SAFETY: not null, as checked.
        unsafe { put(out, info) }
    })
}
