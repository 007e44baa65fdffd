//! What the metrics say of a device's health.

use std::collections::BTreeMap;

/// The metrics that are read. An exporter may be set to export none of them.
pub(crate) const METRICS: [&str; 6] = [
    XID,
    DOUBLE_BIT,
    REMAP_FAILURE,
    REMAP_PENDING,
    UNCORRECTABLE,
    HEALTH,
];

const XID: &str = "DCGM_FI_DEV_XID_ERRORS";
const DOUBLE_BIT: &str = "DCGM_FI_DEV_ECC_DBE_VOL_TOTAL";
const REMAP_FAILURE: &str = "DCGM_FI_DEV_ROW_REMAP_FAILURE";
const REMAP_PENDING: &str = "DCGM_FI_DEV_ROW_REMAP_PENDING";
const UNCORRECTABLE: &str = "DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS";

/// What DCGM's own watches say, the worst of them: `dcgmHealthWatchResults_t`, where 10 is a warning and 20 a failure.
const HEALTH: &str = "DCGM_EXP_GPU_HEALTH_STATUS";
const HEALTH_WARNING: u32 = 10;
const HEALTH_FAILURE: u32 = 20;

/// XIDs that a program causes and that say nothing of the device: graphics engine exception, memory page fault,
/// stopped processing, preemptive cleanup (NVIDIA, "XID Errors").
const OF_PROGRAMS: [u32; 4] = [13, 31, 43, 45];
/// XIDs after which the device does not work: row remapper failure, fallen off the bus, uncontained ECC error, GSP
/// timeout and error.
const FATAL: [u32; 5] = [64, 79, 95, 119, 120];

/// Health and the reason when it is not `healthy`.
pub(crate) fn health(values: &BTreeMap<&str, u32>) -> (&'static str, String) {
    let value = |metric| values.get(metric).copied().filter(|value| *value > 0);
    if let Some(xid) = value(XID).filter(|xid| FATAL.contains(xid)) {
        return ("failed", format!("last XID is {xid}"));
    }
    if value(REMAP_FAILURE).is_some() {
        return ("failed", "a row of memory could not be remapped".to_owned());
    }
    if value(HEALTH).is_some_and(|status| status >= HEALTH_FAILURE) {
        return (
            "failed",
            "a health watch of DCGM reports a failure".to_owned(),
        );
    }
    if let Some(errors) = value(DOUBLE_BIT) {
        return (
            "degraded",
            format!("{errors} double-bit ECC errors since the driver was loaded"),
        );
    }
    if value(REMAP_PENDING).is_some() {
        return ("degraded", "a row remapping waits for a reset".to_owned());
    }
    if let Some(xid) = value(XID).filter(|xid| !OF_PROGRAMS.contains(xid)) {
        return ("degraded", format!("last XID is {xid}"));
    }
    if value(HEALTH).is_some_and(|status| status >= HEALTH_WARNING) {
        return ("degraded", "a health watch of DCGM warns".to_owned());
    }
    let known = METRICS.iter().any(|metric| values.contains_key(metric));
    (if known { "healthy" } else { "unknown" }, String::new())
}

#[cfg(test)]
mod tests {
    use super::{DOUBLE_BIT, HEALTH, REMAP_FAILURE, REMAP_PENDING, UNCORRECTABLE, XID, health};

    #[test]
    fn the_worst_says_what_a_device_is() {
        for (values, expected) in [
            (vec![], "unknown"),
            (vec![(XID, 0)], "healthy"),
            (vec![(UNCORRECTABLE, 2)], "healthy"),
            (vec![(XID, 31)], "healthy"),
            (vec![(XID, 48)], "degraded"),
            (vec![(HEALTH, 0)], "healthy"),
            (vec![(HEALTH, 10)], "degraded"),
            (vec![(HEALTH, 20), (XID, 31)], "failed"),
            (vec![(XID, 31), (DOUBLE_BIT, 1)], "degraded"),
            (vec![(REMAP_PENDING, 1)], "degraded"),
            (vec![(XID, 79)], "failed"),
            (vec![(REMAP_FAILURE, 1), (REMAP_PENDING, 1)], "failed"),
        ] {
            let (found, reason) = health(&values.iter().copied().collect());
            assert_eq!(found, expected, "{values:?}");
            assert_eq!(
                reason.is_empty(),
                matches!(expected, "unknown" | "healthy"),
                "{values:?}: {reason}"
            );
        }
    }
}
