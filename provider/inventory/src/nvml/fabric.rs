//! The NVLink domain of a device, which nvml-wrapper has no function for.

use nvml_wrapper::Device;
use nvml_wrapper::error::{NvmlError, nvml_sym, nvml_try};
use nvml_wrapper_sys::bindings::{
    NVML_GPU_FABRIC_STATE_COMPLETED, nvmlGpuFabricInfo_v2_t, nvmlGpuFabricInfo_v3_t,
    nvmlReturn_enum_NVML_ERROR_ARGUMENT_VERSION_MISMATCH as VERSION_MISMATCH,
};
use portcullis_model::Fabric;

/// The domain that the device has joined; `None` for a device in none: one without links to other machines has a cluster
/// of zeros.
pub(super) fn read(device: &Device<'_>) -> Result<Option<Fabric>, NvmlError> {
    let newest = info(device, 3, size_of::<nvmlGpuFabricInfo_v3_t>());
    let info = match newest {
        // A driver from before the summary of health.
        Err(NvmlError::UnexpectedVariant(VERSION_MISMATCH)) => {
            info(device, 2, size_of::<nvmlGpuFabricInfo_v2_t>())?
        }
        newest => newest?,
    };
    let joined = u32::from(info.state) == NVML_GPU_FABRIC_STATE_COMPLETED
        && info.clusterUuid.iter().any(|byte| *byte != 0);
    Ok(joined.then(|| Fabric::of_clique(info.clusterUuid, info.cliqueId)))
}

#[allow(
    unsafe_code,
    reason = "nvml-wrapper 0.13 does not wrap nvmlDeviceGetGpuFabricInfoV"
)]
fn info(
    device: &Device<'_>,
    version: u32,
    size: usize,
) -> Result<nvmlGpuFabricInfo_v3_t, NvmlError> {
    let symbol = nvml_sym(device.nvml().lib().nvmlDeviceGetGpuFabricInfoV.as_ref())?;
    // SAFETY: a structure of numbers, for which zero is valid.
    let mut info: nvmlGpuFabricInfo_v3_t = unsafe { std::mem::zeroed() };
    info.version = u32::try_from(size).unwrap_or(0) | (version << 24);
    // SAFETY: the handle lives as long as `device`; an older version is a shorter beginning of the structure.
    nvml_try(unsafe { symbol(device.handle(), &mut info) })?;
    Ok(info)
}
