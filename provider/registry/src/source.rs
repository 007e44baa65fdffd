//! Where a plugin comes from.

use std::fmt;
use std::str::FromStr;

use crate::error::RegistryError;
use crate::reference::Reference;
use crate::url::Url;

/// Where a plugin comes from, as `portcullis.lock` writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `file:<path>`: it lies there.
    File(String),
    /// `https://...`: one file on a web server, its signature beside it as `.minisig`.
    Web(WebAddress),
    /// `oci://...`: an artifact in a registry.
    Oci(Reference),
}

/// The address of a file on a web server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebAddress(pub(crate) Url);

impl FromStr for Source {
    type Err = RegistryError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(path) = text.strip_prefix("file:") {
            return Ok(Self::File(path.to_owned()));
        }
        if text.starts_with("oci://") {
            return text.parse().map(Self::Oci);
        }
        if text.contains("://") {
            let url = Url::parse(text).map_err(|reason| RegistryError::Source {
                text: text.to_owned(),
                reason,
            })?;
            return Ok(Self::Web(WebAddress(url)));
        }
        Ok(Self::File(text.to_owned()))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "file:{path}"),
            Self::Web(WebAddress(url)) => url.fmt(f),
            Self::Oci(reference) => reference.fmt(f),
        }
    }
}
