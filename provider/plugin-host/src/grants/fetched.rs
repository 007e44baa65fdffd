//! Secrets that are fetched when a request needs them.

use super::{Grants, target};
use crate::error::PluginError;
use crate::keyring::{Origined, SecretSource};

impl Grants {
    /// Grants that the host sends a secret for the plugin as [`Grants::secret`] does, with a value that is fetched by the
    /// first request that needs it, and again before it ends. With `only` it goes to that origin and to no other,
    /// whatever the manifest says.
    ///
    /// # Errors
    /// When `only` is not what [`Grants::host`] takes, or the secret is granted already.
    pub fn fetched(
        mut self,
        name: &str,
        source: SecretSource,
        only: Option<&str>,
    ) -> Result<Self, PluginError> {
        if self.has_secret(name) {
            return Err(PluginError::Grant {
                grant: name.to_owned(),
                reason: "the secret of that name is granted twice",
                remedy: "Keep one of the places that its value comes from.",
            });
        }
        let origin = only.map(target).transpose()?.map(|target| target.origin);
        self.fetched.push(Origined {
            name: name.to_owned(),
            source,
            origin,
        });
        Ok(self)
    }

    /// Whether the secret is granted, wherever its value comes from.
    pub(crate) fn has_secret(&self, name: &str) -> bool {
        self.secrets.iter().any(|grant| grant.name == name)
            || self.fetched.iter().any(|grant| grant.name == name)
    }
}
