//! The part `credentials`: what lives as long as a job.

use std::time::Duration;

use super::Connector;
use crate::error::PluginError;
use crate::grants::Phase;
use crate::record::{Application, Credential, Stamp, opaque};

impl Connector {
    /// Issues a credential. The same stamp again issues no second one. Its value went from the platform to the host;
    /// the connector knows it by a handle.
    ///
    /// # Errors
    /// When the connector cannot tell that it was issued. It may have been: call again with the same stamp.
    pub async fn issue(
        &self,
        application: &Application,
        stamp: &Stamp,
        deadline: Duration,
    ) -> Result<Credential, PluginError> {
        let call = self
            .call("issue", Phase::Apply, deadline)
            .and(&(application, stamp));
        let application = application.to_guest();
        let stamp = stamp.to_guest();
        let issued = self.once(call, async |store, loaded, config| {
            let guest = loaded.parts.credentials()?;
            let guest = guest.instantiate_async(&mut *store).await?;
            let part = guest.portcullis_plugin_credentials();
            let issued = part
                .call_issue(&mut *store, config, &application, &stamp)
                .await?;
            Ok(issued.map(|issued| {
                let kept = store.data().kept(&issued.handle);
                (issued, kept)
            }))
        });
        let (issued, secret) = issued.await?;
        let secret = secret.ok_or_else(|| {
            self.invalid("its credential has a handle that no request of this call gave".to_owned())
        })?;
        Ok(Credential {
            id: opaque("id", issued.id).map_err(|reason| self.invalid(reason))?,
            secret,
            expires_at: issued.expires_at,
        })
    }

    /// Makes a credential useless. One that is useless already is a success.
    ///
    /// # Errors
    /// When the connector cannot tell that it is useless.
    pub async fn revoke(
        &self,
        id: &str,
        stamp: &Stamp,
        deadline: Duration,
    ) -> Result<(), PluginError> {
        let call = self
            .call("revoke", Phase::Apply, deadline)
            .and(&(id, stamp));
        let stamp = stamp.to_guest();
        self.once(call, async |store, loaded, config| {
            let guest = loaded.parts.credentials()?;
            let guest = guest.instantiate_async(&mut *store).await?;
            let part = guest.portcullis_plugin_credentials();
            part.call_revoke(store, config, id, &stamp).await
        })
        .await
    }
}
