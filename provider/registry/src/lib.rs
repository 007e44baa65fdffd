//! Where plugins come from and go to: files, web servers and OCI registries.
//!
//! Only `portcullis plugin pull` and `push` use this. The provider opens local files and nothing else, so that a plan needs
//! no network. What is fetched is bytes with a digest that was verified; whether to trust them is asked elsewhere, before
//! anything is written.

mod client;
mod credentials;
mod error;
mod login;
mod oci;
mod reference;
mod source;
mod tls;
mod url;

use std::path::Path;

pub use credentials::Credentials;
pub use error::RegistryError;
pub use reference::Reference;
pub use source::Source;

use client::Client;

/// A component, and the signature that came with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// The component.
    pub component: Vec<u8>,
    /// The text of its minisign signature.
    pub signature: Option<String>,
}

/// What a push left in the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// Digest of the component's layer, `sha256:...`, which is also the digest of the file.
    pub layer: String,
    /// Digest of the manifest that the tag names.
    pub manifest: String,
}

/// Fetches and publishes plugins.
#[derive(Debug)]
pub struct Registry {
    client: Client,
    credentials: Credentials,
    max_bytes: u64,
}

impl Registry {
    /// A registry client that takes components up to `max_bytes`. Beside the usual authorities it trusts those of the PEM
    /// file `authorities`.
    ///
    /// # Errors
    /// When that file cannot be used.
    pub fn new(
        credentials: Credentials,
        max_bytes: u64,
        authorities: Option<&Path>,
    ) -> Result<Self, RegistryError> {
        Ok(Self {
            client: Client::new(tls::config(authorities)?),
            credentials,
            max_bytes,
        })
    }

    /// Fetches a component from a web server or an OCI registry, and its signature when there is one.
    ///
    /// # Errors
    /// When it cannot be had, is too large, or is not what its digest says; and for a file, which is read where it lies.
    pub async fn fetch(&self, source: &Source) -> Result<Artifact, RegistryError> {
        match source {
            Source::Web(url) => {
                let component = self.client.download(url, self.max_bytes).await?;
                let signature = self.client.text_beside(url).await?;
                Ok(Artifact {
                    component,
                    signature,
                })
            }
            Source::Oci(reference) => {
                oci::pull(&self.client, &self.credentials, reference, self.max_bytes).await
            }
            Source::File(path) => Err(RegistryError::Source {
                text: format!("file:{path}"),
                reason: "a file is not fetched, it is pinned where it lies".to_owned(),
            }),
        }
    }

    /// Publishes a component with its signature. What the registry has already is not sent again.
    ///
    /// # Errors
    /// When the registry cannot be reached or refuses.
    pub async fn push(
        &self,
        reference: &Reference,
        artifact: &Artifact,
    ) -> Result<Pushed, RegistryError> {
        oci::push(&self.client, &self.credentials, reference, artifact).await
    }
}
