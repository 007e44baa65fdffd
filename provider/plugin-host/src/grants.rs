//! What HCL allows a connector: the rights that take effect are those that the manifest asks for and that are granted.

use std::fmt;

use crate::error::PluginError;
use crate::http::target::Target;

/// When a call happens. Only apply and destroy may change an outside system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Validate, plan and refresh: requests that only read.
    Plan,
    /// Apply and destroy: every method that the manifest asks for.
    Apply,
}

/// What one connector may do in one phase. A check has no grants at all.
#[derive(Clone, Debug)]
pub struct Grants {
    pub(crate) phase: Phase,
    /// Origins with path prefixes.
    pub(crate) hosts: Vec<Target>,
    pub(crate) secrets: Vec<SecretGrant>,
}

/// A secret and the only origin that it may be sent to.
#[derive(Clone)]
pub(crate) struct SecretGrant {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) target: Target,
}

impl fmt::Debug for SecretGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretGrant")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Grants {
    /// Grants nothing yet.
    #[must_use]
    pub fn none(phase: Phase) -> Self {
        Self {
            phase,
            hosts: Vec::new(),
            secrets: Vec::new(),
        }
    }

    pub(crate) fn in_phase(mut self, phase: Phase) -> Self {
        self.phase = phase;
        self
    }

    /// Grants a host: `https://api.example.com`, with a port, with a path to narrow it. A private address is granted
    /// by writing the address; a name that leads to one needs a second grant that writes it, with the same port.
    ///
    /// # Errors
    /// When the text is not such a URL.
    pub fn host(mut self, url: &str) -> Result<Self, PluginError> {
        self.hosts.push(grant_target(url)?);
        Ok(self)
    }

    /// Grants that the host sends a secret for the plugin, to one origin only.
    ///
    /// # Errors
    /// When `url` is not what [`Grants::host`] takes, or the value is empty or cannot stand in a header.
    pub fn secret(mut self, name: &str, value: &str, url: &str) -> Result<Self, PluginError> {
        let invalid = |reason| PluginError::Grant {
            grant: name.to_owned(),
            reason,
        };
        if value.is_empty() {
            return Err(invalid("the secret of that name has no value"));
        }
        if !value.bytes().all(|byte| (b' '..0x7f).contains(&byte)) {
            return Err(invalid(
                "the secret of that name has characters that no header can carry",
            ));
        }
        let target = grant_target(url)?;
        self.secrets.push(SecretGrant {
            name: name.to_owned(),
            value: value.to_owned(),
            target,
        });
        Ok(self)
    }
}

fn grant_target(url: &str) -> Result<Target, PluginError> {
    let invalid = |reason| PluginError::Grant {
        grant: url.to_owned(),
        reason,
    };
    let target = Target::parse(url).map_err(invalid)?;
    if target.query.is_some() {
        return Err(invalid("a grant has no query"));
    }
    Ok(target)
}
