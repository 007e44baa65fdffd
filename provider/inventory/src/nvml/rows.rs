//! Replaced rows of memory, which nvml-wrapper has no function for.

use std::ffi::c_uint;

use nvml_wrapper::Device;
use nvml_wrapper::error::{NvmlError, nvml_sym, nvml_try};

use super::MemoryRows;

#[allow(
    unsafe_code,
    reason = "nvml-wrapper 0.13 does not wrap nvmlDeviceGetRemappedRows"
)]
pub(super) fn read(device: &Device<'_>) -> Result<MemoryRows, NvmlError> {
    let symbol = nvml_sym(device.nvml().lib().nvmlDeviceGetRemappedRows.as_ref())?;
    let [mut corrected, mut uncorrected, mut pending, mut failed]: [c_uint; 4] = [0; 4];
    // SAFETY: the handle lives as long as `device`, and the four outputs are valid for writes.
    let code = unsafe {
        symbol(
            device.handle(),
            &mut corrected,
            &mut uncorrected,
            &mut pending,
            &mut failed,
        )
    };
    nvml_try(code)?;
    Ok(MemoryRows {
        corrected,
        uncorrected,
        pending: pending != 0,
        failed: failed != 0,
    })
}
