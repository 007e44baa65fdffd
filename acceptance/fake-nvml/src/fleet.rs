//! The fleet file: what the devices are and where they fail.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fleet {
    pub(crate) driver: String,
    pub(crate) nvml: String,
    /// As NVML writes it: 1000 x major + 10 x minor.
    pub(crate) cuda: i32,
    /// Return codes of symbols, for every device.
    #[serde(default)]
    pub(crate) fail: BTreeMap<String, u32>,
    /// MIG profiles by the name that a GPU's `mig_model` gives.
    #[serde(default)]
    pub(crate) profile: BTreeMap<String, Vec<Profile>>,
    #[serde(default)]
    pub(crate) gpu: Vec<Gpu>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    pub(crate) name: String,
    /// `NVML_GPU_INSTANCE_PROFILE_*`.
    pub(crate) enum_id: u32,
    /// The id that this kind of device gives the profile.
    pub(crate) id: u32,
    pub(crate) slices: u32,
    pub(crate) max: u32,
    pub(crate) sm: u32,
    pub(crate) mem_mib: u64,
    pub(crate) starts: Vec<u32>,
    pub(crate) size: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Gpu {
    pub(crate) name: String,
    pub(crate) uuid: String,
    pub(crate) mem_mib: u64,
    #[serde(default)]
    pub(crate) used_mib: u64,
    pub(crate) cc: [i32; 2],
    pub(crate) bus: u32,
    #[serde(default = "h200")]
    pub(crate) pci_device_id: u32,
    #[serde(default)]
    pub(crate) mig_model: String,
    #[serde(default)]
    pub(crate) mig: bool,
    #[serde(default)]
    pub(crate) gi: Vec<GpuInstance>,
    #[serde(default)]
    pub(crate) power_mw: u32,
    #[serde(default)]
    pub(crate) nvlinks: u32,
    #[serde(default)]
    pub(crate) util: u32,
    #[serde(default)]
    pub(crate) procs: Vec<Process>,
    #[serde(default)]
    pub(crate) ecc_uncorrected: u64,
    /// Corrected rows, uncorrected rows, pending, failed.
    #[serde(default)]
    pub(crate) remap: [u32; 4],
    pub(crate) fabric: Option<Fabric>,
    #[serde(default)]
    pub(crate) fail: BTreeMap<String, u32>,
}

fn h200() -> u32 {
    0x2335_10DE
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GpuInstance {
    pub(crate) id: u32,
    pub(crate) profile: String,
    pub(crate) start: u32,
    pub(crate) uuid: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Process {
    pub(crate) pid: u32,
    pub(crate) used_mib: u64,
    /// The GPU instance that it runs on, of a divided device.
    pub(crate) gi: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fabric {
    pub(crate) cluster_uuid: [u8; 16],
    pub(crate) clique: u32,
}

impl Fleet {
    /// The fleet of this process; `None` where the file is missing or wrong, which reads as no driver.
    pub(crate) fn get() -> Option<&'static Self> {
        static FLEET: OnceLock<Option<Fleet>> = OnceLock::new();
        FLEET.get_or_init(Self::read).as_ref()
    }

    fn read() -> Option<Self> {
        let path = std::env::var_os("FAKE_NVML_FLEET")?;
        let text = std::fs::read_to_string(&path).ok()?;
        match toml::from_str(&text) {
            Ok(fleet) => Some(fleet),
            Err(error) => {
                eprintln!("fake NVML: {}: {error}", path.display());
                None
            }
        }
    }

    pub(crate) fn profiles(&self, gpu: &Gpu) -> &[Profile] {
        self.profile
            .get(&gpu.mig_model)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }
}
