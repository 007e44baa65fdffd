//! What a device is.

use std::ffi::{CStr, c_char, c_int, c_uint};

use nvml_wrapper_sys::bindings::{nvmlDevice_t, nvmlMemory_v2_t, nvmlPciInfo_t};

use crate::answer::{
    ARGUMENT_VERSION_MISMATCH, Code, INVALID_ARGUMENT, NOT_FOUND, answer, put, put_text, text_array,
};
use crate::handle::{Handle, whole_gpu};

const MIB: u64 = 1024 * 1024;

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetCount_v2(out: *mut c_uint) -> Code {
    answer("nvmlDeviceGetCount_v2", |fleet| {
        // SAFETY: NVML's contract for the argument.
        unsafe {
            put(
                out,
                c_uint::try_from(fleet.gpu.len()).unwrap_or(c_uint::MAX),
            )
        }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetHandleByIndex_v2(index: c_uint, out: *mut nvmlDevice_t) -> Code {
    answer("nvmlDeviceGetHandleByIndex_v2", |fleet| {
        let handle = Handle::Gpu {
            gpu: index as usize,
        };
        handle.gpu(fleet, "nvmlDeviceGetHandleByIndex_v2")?;
        // SAFETY: NVML's contract for the argument.
        unsafe { put(out, handle.device()) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetHandleByUUID(
    uuid: *const c_char,
    out: *mut nvmlDevice_t,
) -> Code {
    answer("nvmlDeviceGetHandleByUUID", |fleet| {
        if uuid.is_null() {
            return Err(INVALID_ARGUMENT);
        }
        // SAFETY: not null; NVML asks for a closing NUL.
        let uuid = unsafe { CStr::from_ptr(uuid) }
            .to_str()
            .map_err(|_| INVALID_ARGUMENT)?;
        let found = fleet.gpu.iter().enumerate().find_map(|(gpu, device)| {
            let instance = device.gi.iter().position(|instance| instance.uuid == uuid);
            match instance {
                Some(position) => Some(Handle::Mig { gpu, position }),
                None => (device.uuid == uuid).then_some(Handle::Gpu { gpu }),
            }
        });
        let handle = found.ok_or(NOT_FOUND)?;
        handle.gpu(fleet, "nvmlDeviceGetHandleByUUID")?;
        // SAFETY: NVML's contract for the argument.
        unsafe { put(out, handle.device()) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetName(
    device: nvmlDevice_t,
    out: *mut c_char,
    length: c_uint,
) -> Code {
    answer("nvmlDeviceGetName", |fleet| {
        let handle = Handle::read(device)?;
        let gpu = handle.gpu(fleet, "nvmlDeviceGetName")?;
        let name = match handle.instance(gpu) {
            Ok(instance) => format!("{} MIG {}", gpu.name, instance.profile),
            Err(_) => gpu.name.clone(),
        };
        // SAFETY: NVML's contract for the arguments.
        unsafe { put_text(out, length as usize, &name) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetUUID(
    device: nvmlDevice_t,
    out: *mut c_char,
    length: c_uint,
) -> Code {
    answer("nvmlDeviceGetUUID", |fleet| {
        let handle = Handle::read(device)?;
        let gpu = handle.gpu(fleet, "nvmlDeviceGetUUID")?;
        let uuid = handle
            .instance(gpu)
            .map_or(&gpu.uuid, |instance| &instance.uuid);
        // SAFETY: NVML's contract for the arguments.
        unsafe { put_text(out, length as usize, uuid) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetIndex(device: nvmlDevice_t, out: *mut c_uint) -> Code {
    answer("nvmlDeviceGetIndex", |fleet| {
        let (index, _) = whole_gpu(fleet, device, "nvmlDeviceGetIndex")?;
        // SAFETY: NVML's contract for the argument.
        unsafe { put(out, c_uint::try_from(index).unwrap_or(c_uint::MAX)) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetMemoryInfo_v2(
    device: nvmlDevice_t,
    out: *mut nvmlMemory_v2_t,
) -> Code {
    answer("nvmlDeviceGetMemoryInfo_v2", |fleet| {
        let handle = Handle::read(device)?;
        let gpu = handle.gpu(fleet, "nvmlDeviceGetMemoryInfo_v2")?;
        if out.is_null() {
            return Err(INVALID_ARGUMENT);
        }
        // SAFETY: not null; the caller has set the version.
        let version = unsafe { (*out).version };
        if version >> 24 != 2 {
            return Err(ARGUMENT_VERSION_MISMATCH);
        }
        let (total, used) = match handle.instance(gpu) {
            Ok(instance) => {
                let profiles = fleet.profiles(gpu).iter();
                let profile = profiles
                    .into_iter()
                    .find(|profile| profile.name == instance.profile);
                (profile.map_or(0, |profile| profile.mem_mib) * MIB, 0)
            }
            Err(_) => (gpu.mem_mib * MIB, gpu.used_mib * MIB),
        };
        let free = total.saturating_sub(used);
        // SAFETY: not null, as checked.
        unsafe {
            put(
                out,
                nvmlMemory_v2_t {
                    version,
                    total,
                    reserved: 0,
                    free,
                    used,
                },
            )
        }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetCudaComputeCapability(
    device: nvmlDevice_t,
    major: *mut c_int,
    minor: *mut c_int,
) -> Code {
    answer("nvmlDeviceGetCudaComputeCapability", |fleet| {
        let handle = Handle::read(device)?;
        let [one, two] = handle.gpu(fleet, "nvmlDeviceGetCudaComputeCapability")?.cc;
        // SAFETY: NVML's contract for the arguments.
        unsafe { put(major, one).and_then(|()| put(minor, two)) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetPciInfo_v3(
    device: nvmlDevice_t,
    out: *mut nvmlPciInfo_t,
) -> Code {
    answer("nvmlDeviceGetPciInfo_v3", |fleet| {
        let (_, gpu) = whole_gpu(fleet, device, "nvmlDeviceGetPciInfo_v3")?;
        let info = nvmlPciInfo_t {
            busIdLegacy: text_array(&format!("0000:{:02X}:00.0", gpu.bus)),
            domain: 0,
            bus: gpu.bus,
            device: 0,
            pciDeviceId: gpu.pci_device_id,
            pciSubSystemId: 0,
            busId: text_array(&format!("00000000:{:02X}:00.0", gpu.bus)),
        };
        // SAFETY: NVML's contract for the argument.
        unsafe { put(out, info) }
    })
}
