//! The part `objects`: what the connector keeps on its platform.

use std::time::Duration;

use super::Connector;
use crate::error::PluginError;
use crate::grants::Phase;
use crate::record::{Change, Desired, Managed, Stamp};

impl Connector {
    /// The object of that kind by its id, or by its name when `id` is empty; none when the platform has no such object.
    ///
    /// # Errors
    /// When the connector cannot tell, which is not the same as none.
    pub async fn read(
        &self,
        kind: &str,
        id: &str,
        name: &str,
        deadline: Duration,
    ) -> Result<Option<Managed>, PluginError> {
        let call = self
            .call("read", Phase::Plan, deadline)
            .and(&(kind, id, name));
        let found = self.once(call, async |store, loaded, config| {
            let guest = loaded.parts.objects()?;
            let guest = guest.instantiate_async(&mut *store).await?;
            let part = guest.portcullis_plugin_objects();
            part.call_read(store, config, kind, id, name).await
        });
        let found = found.await?.map(Managed::of_guest).transpose();
        found.map_err(|reason| self.invalid(reason))
    }

    /// What has to change so that the platform has what is desired.
    ///
    /// # Errors
    /// When the connector cannot tell.
    pub async fn plan(
        &self,
        prior: Option<&Managed>,
        desired: &Desired,
        deadline: Duration,
    ) -> Result<Change, PluginError> {
        let call = self
            .call("plan", Phase::Plan, deadline)
            .and(&(prior, desired));
        let prior = prior.map(Managed::to_guest);
        let desired = desired.to_guest();
        let change = self.once(call, async |store, loaded, config| {
            let guest = loaded.parts.objects()?;
            let guest = guest.instantiate_async(&mut *store).await?;
            let part = guest.portcullis_plugin_objects();
            part.call_plan(store, config, prior.as_ref(), &desired)
                .await
        });
        Change::of_guest(change.await?).map_err(|reason| self.invalid(reason))
    }

    /// Does what was planned. The same stamp again gives the same object and changes nothing.
    ///
    /// # Errors
    /// When the connector cannot tell that it was done. It may have been: call again with the same stamp.
    pub async fn apply(
        &self,
        prior: Option<&Managed>,
        change: &Change,
        stamp: &Stamp,
        deadline: Duration,
    ) -> Result<Managed, PluginError> {
        let call = self
            .call("apply", Phase::Apply, deadline)
            .and(&(prior, change, stamp));
        let (prior, change) = (prior.map(Managed::to_guest), change.to_guest());
        let stamp = stamp.to_guest();
        let object = self.once(call, async |store, loaded, config| {
            let guest = loaded.parts.objects()?;
            let guest = guest.instantiate_async(&mut *store).await?;
            let part = guest.portcullis_plugin_objects();
            part.call_apply(store, config, prior.as_ref(), &change, &stamp)
                .await
        });
        Managed::of_guest(object.await?).map_err(|reason| self.invalid(reason))
    }

    /// Deletes the object. One that is gone is a success.
    ///
    /// # Errors
    /// As [`Connector::apply`].
    pub async fn delete(
        &self,
        prior: &Managed,
        stamp: &Stamp,
        deadline: Duration,
    ) -> Result<(), PluginError> {
        let call = self
            .call("delete", Phase::Apply, deadline)
            .and(&(prior, stamp));
        let (prior, stamp) = (prior.to_guest(), stamp.to_guest());
        self.once(call, async |store, loaded, config| {
            let guest = loaded.parts.objects()?;
            let guest = guest.instantiate_async(&mut *store).await?;
            let part = guest.portcullis_plugin_objects();
            part.call_delete(store, config, &prior, &stamp).await
        })
        .await
    }
}
