//! How a device is divided, and how it could be.
//!
//! nvml-wrapper 0.13 has no function for GPU instances, and its `possible_placements` always
//! returns an empty list: the raw symbols are called.

use std::collections::BTreeMap;
use std::ffi::{CStr, c_uint};

use nvml_wrapper::Device;
use nvml_wrapper::error::{NvmlError, nvml_sym, nvml_try, nvml_try_count};
use nvml_wrapper_sys::bindings::{
    NVML_GPU_INSTANCE_PROFILE_COUNT, nvmlGpuInstance_t, nvmlGpuInstanceInfo_t,
    nvmlGpuInstancePlacement_t, nvmlGpuInstanceProfileInfo_v2_t,
};
use portcullis_model::{DeviceId, MigProfile};
use serde::Serialize;

/// How a device is divided, and how it could be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mig {
    /// Whether it is divided, or will be at the next reset.
    pub enabled: bool,
    /// The profiles that the device offers.
    pub profiles: Vec<InstanceProfile>,
    /// The GPU instances that are there.
    pub instances: Vec<GpuInstance>,
}

/// A profile as one kind of device offers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InstanceProfile {
    /// Such as `1g.18gb`; `None` where the driver gives a name that is no MIG profile.
    pub profile: Option<MigProfile>,
    /// The id that this kind of device gives the profile.
    pub id: u32,
    /// At most so many at once.
    pub instances_max: u32,
    /// Usable memory in MiB; the profile's name says something else.
    pub memory_mib: u64,
    /// Where an instance may start, and how many memory units it takes.
    pub placements: Vec<InstancePlacement>,
}

/// A range of a device's memory units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct InstancePlacement {
    /// The first unit.
    pub start: u32,
    /// How many units.
    pub size: u32,
}

/// A GPU instance that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GpuInstance {
    /// Its number on the device.
    pub id: u32,
    /// The id of its profile.
    pub profile_id: u32,
    /// Where it lies.
    pub placement: InstancePlacement,
    /// What programs see of it: one for each of its compute instances. Without any, nothing can run on it.
    pub devices: Vec<MigDevice>,
}

/// A compute instance of a GPU instance, as programs see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MigDevice {
    /// Such as `MIG-a07104aa-cf86-513a-b93f-87d4136b1fd2`.
    pub uuid: Option<String>,
    /// Process ids that compute on it; `None` where they cannot be listed.
    pub processes: Option<Vec<u32>>,
}

/// Every profile of the device.
pub(super) fn profiles(device: &Device<'_>) -> Result<Vec<InstanceProfile>, NvmlError> {
    let mut profiles = Vec::new();
    for number in 0..NVML_GPU_INSTANCE_PROFILE_COUNT {
        match profile(device, number) {
            Ok(profile) => profiles.push(profile),
            // The device, or the driver, does not have this one.
            Err(NvmlError::NotSupported | NvmlError::InvalidArg | NvmlError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(profiles)
}

#[allow(
    unsafe_code,
    reason = "nvml-wrapper 0.13 does not give a profile's name"
)]
fn profile(device: &Device<'_>, number: c_uint) -> Result<InstanceProfile, NvmlError> {
    let symbol = nvml_sym(
        device
            .nvml()
            .lib()
            .nvmlDeviceGetGpuInstanceProfileInfoV
            .as_ref(),
    )?;
    // SAFETY: a structure of numbers, for which zero is valid.
    let mut info: nvmlGpuInstanceProfileInfo_v2_t = unsafe { std::mem::zeroed() };
    let size = u32::try_from(size_of::<nvmlGpuInstanceProfileInfo_v2_t>()).unwrap_or(0);
    info.version = size | (2 << 24);
    // SAFETY: the handle lives as long as `device`; the structure is of the version that it says.
    nvml_try(unsafe { symbol(device.handle(), number, &mut info) })?;
    let name: Vec<u8> = info.name.iter().map(|byte| byte.cast_unsigned()).collect();
    let name = CStr::from_bytes_until_nul(&name)
        .map(CStr::to_string_lossy)
        .unwrap_or_default();
    Ok(InstanceProfile {
        profile: name.rsplit(' ').next().and_then(|name| name.parse().ok()),
        id: info.id,
        instances_max: info.instanceCount,
        memory_mib: info.memorySizeMB,
        placements: placements(device, info.id)?,
    })
}

#[allow(
    unsafe_code,
    reason = "possible_placements() of nvml-wrapper 0.13 is always empty"
)]
fn placements(device: &Device<'_>, profile: c_uint) -> Result<Vec<InstancePlacement>, NvmlError> {
    let lib = device.nvml().lib();
    let symbol = nvml_sym(lib.nvmlDeviceGetGpuInstancePossiblePlacements_v2.as_ref())?;
    let mut count: c_uint = 0;
    // SAFETY: without a list, NVML writes the count alone.
    nvml_try_count(unsafe { symbol(device.handle(), profile, std::ptr::null_mut(), &mut count) })?;
    let mut list = vec![nvmlGpuInstancePlacement_t { start: 0, size: 0 }; count as usize];
    if count == 0 {
        return Ok(Vec::new());
    }
    // SAFETY: the list has room for as many as NVML just counted.
    nvml_try(unsafe { symbol(device.handle(), profile, list.as_mut_ptr(), &mut count) })?;
    list.truncate(count as usize);
    Ok(list.into_iter().map(InstancePlacement::from).collect())
}

