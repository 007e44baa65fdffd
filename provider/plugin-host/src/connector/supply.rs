//! The part `supply`: what is offered or allowed where devices cannot be told one by one.

use std::time::Duration;

use super::Connector;
use crate::error::PluginError;
use crate::grants::Phase;
use crate::record::{Pool, Quota, Supply};

impl Connector {
    /// All pools and quotas that the source knows, all pages together within `deadline`.
    ///
    /// # Errors
    /// As [`Connector::list_inventory`].
    pub async fn list_supply(&self, deadline: Duration) -> Result<Supply, PluginError> {
        let mut supply = Supply::default();
        self.pages(
            self.call("list-supply", Phase::Plan, deadline),
            async |store, loaded, config, cursor| {
                let guest = loaded.parts.supply()?;
                let guest = guest.instantiate_async(&mut *store).await?;
                let part = guest.portcullis_plugin_supply();
                part.call_list_supply(store, config, cursor).await
            },
            |page| {
                supply.pools.extend(page.pools.into_iter().map(Pool::from));
                supply
                    .quotas
                    .extend(page.quotas.into_iter().map(Quota::from));
                (supply.pools.len() + supply.quotas.len(), page.next)
            },
        )
        .await?;
        Ok(supply)
    }
}
