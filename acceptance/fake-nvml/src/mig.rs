//! How a device is divided.

use std::ffi::c_uint;

use nvml_wrapper_sys::bindings::{
    nvmlDevice_t, nvmlDeviceAttributes_t, nvmlGpuInstance_t, nvmlGpuInstanceInfo_t,
    nvmlGpuInstancePlacement_t, nvmlGpuInstanceProfileInfo_t, nvmlGpuInstanceProfileInfo_v2_t,
};

use crate::answer::{
    ARGUMENT_VERSION_MISMATCH, Code, INVALID_ARGUMENT, NOT_FOUND, NOT_SUPPORTED, answer, put,
    put_list, text_array,
};
use crate::fleet::{Fleet, Gpu, Profile};
use crate::handle::{Handle, instance_handle, read_instance, whole_gpu};

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetMigMode(
    device: nvmlDevice_t,
    current: *mut c_uint,
    pending: *mut c_uint,
) -> Code {
    answer("nvmlDeviceGetMigMode", |fleet| {
        let (_, gpu) = whole_gpu(fleet, device, "nvmlDeviceGetMigMode")?;
        if gpu.mig_model.is_empty() {
            return Err(NOT_SUPPORTED);
        }
        let mode = c_uint::from(gpu.mig);
        // SAFETY: NVML's contract for the arguments.
        unsafe { put(current, mode).and_then(|()| put(pending, mode)) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetMaxMigDeviceCount(
    device: nvmlDevice_t,
    out: *mut c_uint,
) -> Code {
    answer("nvmlDeviceGetMaxMigDeviceCount", |fleet| {
        let (_, gpu) = whole_gpu(fleet, device, "nvmlDeviceGetMaxMigDeviceCount")?;
        let most = fleet
            .profiles(gpu)
            .iter()
            .map(|profile| profile.max)
            .max()
            .unwrap_or(0);
        // SAFETY: NVML's contract for the argument.
        unsafe { put(out, most) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceIsMigDeviceHandle(device: nvmlDevice_t, out: *mut c_uint) -> Code {
    answer("nvmlDeviceIsMigDeviceHandle", |_| {
        let is_mig = matches!(Handle::read(device)?, Handle::Mig { .. });
        // SAFETY: NVML's contract for the argument.
        unsafe { put(out, c_uint::from(is_mig)) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetMigDeviceHandleByIndex(
    device: nvmlDevice_t,
    index: c_uint,
    out: *mut nvmlDevice_t,
) -> Code {
    answer("nvmlDeviceGetMigDeviceHandleByIndex", |fleet| {
        let (number, gpu) = whole_gpu(fleet, device, "nvmlDeviceGetMigDeviceHandleByIndex")?;
        let handle = Handle::Mig {
            gpu: number,
            position: index as usize,
        };
        handle.instance(gpu).map_err(|_| NOT_FOUND)?;
        // SAFETY: NVML's contract for the argument.
        unsafe { put(out, handle.device()) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetDeviceHandleFromMigDeviceHandle(
    device: nvmlDevice_t,
    out: *mut nvmlDevice_t,
) -> Code {
    answer(
        "nvmlDeviceGetDeviceHandleFromMigDeviceHandle",
        |_| match Handle::read(device)? {
            Handle::Gpu { .. } => Err(INVALID_ARGUMENT),
            // SAFETY: NVML's contract for the argument.
            Handle::Mig { gpu, .. } => unsafe { put(out, Handle::Gpu { gpu }.device()) },
        },
    )
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetGpuInstanceId(device: nvmlDevice_t, out: *mut c_uint) -> Code {
    answer("nvmlDeviceGetGpuInstanceId", |fleet| {
        let handle = Handle::read(device)?;
        let gpu = handle.gpu(fleet, "nvmlDeviceGetGpuInstanceId")?;
        // SAFETY: NVML's contract for the argument.
        unsafe { put(out, handle.instance(gpu)?.id) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetComputeInstanceId(
    device: nvmlDevice_t,
    out: *mut c_uint,
) -> Code {
    answer("nvmlDeviceGetComputeInstanceId", |fleet| {
        let handle = Handle::read(device)?;
        let gpu = handle.gpu(fleet, "nvmlDeviceGetComputeInstanceId")?;
        handle.instance(gpu)?;
        // Every GPU instance of a fleet file has one compute instance, which is its first.
        // SAFETY: NVML's contract for the argument.
        unsafe { put(out, 0) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetAttributes_v2(
    device: nvmlDevice_t,
    out: *mut nvmlDeviceAttributes_t,
) -> Code {
    answer("nvmlDeviceGetAttributes_v2", |fleet| {
        let handle = Handle::read(device)?;
        let gpu = handle.gpu(fleet, "nvmlDeviceGetAttributes_v2")?;
        let profile = profile_named(fleet, gpu, &handle.instance(gpu)?.profile)?;
        let attributes = nvmlDeviceAttributes_t {
            multiprocessorCount: profile.sm,
            sharedCopyEngineCount: profile.slices,
            sharedDecoderCount: 0,
            sharedEncoderCount: 0,
            sharedJpegCount: 0,
            sharedOfaCount: 0,
            gpuInstanceSliceCount: profile.slices,
            computeInstanceSliceCount: profile.slices,
            memorySizeMB: profile.mem_mib,
        };
        // SAFETY: NVML's contract for the argument.
        unsafe { put(out, attributes) }
    })
}

fn profile_named(fleet: &'static Fleet, gpu: &Gpu, name: &str) -> Result<&'static Profile, Code> {
    fleet
        .profile
        .get(&gpu.mig_model)
        .into_iter()
        .flatten()
        .find(|profile| profile.name == name)
        .ok_or(NOT_FOUND)
}

/// The profile by `NVML_GPU_INSTANCE_PROFILE_*`.
fn profile_by_enum(
    fleet: &'static Fleet,
    device: nvmlDevice_t,
    profile: c_uint,
    symbol: &str,
) -> Result<&'static Profile, Code> {
    let (_, gpu) = whole_gpu(fleet, device, symbol)?;
    fleet
        .profiles(gpu)
        .iter()
        .find(|known| known.enum_id == profile)
        .ok_or(NOT_SUPPORTED)
}

/// The profile by the id that this kind of device gives it.
fn profile_by_id(fleet: &'static Fleet, gpu: &Gpu, id: c_uint) -> Result<&'static Profile, Code> {
    fleet
        .profile
        .get(&gpu.mig_model)
        .into_iter()
        .flatten()
        .find(|profile| profile.id == id)
        .ok_or(NOT_SUPPORTED)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetGpuInstanceProfileInfo(
    device: nvmlDevice_t,
    profile: c_uint,
    out: *mut nvmlGpuInstanceProfileInfo_t,
) -> Code {
    let symbol = "nvmlDeviceGetGpuInstanceProfileInfo";
    answer(symbol, |fleet| {
        let profile = profile_by_enum(fleet, device, profile, symbol)?;
        let info = nvmlGpuInstanceProfileInfo_t {
            id: profile.id,
            isP2pSupported: 0,
            sliceCount: profile.slices,
            instanceCount: profile.max,
            multiprocessorCount: profile.sm,
            copyEngineCount: profile.slices,
            decoderCount: 0,
            encoderCount: 0,
            jpegCount: 0,
            ofaCount: 0,
            memorySizeMB: profile.mem_mib,
        };
        // SAFETY: NVML's contract for the argument.
        unsafe { put(out, info) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetGpuInstanceProfileInfoV(
    device: nvmlDevice_t,
    profile: c_uint,
    out: *mut nvmlGpuInstanceProfileInfo_v2_t,
) -> Code {
    let symbol = "nvmlDeviceGetGpuInstanceProfileInfoV";
    answer(symbol, |fleet| {
        let profile = profile_by_enum(fleet, device, profile, symbol)?;
        if out.is_null() {
            return Err(INVALID_ARGUMENT);
        }
        // SAFETY: not null; the caller has set the version.
        let version = unsafe { (*out).version };
        if version >> 24 != 2 {
            return Err(ARGUMENT_VERSION_MISMATCH);
        }
        let info = nvmlGpuInstanceProfileInfo_v2_t {
            version,
            id: profile.id,
            isP2pSupported: 0,
            sliceCount: profile.slices,
            instanceCount: profile.max,
            multiprocessorCount: profile.sm,
            copyEngineCount: profile.slices,
            decoderCount: 0,
            encoderCount: 0,
            jpegCount: 0,
            ofaCount: 0,
            memorySizeMB: profile.mem_mib,
            name: text_array(&format!("MIG {}", profile.name)),
        };
        // SAFETY: not null, as checked.
        unsafe { put(out, info) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetGpuInstancePossiblePlacements_v2(
    device: nvmlDevice_t,
    profile: c_uint,
    out: *mut nvmlGpuInstancePlacement_t,
    count: *mut c_uint,
) -> Code {
    let symbol = "nvmlDeviceGetGpuInstancePossiblePlacements_v2";
    answer(symbol, |fleet| {
        let (_, gpu) = whole_gpu(fleet, device, symbol)?;
        let profile = profile_by_id(fleet, gpu, profile)?;
        let placements = profile
            .starts
            .iter()
            .map(|start| nvmlGpuInstancePlacement_t {
                start: *start,
                size: profile.size,
            });
        // Without a list, the count alone is asked for.
        if out.is_null() {
            // SAFETY: NVML's contract for the argument.
            return unsafe {
                put(
                    count,
                    c_uint::try_from(placements.len()).unwrap_or(c_uint::MAX),
                )
            };
        }
        // SAFETY: NVML's contract for the arguments.
        unsafe { put_list(out, count, placements.collect()) }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetGpuInstanceRemainingCapacity(
    device: nvmlDevice_t,
    profile: c_uint,
    out: *mut c_uint,
) -> Code {
    let symbol = "nvmlDeviceGetGpuInstanceRemainingCapacity";
    answer(symbol, |fleet| {
        let (_, gpu) = whole_gpu(fleet, device, symbol)?;
        let profile = profile_by_id(fleet, gpu, profile)?;
        let mut taken = 0_u32;
        for instance in &gpu.gi {
            let size = profile_named(fleet, gpu, &instance.profile)?.size;
            taken |= units(instance.start, size);
        }
        let own = gpu
            .gi
            .iter()
            .filter(|instance| instance.profile == profile.name)
            .count();
        let mut left = profile
            .max
            .saturating_sub(c_uint::try_from(own).unwrap_or(c_uint::MAX));
        let mut capacity = 0;
        // Starts rise and sizes are equal, so taking the first that is free takes the most.
        for start in &profile.starts {
            let wanted = units(*start, profile.size);
            if left > 0 && taken & wanted == 0 {
                taken |= wanted;
                left -= 1;
                capacity += 1;
            }
        }
        // SAFETY: NVML's contract for the argument.
        unsafe { put(out, capacity) }
    })
}

/// The memory units from `start` on, one bit each.
fn units(start: u32, size: u32) -> u32 {
    1_u32
        .checked_shl(size)
        .map_or(u32::MAX, |bit| bit - 1)
        .checked_shl(start)
        .unwrap_or(0)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetGpuInstances(
    device: nvmlDevice_t,
    profile: c_uint,
    out: *mut nvmlGpuInstance_t,
    count: *mut c_uint,
) -> Code {
    answer("nvmlDeviceGetGpuInstances", |fleet| {
        let (number, gpu) = whole_gpu(fleet, device, "nvmlDeviceGetGpuInstances")?;
        let profile = profile_by_id(fleet, gpu, profile)?;
        let instances = gpu
            .gi
            .iter()
            .enumerate()
            .filter(|(_, instance)| instance.profile == profile.name)
            .map(|(position, _)| instance_handle(number, position));
        // SAFETY: NVML's contract; the caller's list has room for every instance of the profile.
        unsafe {
            if !count.is_null() {
                count.write(profile.max);
            }
            put_list(out, count, instances.collect())
        }
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlGpuInstanceGetInfo(
    instance: nvmlGpuInstance_t,
    out: *mut nvmlGpuInstanceInfo_t,
) -> Code {
    answer("nvmlGpuInstanceGetInfo", |fleet| {
        let (number, position) = read_instance(instance)?;
        let handle = Handle::Mig {
            gpu: number,
            position,
        };
        let gpu = handle.gpu(fleet, "nvmlGpuInstanceGetInfo")?;
        let instance = handle.instance(gpu)?;
        let profile = profile_named(fleet, gpu, &instance.profile)?;
        let info = nvmlGpuInstanceInfo_t {
            device: Handle::Gpu { gpu: number }.device(),
            id: instance.id,
            profileId: profile.id,
            placement: nvmlGpuInstancePlacement_t {
                start: instance.start,
                size: profile.size,
            },
        };
        // SAFETY: NVML's contract for the argument.
        unsafe { put(out, info) }
    })
}
