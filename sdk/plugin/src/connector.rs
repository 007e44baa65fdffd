//! A connector reads the state of one outside system.

use serde::de::DeserializeOwned;

use crate::{DevicePage, Failure, Manifest};

/// Reads one outside system. Implement it on a unit struct and name that struct in
/// [`export_connector!`](crate::export_connector).
pub trait Connector {
    /// Who the connector is and what it asks for. It becomes a section of the component, readable without running it.
    const MANIFEST: Manifest;

    /// What `config` in HCL holds.
    type Config: DeserializeOwned;

    /// Gives one page of the devices that the source knows; `cursor` is what the page before gave as `next`.
    ///
    /// # Errors
    /// When the source cannot be read. An empty page says that it was read and has no devices.
    fn list_inventory(config: &Self::Config, cursor: Option<&str>) -> Result<DevicePage, Failure>;
}

/// What the component's `list-inventory` does around [`Connector::list_inventory`].
///
/// # Errors
/// When the configuration cannot be read, and whatever the connector says.
pub fn list_inventory<C: Connector>(
    config: &str,
    cursor: Option<&str>,
) -> Result<DevicePage, Failure> {
    C::list_inventory(&crate::config::read(config)?, cursor)
}

impl DevicePage {
    /// The only page.
    #[must_use]
    pub fn only(devices: Vec<crate::Device>) -> Self {
        Self {
            devices,
            next: None,
        }
    }
}

/// Makes the crate a component of world `connector`.
#[macro_export]
macro_rules! export_connector {
    ($connector:ty) => {
        #[cfg(target_family = "wasm")]
        const _: () = {
            struct Component;

            $crate::export_plugin!(Component, <$connector as $crate::Connector>::MANIFEST);

            impl $crate::bindings::inventory::Guest for Component {
                fn list_inventory(
                    config: String,
                    cursor: Option<String>,
                ) -> Result<$crate::DevicePage, $crate::Failure> {
                    $crate::rt::install_panic_hook();
                    $crate::rt::list_inventory::<$connector>(&config, cursor.as_deref())
                }
            }

            $crate::bindings::inventory::export_inventory!(
                Component with_types_in $crate::bindings::inventory
            );
        };
    };
}