/// Every GPU instance of the device.
pub(super) fn instances(
    device: &Device<'_>,
    profiles: &[InstanceProfile],
) -> Result<Vec<GpuInstance>, NvmlError> {
    let mut seen = match mig_devices(device) {
        // An older driver does not tell; the instances are there all the same.
        Err(
            NvmlError::NotSupported
            | NvmlError::FailedToLoadSymbol(_)
            | NvmlError::FunctionNotFound,
        ) => BTreeMap::new(),
        seen => seen?,
    };
    let mut instances = Vec::new();
    for profile in profiles {
        for handle in handles(device, profile)? {
            let mut instance = instance(device, handle)?;
            instance.devices = seen.remove(&instance.id).unwrap_or_default();
            instances.push(instance);
        }
    }
    instances.sort_by_key(|instance| instance.placement.start);
    Ok(instances)
}

#[allow(
    unsafe_code,
    reason = "nvml-wrapper 0.13 does not wrap nvmlDeviceGetGpuInstances"
)]
fn handles(
    device: &Device<'_>,
    profile: &InstanceProfile,
) -> Result<Vec<nvmlGpuInstance_t>, NvmlError> {
    let symbol = nvml_sym(device.nvml().lib().nvmlDeviceGetGpuInstances.as_ref())?;
    let mut count = profile.instances_max;
    let mut list: Vec<nvmlGpuInstance_t> = vec![std::ptr::null_mut(); count as usize];
    // SAFETY: NVML asks for room for the most instances that the profile may have.
    nvml_try(unsafe { symbol(device.handle(), profile.id, list.as_mut_ptr(), &mut count) })?;
    list.truncate(count as usize);
    Ok(list)
}

#[allow(
    unsafe_code,
    reason = "nvml-wrapper 0.13 does not wrap nvmlGpuInstanceGetInfo"
)]
fn instance(device: &Device<'_>, handle: nvmlGpuInstance_t) -> Result<GpuInstance, NvmlError> {
    let symbol = nvml_sym(device.nvml().lib().nvmlGpuInstanceGetInfo.as_ref())?;
    // SAFETY: a structure of numbers and a pointer, for which zero is valid.
    let mut info: nvmlGpuInstanceInfo_t = unsafe { std::mem::zeroed() };
    // SAFETY: the handle comes from `nvmlDeviceGetGpuInstances` of this device.
    nvml_try(unsafe { symbol(handle, &mut info) })?;
    Ok(GpuInstance {
        id: info.id,
        profile_id: info.profileId,
        placement: info.placement.into(),
        devices: Vec::new(),
    })
}

/// What programs see, by the number of the GPU instance.
fn mig_devices(device: &Device<'_>) -> Result<BTreeMap<u32, Vec<MigDevice>>, NvmlError> {
    let mut seen: BTreeMap<u32, Vec<MigDevice>> = BTreeMap::new();
    // The count is how many there can be; the numbers have gaps.
    for index in 0..device.mig_device_count()? {
        let part = match device.mig_device_by_index(index) {
            Ok(part) => part,
            Err(NvmlError::NotFound | NvmlError::InvalidArg) => continue,
            Err(error) => return Err(error),
        };
        let processes = part.running_compute_processes();
        let device = MigDevice {
            uuid: part.uuid().ok(),
            processes: processes
                .ok()
                .map(|processes| processes.into_iter().map(|process| process.pid).collect()),
        };
        seen.entry(instance_id(&part)?).or_default().push(device);
    }
    Ok(seen)
}

#[allow(
    unsafe_code,
    reason = "nvml-wrapper 0.13 does not wrap nvmlDeviceGetGpuInstanceId"
)]
fn instance_id(device: &Device<'_>) -> Result<u32, NvmlError> {
    let symbol = nvml_sym(device.nvml().lib().nvmlDeviceGetGpuInstanceId.as_ref())?;
    let mut id: c_uint = 0;
    // SAFETY: the handle lives as long as `device`; NVML writes one number.
    nvml_try(unsafe { symbol(device.handle(), &mut id) })?;
    Ok(id)
}

impl Mig {
    /// The profile of an instance of this device.
    pub(super) fn profile_of(&self, instance: &GpuInstance) -> Option<&InstanceProfile> {
        let mut profiles = self.profiles.iter();
        profiles.find(|profile| profile.id == instance.profile_id)
    }
}

impl GpuInstance {
    /// The UUID by which programs choose it where there is one; otherwise its number on the device.
    pub(super) fn device_id(&self, device: &DeviceId) -> Option<DeviceId> {
        if let [
            MigDevice {
                uuid: Some(uuid), ..
            },
        ] = self.devices.as_slice()
        {
            return uuid.parse().ok();
        }
        format!("MIG-{device}:{}", self.id).parse().ok()
    }

    /// Process ids that compute on it, of which NVML tells.
    pub(super) fn processes(&self) -> impl Iterator<Item = &u32> {
        self.devices
            .iter()
            .flat_map(|device| device.processes.iter().flatten())
    }

    /// Whether something runs on it, or may: processes that cannot be listed may be anybody's, and nothing can begin on an
    /// instance that programs do not see.
    pub(super) fn is_in_use(&self) -> bool {
        let idle = |device: &MigDevice| device.processes.as_ref().is_some_and(Vec::is_empty);
        self.devices.is_empty() || !self.devices.iter().all(idle)
    }
}

impl From<nvmlGpuInstancePlacement_t> for InstancePlacement {
    fn from(placement: nvmlGpuInstancePlacement_t) -> Self {
        Self {
            start: placement.start,
            size: placement.size,
        }
    }
}
