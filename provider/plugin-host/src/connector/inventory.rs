//! The part `inventory`: which GPUs there are.

use std::time::Duration;

use super::Connector;
use crate::error::PluginError;
use crate::grants::Phase;
use crate::record::DeviceRecord;

impl Connector {
    /// All devices that the source knows, all pages together within `deadline` or the host's limit if that is shorter.
    ///
    /// # Errors
    /// When the connector cannot read its source completely; a part is never taken for the whole.
    pub async fn list_inventory(
        &self,
        deadline: Duration,
    ) -> Result<Vec<DeviceRecord>, PluginError> {
        let mut devices = Vec::new();
        self.pages(
            self.call("list-inventory", Phase::Plan, deadline),
            async |store, loaded, config, cursor| {
                let guest = loaded.parts.inventory()?;
                let guest = guest.instantiate_async(&mut *store).await?;
                let part = guest.portcullis_plugin_inventory();
                part.call_list_inventory(store, config, cursor).await
            },
            |page| {
                devices.extend(page.devices.into_iter().map(DeviceRecord::from));
                (devices.len(), page.next)
            },
        )
        .await?;
        Ok(devices)
    }
}
