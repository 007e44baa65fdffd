//! etcd, where the server keeps its objects.

use std::fs::File;
use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::message::Message;

/// A running etcd; ended when dropped.
#[derive(Debug)]
pub(crate) struct Etcd {
    child: Child,
    port: u16,
}

/// A port that nobody listens on at this moment.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

impl Etcd {
    /// Starts it with its data under `folder`. It is not waited for: the server does that.
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        let (port, peers) = (free_port()?, free_port()?);
        let (clients, peers) = (
            format!("http://127.0.0.1:{port}"),
            format!("http://127.0.0.1:{peers}"),
        );
        let child = Command::new("etcd")
            .args(["--name", "only", "--log-level", "error", "--logger", "zap"])
            .arg("--data-dir")
            .arg(folder.join("etcd"))
            .args(["--listen-client-urls", &clients])
            .args(["--advertise-client-urls", &clients])
            .args(["--listen-peer-urls", &peers])
            .args(["--initial-advertise-peer-urls", &peers])
            .args(["--initial-cluster", &format!("only={peers}")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(folder.join("etcd.log"))?)
            .spawn()
            .context("cannot start `etcd`: install Debian's package etcd-server")?;
        Ok(Self { child, port })
    }

    pub(crate) fn has_ended(&mut self) -> Result<bool> {
        Ok(self.child.try_wait()?.is_some())
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Forgets every revision but the present one, after which the server calls older continue tokens expired.
    pub(crate) fn compact(&self) -> Result<()> {
        // A range of one key that need not exist: the answer's header has the revision.
        let now = self.ask("/v3/kv/range", &json!({"key": "AA=="}))?;
        let revision = now.pointer("/header/revision");
        let revision = revision.context("etcd tells no revision")?;
        self.ask(
            "/v3/kv/compaction",
            &json!({"revision": revision, "physical": true}),
        )?;
        Ok(())
    }

    fn ask(&self, path: &str, body: &Value) -> Result<Value> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        let body = body.to_string();
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let answer =
            Message::read(&mut BufReader::new(stream))?.context("etcd closed the connection")?;
        let text = String::from_utf8_lossy(&answer.body);
        ensure!(
            answer.status()? == 200,
            "etcd answered {}: {text}",
            answer.first
        );
        Ok(serde_json::from_str(&text)?)
    }
}

impl Drop for Etcd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
