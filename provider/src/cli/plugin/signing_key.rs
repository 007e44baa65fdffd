//! The secret key that signs plugins, in minisign's own file format.

use std::fs::{self, OpenOptions};
use std::io::{self, IsTerminal as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use minisign::{KeyPair, PublicKey, SecretKey, SecretKeyBox};

use super::Failure;

/// Where the secret key and its password are.
#[derive(Debug, Args)]
pub(crate) struct SigningKey {
    /// The secret key, as `minisign -G` or `--new-key` wrote it.
    #[arg(long, value_name = "FILE", env = "PORTCULLIS_SIGNING_KEY")]
    key: PathBuf,
    /// Environment variable that holds the key's password; without it a terminal is asked. Keys made with `minisign -GW`
    /// need none.
    #[arg(long, value_name = "VARIABLE")]
    password_env: Option<String>,
}

impl SigningKey {
    /// The key in a file, with its password in an environment variable if one is named.
    pub(crate) const fn new(key: PathBuf, password_env: Option<String>) -> Self {
        Self { key, password_env }
    }

    /// Reads the key and opens it with its password if it has one.
    pub(crate) fn open(&self) -> Result<(SecretKey, PublicKey), Failure> {
        let text = fs::read_to_string(&self.key).map_err(|error| self.refused(&error))?;
        let opened = match without_password(&text) {
            Some(bytes) => SecretKey::from_bytes(&bytes),
            None => SecretKeyBox::from(text)
                .into_secret_key(Some(self.password("Password of the signing key: ")?)),
        };
        let secret = opened.map_err(|error| self.refused(&error))?;
        let public = PublicKey::from_secret_key(&secret).map_err(|error| self.refused(&error))?;
        Ok((secret, public))
    }

    /// Makes a key pair: the secret one at `--key`, readable by its owner only, the public one beside it as `.pub`. Gives
    /// the path of the public one.
    pub(super) fn make(&self, with_password: bool) -> Result<PathBuf, Failure> {
        let pair = if with_password {
            let password = self.password("Password for the new signing key: ")?;
            KeyPair::generate_encrypted_keypair(Some(password))
        } else {
            KeyPair::generate_unencrypted_keypair()
        };
        let made = pair.and_then(|pair| Ok((pair.sk.to_box(None)?, pair.pk.to_box()?)));
        let (secret, public) = made.map_err(|error| self.refused(&error))?;
        let path = self.key.with_extension("pub");
        create(&self.key, 0o600, &secret.to_string()).map_err(|error| self.refused(&error))?;
        create(&path, 0o644, &public.to_string()).map_err(|error| self.refused(&error))?;
        Ok(path)
    }

    fn password(&self, prompt: &str) -> Result<String, Failure> {
        if let Some(name) = &self.password_env {
            return std::env::var(name).map_err(|_| {
                self.refused(&format!("the environment variable `{name}` has no value"))
            });
        }
        if !io::stdin().is_terminal() {
            let reason = "it has a password, and there is no terminal to ask for it";
            return Err(self.refused(&reason));
        }
        rpassword::prompt_password(prompt).map_err(|error| self.refused(&error))
    }

    fn refused(&self, reason: &dyn std::fmt::Display) -> Failure {
        Failure::Answer(format!(
            "Signing key cannot be used\n\nAsked for the secret key in `{}`: {reason}.\n\nName a key that `minisign -G` \
             wrote, or make one with `portcullis plugin sign --new-key`; put its password into an environment variable \
             and name that with `--password-env`.\n\nplugin-key-unusable",
            self.key.display()
        ))
    }
}

/// The bytes of a secret key that has no password. The `minisign` crate would refuse those of minisign itself, which
/// leaves the checksum of such keys empty; a damaged key is found when its signature does not fit its public half.
fn without_password(text: &str) -> Option<Vec<u8>> {
    const NO_PASSWORD: [u8; 2] = [0, 0];
    let bytes = STANDARD.decode(text.lines().nth(1)?.trim()).ok()?;
    let scheme = bytes.get(2..4)?;
    (scheme == NO_PASSWORD).then_some(bytes)
}

/// Writes a file that must not be there yet: nobody's key is overwritten.
fn create(path: &Path, mode: u32, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
