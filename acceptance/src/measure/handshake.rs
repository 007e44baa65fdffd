//! From starting a provider to the line that tells Terraform where it listens.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

/// Of the kind that Terraform makes for each start: self-signed, P-521. Its key is not needed to be greeted.
const CLIENT_CERTIFICATE: &str = include_str!("client.pem");
/// What Terraform sets so that a provider knows who starts it.
const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// Milliseconds to the handshake, mutual TLS asked for.
///
/// # Errors
/// When the provider does not start or greets otherwise.
pub(super) fn milliseconds(provider: &Path) -> Result<f64> {
    let started = Instant::now();
    let mut child = Command::new(provider)
        .env("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
        .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
        .env("PLUGIN_CLIENT_CERT", CLIENT_CERTIFICATE)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot start {}", provider.display()))?;
    let stdout = child.stdout.take().context("a piped output")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    let took = started.elapsed();
    child.kill()?;
    child.wait()?;
    ensure!(
        line.starts_with("1|"),
        "{} greeted with {line:?}",
        provider.display()
    );
    Ok(took.as_secs_f64() * 1000.0)
}
