//! Calling a connector.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use crate::bindings::inventory::{DevicePage, InventoryPre};
use crate::call::{failed, stopped, within};
use crate::error::PluginError;
use crate::grants::Grants;
use crate::host::{Host, Loaded};
use crate::http::Gate;
use crate::lock::PluginRef;
use crate::manifest::World;
use crate::record::DeviceRecord;

/// A connector with its configuration and grants. Nothing is loaded before it is called.
#[derive(Clone, Debug)]
pub struct Connector {
    host: Host,
    plugin: PluginRef,
    config: Value,
    grants: Grants,
}

impl Connector {
    pub(crate) fn new(host: Host, plugin: PluginRef, config: Value, grants: Grants) -> Self {
        Self {
            host,
            plugin,
            config,
            grants,
        }
    }

    /// All devices that the source knows, all pages together within `deadline` or the host's limit if that is shorter.
    ///
    /// # Errors
    /// When the connector cannot read its source completely; a part is never taken for the whole.
    pub async fn list_inventory(
        &self,
        deadline: Duration,
    ) -> Result<Vec<DeviceRecord>, PluginError> {
        let wall = deadline.min(self.host.inner.limits.connector_wall);
        let end = Instant::now() + wall;
        let call = async {
            let loaded = self.host.load(&self.plugin, World::Connector).await?;
            self.pages(&loaded, end).await
        };
        within(&self.plugin, wall, call).await
    }

    async fn pages(&self, loaded: &Loaded, end: Instant) -> Result<Vec<DeviceRecord>, PluginError> {
        let name = &self.plugin.entry.name;
        let mut devices = Vec::new();
        let mut cursors = BTreeSet::new();
        let mut cursor = None;
        loop {
            let page = self.page(loaded, end, cursor.as_deref()).await?;
            devices.extend(page.devices.into_iter().map(DeviceRecord::from));
            if devices.len() > self.host.inner.limits.devices {
                return Err(PluginError::Limit {
                    plugin: name.clone(),
                    limit: "number of devices",
                    allowed: self.host.inner.limits.devices.to_string(),
                    after: String::new(),
                    remedy: "Split the source over several connectors, for example one a cluster.",
                });
            }
            let Some(next) = page.next else {
                return Ok(devices);
            };
            if !cursors.insert(next.clone()) {
                return Err(PluginError::Invalid {
                    plugin: name.clone(),
                    reason: "its pages go round in a circle: it gave the same cursor twice"
                        .to_owned(),
                });
            }
            cursor = Some(next);
        }
    }

    /// One page from a fresh guest.
    async fn page(
        &self,
        loaded: &Loaded,
        end: Instant,
        cursor: Option<&str>,
    ) -> Result<DevicePage, PluginError> {
        let name = &self.plugin.entry.name;
        let inner = &self.host.inner;
        let limits = Arc::clone(&inner.limits);
        let gate = Gate::new(
            &loaded.manifest,
            &self.config,
            &self.grants,
            inner.network.clone(),
            limits,
            end,
        );
        let mut store = self.host.store(loaded, Some(gate))?;
        let called = async {
            let guest = InventoryPre::new(loaded.instance.clone())?;
            let guest = guest.instantiate_async(&mut store).await?;
            let inventory = guest.portcullis_plugin_inventory();
            inventory
                .call_list_inventory(&mut store, &self.config.to_string(), cursor)
                .await
        };
        called
            .await
            .map_err(|error| stopped(&store, name, &inner.limits, &error))?
            .map_err(|failure| failed(name, &failure))
    }
}
