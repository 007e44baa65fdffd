//! A running server.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::json;
use tempfile::TempDir;

use crate::client::Client;
use crate::program::{INSTALL, program};

/// How long a start may take before it counts as failed: a machine that compiles meanwhile is slow.
const PATIENCE: Duration = Duration::from_secs(60);
/// The token that may do everything.
const ROOT: &str = "root-of-this-test-server";

/// An `OpenBao` that keeps everything in memory; ended when dropped.
#[derive(Debug)]
pub struct Server {
    process: Child,
    address: SocketAddr,
    folder: TempDir,
}

impl Server {
    /// Starts one and waits until it answers.
    ///
    /// # Errors
    /// When the program is missing or does not come up.
    pub fn start() -> Result<Self> {
        let program = program().with_context(|| format!("there is no bao: run `{INSTALL}`"))?;
        let folder = tempfile::Builder::new().prefix("openbao-").tempdir()?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let process = Command::new(program)
            .args(["server", "-dev", "-dev-no-store-token"])
            .arg(format!("-dev-listen-address={address}"))
            .arg(format!("-dev-root-token-id={ROOT}"))
            .env("HOME", folder.path())
            .stdin(Stdio::null())
            .stdout(File::create(folder.path().join("server.log"))?)
            .stderr(File::create(folder.path().join("server.err"))?)
            .spawn()
            .context("cannot start bao")?;
        let mut server = Self {
            process,
            address,
            folder,
        };
        server.wait()?;
        Ok(server)
    }

    /// Where the server answers.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The token that may do everything.
    #[must_use]
    pub fn root_token(&self) -> &'static str {
        ROOT
    }

    /// Somebody who may do everything.
    #[must_use]
    pub fn root(&self) -> Client {
        self.client(ROOT)
    }

    /// Whoever holds a token.
    #[must_use]
    pub fn client(&self, token: &str) -> Client {
        Client::new(self.address, token)
    }

    /// A token of these policies alone.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn token(&self, policies: &[&str]) -> Result<String> {
        let ask = json!({"policies": policies, "no_default_policy": true});
        let issued = self.root().post("auth/token/create", &ask)?;
        let token = issued.pointer("/auth/client_token");
        let token = token.and_then(serde_json::Value::as_str);
        Ok(token.context("the server issued no token")?.to_owned())
    }

    fn wait(&mut self) -> Result<()> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let ready = self.root().send("GET", "sys/auth", None);
            if ready.is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            if let Some(status) = self.process.try_wait()? {
                bail!("bao ended with {status}:\n{}", self.log());
            }
            thread::sleep(Duration::from_millis(50));
        }
        bail!(
            "bao was not ready within {} s:\n{}",
            PATIENCE.as_secs(),
            self.log()
        )
    }

    /// The end of what the server wrote.
    fn log(&self) -> String {
        let read = |name: &str| fs::read_to_string(self.folder.path().join(name));
        let text = read("server.log").unwrap_or_default() + &read("server.err").unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let last = lines.get(lines.len().saturating_sub(20)..);
        last.unwrap_or_default().join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}
