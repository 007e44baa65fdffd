//! `portcullis plugin push`: publish a component in an OCI registry.

use std::path::PathBuf;

use clap::Args;
use portcullis_plugin_host::Limits;
use portcullis_plugin_host::lock::Unpinned;
use portcullis_registry::{Artifact, Reference};
use serde::Serialize;

use super::registry::registry;
use super::screen::{Format, Spinner};
use super::{Exit, Failure, block_on};

/// Publish a component, with the signature beside it, in an OCI registry.
///
/// Credentials are those of `docker login`, or PORTCULLIS_REGISTRY_USER and PORTCULLIS_REGISTRY_PASSWORD.
#[derive(Debug, Args)]
pub(crate) struct Push {
    /// The component.
    file: PathBuf,
    /// Where to, as `oci://registry/repository:tag`.
    to: Reference,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Published {
    name: String,
    version: String,
    reference: String,
    /// Digest of the layer, which is that of the file.
    layer: String,
    /// Digest of the manifest.
    manifest: String,
    signed: bool,
}

impl Push {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let component =
            Unpinned::read(&self.file, Limits::default().component_bytes).map_err(Failure::told)?;
        let artifact = Artifact {
            component: component.binary,
            signature: component.signature,
        };
        let registry = registry()?;
        let pushed = {
            let _spinner = Spinner::start(format!("pushing to {}", self.to));
            block_on(registry.push(&self.to, &artifact))?.map_err(Failure::told)?
        };
        let published = Published {
            name: component.manifest.name,
            version: component.manifest.version,
            reference: self.to.to_string(),
            layer: pushed.layer,
            manifest: pushed.manifest,
            signed: artifact.signature.is_some(),
        };
        Format::new(self.json).write(&published, |out, one| {
            let with = if one.signed {
                "with its signature"
            } else {
                "without a signature"
            };
            writeln!(
                out,
                "Pushed: {} {} to {}, {with}",
                one.name, one.version, one.reference
            )?;
            writeln!(out, "  layer {}\n  manifest {}", one.layer, one.manifest)
        })?;
        Ok(Exit::Pass)
    }
}
