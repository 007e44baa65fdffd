//! `portcullis plugin sign`: vouch for a component with a minisign key.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use minisign::{PublicKey, SecretKey};
use portcullis_plugin_host::Limits;
use portcullis_plugin_host::lock::Unpinned;
use portcullis_plugin_host::trust::{KeyId, signature_path};
use serde::Serialize;

use super::lock::failed_file;
use super::screen::Format;
use super::signing_key::SigningKey;
use super::{Exit, Failure};

/// Sign components: `<plugin>.wasm.minisig` beside each. The signature says name, version and digest.
#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// Components to sign.
    #[arg(required_unless_present = "new_key")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    key: SigningKey,
    /// Make the key first; it must not be there yet. The public key is written beside it.
    #[arg(long)]
    new_key: bool,
    /// Make the new key without a password, for machines.
    #[arg(long, requires = "new_key")]
    no_password: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Signed {
    name: String,
    version: String,
    sha256: String,
    signer: Option<KeyId>,
    signature: PathBuf,
}

impl Sign {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let made = match self.new_key {
            true => Some(self.key.make(!self.no_password)?),
            false => None,
        };
        let mut signed = Vec::new();
        if !self.files.is_empty() {
            let (secret, public) = self.key.open()?;
            for file in &self.files {
                signed.push(sign(file, &secret, &public)?);
            }
        }
        Format::new(self.json).write(&signed, |out, signed| {
            if let Some(public) = &made {
                writeln!(
                    out,
                    "Made a key; give others its public half: {}",
                    public.display()
                )?;
            }
            signed.iter().try_for_each(|one| {
                let signer = one
                    .signer
                    .as_ref()
                    .map_or_else(String::new, ToString::to_string);
                let path = one.signature.display();
                writeln!(
                    out,
                    "Signed: {} {} by {signer}, {path}",
                    one.name, one.version
                )
            })
        })?;
        Ok(Exit::Pass)
    }
}

fn sign(file: &Path, secret: &SecretKey, public: &PublicKey) -> Result<Signed, Failure> {
    let component =
        Unpinned::read(file, Limits::default().component_bytes).map_err(Failure::told)?;
    let claims = component.claims();
    let signature = minisign::sign(
        Some(public),
        secret,
        component.binary.as_slice(),
        Some(&claims.comment()),
        Some("signature of a portcullis plugin"),
    );
    let signature = signature
        .map_err(|error| failed_file(file, &error))?
        .to_string();
    let path = signature_path(file);
    fs::write(&path, &signature).map_err(|error| failed_file(&path, &error))?;
    Ok(Signed {
        name: claims.name,
        version: claims.version,
        sha256: claims.sha256,
        signer: KeyId::of_signature(&signature),
        signature: path,
    })
}
