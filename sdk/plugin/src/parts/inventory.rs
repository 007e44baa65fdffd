//! What capacity exists.

use crate::{Connector, Device, DevicePage, Failure};

/// Tells which devices there are.
///
/// ```
/// use portcullis_plugin::{Connector, Device, DevicePage, Failure, Inventory, Manifest, NoConfig};
///
/// struct Bench;
///
/// impl Connector for Bench {
///     const MANIFEST: Manifest = Manifest::connector("bench", "1.0.0", "The two GPUs under my desk");
///     type Config = NoConfig;
/// }
///
/// impl Inventory for Bench {
///     fn list_inventory(_: &NoConfig, _: Option<&str>) -> Result<DevicePage, Failure> {
///         let device = |uuid: &str| Device { node: "desk".to_owned(), ..Device::new(uuid, "NVIDIA L40S") };
///         Ok(DevicePage::only(vec![device("GPU-1"), device("GPU-2")]))
///     }
/// }
///
/// portcullis_plugin::export_connector!(Bench: Inventory);
/// ```
pub trait Inventory: Connector {
    /// Gives one page of the devices that the source knows; `cursor` is what the page before gave as `next`.
    ///
    /// # Errors
    /// When the source cannot be read. An empty page says that it was read and has no devices.
    fn list_inventory(config: &Self::Config, cursor: Option<&str>) -> Result<DevicePage, Failure>;
}

impl DevicePage {
    /// The only page.
    #[must_use]
    pub fn only(devices: Vec<Device>) -> Self {
        Self {
            devices,
            next: None,
        }
    }
}

impl Device {
    /// A device of which nothing else is known yet: neither use nor health, and of the least grade. Set what is.
    ///
    /// ```
    /// let device = portcullis_plugin::Device {
    ///     node: "gpu-01".to_owned(),
    ///     allocation: "free".to_owned(),
    ///     grade: "counted".to_owned(),
    ///     ..portcullis_plugin::Device::new("GPU-1", "NVIDIA H200")
    /// };
    /// assert_eq!(device.health, "unknown");
    /// ```
    #[must_use]
    pub fn new(uuid: impl Into<String>, model: impl Into<String>) -> Self {
        Self {
            uuid: uuid.into(),
            model: model.into(),
            node: String::new(),
            index: None,
            mig_profile: None,
            memory_mib: None,
            memory_used_mib: None,
            allocation: "unknown".to_owned(),
            health: "unknown".to_owned(),
            health_reason: String::new(),
            grade: "listed".to_owned(),
            observed_at: 0,
            labels: Vec::new(),
        }
    }
}
