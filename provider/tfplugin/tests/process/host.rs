//! Starts the provider as Terraform does, and watches it.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rustix::process::{Pid, Signal, kill_process};
use rustls::pki_types::CertificateDer;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::client_key::{ClientKey, pem};

const COOKIE: (&str, &str) = (
    "TF_PLUGIN_MAGIC_COOKIE",
    "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
);

/// Longer than anything here takes on a slow machine.
const LONG: Duration = Duration::from_secs(20);

/// The provider's program.
pub(crate) fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test
        .parent()
        .unwrap()
        .parent()
        .unwrap()
        .join("examples/wire");
    assert!(
        program.exists(),
        "build it first: cargo build -p tfplugin-rs --example wire"
    );
    program
}

/// The provider with the environment that Terraform gives, less the certificate.
pub(crate) fn command() -> Command {
    let mut command = Command::new(program());
    command
        .env_clear()
        .env(COOKIE.0, COOKIE.1)
        .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
        .env("TF_LOG", "info")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// What a provider that ended by itself left behind.
pub(crate) async fn refused(mut command: Command) -> (ExitStatus, String, String) {
    let output = timeout(LONG, command.output())
        .await
        .expect("it ends by itself")
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status, text(output.stdout), text(output.stderr))
}

/// A provider that announced itself.
pub(crate) struct Plugin {
    pub(crate) child: Child,
    /// The fields of the handshake.
    pub(crate) handshake: Vec<String>,
    stdout: BufReader<ChildStdout>,
    stderr: watch::Receiver<String>,
}

impl Plugin {
    /// Starts the provider with the certificate of `key`.
    pub(crate) async fn with_client(key: &ClientKey) -> Self {
        let mut command = command();
        command.env("PLUGIN_CLIENT_CERT", pem(&key.certificate()));
        Self::start(command).await
    }

    /// Starts the provider and reads its first line.
    pub(crate) async fn start(command: Command) -> Self {
        let mut plugin = Self::spawn(command);
        let line = plugin.stdout_line().await;
        plugin.handshake = line.split('|').map(str::to_owned).collect();
        plugin
    }

    pub(crate) fn spawn(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (sender, stderr) = watch::channel(String::new());
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                sender.send_modify(|text| {
                    text.push_str(&line);
                    text.push('\n');
                });
            }
        });
        Self {
            child,
            handshake: Vec::new(),
            stdout,
            stderr,
        }
    }

    pub(crate) async fn stdout_line(&mut self) -> String {
        let mut line = String::new();
        timeout(LONG, self.stdout.read_line(&mut line))
            .await
            .expect("a line")
            .unwrap();
        line.trim_end().to_owned()
    }

    /// What came on stdout after the lines read so far; returns when the provider closes it.
    pub(crate) async fn rest_of_stdout(&mut self) -> String {
        let mut rest = String::new();
        timeout(LONG, self.stdout.read_to_string(&mut rest))
            .await
            .expect("an end")
            .unwrap();
        rest
    }

    /// Path of the socket.
    pub(crate) fn socket(&self) -> PathBuf {
        PathBuf::from(&self.handshake[3])
    }

    pub(crate) fn certificate(&self) -> CertificateDer<'static> {
        CertificateDer::from(STANDARD_NO_PAD.decode(&self.handshake[5]).expect("base64"))
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id().expect("running")).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits for the end and says how long it took.
    pub(crate) async fn ended(&mut self) -> (ExitStatus, Duration) {
        let start = Instant::now();
        let status = timeout(LONG, self.child.wait())
            .await
            .expect("it ends")
            .unwrap();
        (status, start.elapsed())
    }

    /// Waits until stderr says `text`, and returns all of it.
    pub(crate) async fn stderr_with(&mut self, text: &str) -> String {
        self.stderr_with_times(text, 1).await
    }

    /// Waits until stderr has said `text` so many times.
    pub(crate) async fn stderr_with_times(&mut self, text: &str, times: usize) -> String {
        let said = |stderr: &String| stderr.matches(text).count() >= times;
        let found = timeout(LONG, self.stderr.wait_for(said)).await;
        match found {
            Ok(Ok(stderr)) => stderr.clone(),
            _ => panic!("stderr never said `{text}`"),
        }
    }

    /// Waits until stderr is closed, which is when every process that inherited it is gone.
    pub(crate) async fn stderr_closed(&mut self) {
        timeout(LONG, async { while self.stderr.changed().await.is_ok() {} })
            .await
            .expect("an end");
    }
}
