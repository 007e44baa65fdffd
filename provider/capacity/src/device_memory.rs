//! What memory drivers report of whole devices.

use portcullis_model::GpuModel;

/// Memory in MiB that drivers print as a device's total (`nvidia-smi`, `nvmlDeviceGetMemoryInfo`), by canonical name. What
/// a driver keeps back, and with it the last digits, can change from one release to the next.
static TOTALS: [(&str, u32); 20] = [
    ("A10", 23_028),
    ("A100-40GB", 40_960),
    ("A100-80GB", 81_920),
    ("A10G", 23_028),
    ("A40", 46_068),
    ("A800-80GB", 81_920),
    ("B200", 183_359),
    ("GH200-96GB", 97_871),
    ("H100-80GB", 81_559),
    ("H100-94GB", 95_830),
    ("H20-96GB", 97_871),
    ("H200", 143_771),
    ("L4", 23_034),
    ("L40S", 46_068),
    ("RTX-6000-ADA", 49_140),
    ("RTX-A6000", 49_140),
    ("RTX-PRO-6000", 97_887),
    ("T4", 15_360),
    ("V100-16GB", 16_160),
    ("V100-32GB", 32_510),
];

/// The memory in MiB that drivers report of a whole device; `None` for a model of which it is not known, and for one
/// whose size is not named although it decides.
#[must_use]
pub fn device_memory_mib(model: &GpuModel) -> Option<u32> {
    let name = model.to_string();
    let known = TOTALS.iter().find(|(known, _)| *known == name);
    known.map(|(_, memory)| *memory)
}

/// The canonical names of all models of which it is known, sorted.
pub fn models_with_memory() -> impl Iterator<Item = &'static str> {
    TOTALS.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MigGeometry;

    #[test]
    fn every_name_is_canonical_and_the_size_in_it_is_near_the_memory() {
        assert!(models_with_memory().is_sorted());
        for (name, memory) in TOTALS {
            let model: GpuModel = name.parse().unwrap();
            assert!(model.is_known());
            assert_eq!(model.to_string(), name);
            assert_eq!(device_memory_mib(&model), Some(memory));
            let named = name.rsplit_once('-').and_then(|(_, size)| {
                let gb: u32 = size.strip_suffix("GB")?.parse().ok()?;
                Some(gb * 1024)
            });
            if let Some(named) = named {
                let kept_back = u64::from(named.abs_diff(memory)) * 100 / u64::from(named);
                assert!(kept_back <= 2, "{name}: {memory} of {named}");
            }
        }
        assert_eq!(device_memory_mib(&"A100".parse().unwrap()), None);
    }

    #[test]
    fn no_instance_has_more_than_its_device() {
        let mut compared = 0;
        for geometry in MigGeometry::all() {
            let whole = device_memory_mib(&geometry.model().parse().unwrap());
            for profile in geometry.profiles() {
                let part = geometry.shape(profile).and_then(|shape| shape.memory_mib);
                if let (Some(whole), Some(part)) = (whole, part) {
                    compared += 1;
                    assert!(part < whole, "{} {profile}", geometry.model());
                }
            }
        }
        assert!(compared > 30, "{compared}");
    }
}
