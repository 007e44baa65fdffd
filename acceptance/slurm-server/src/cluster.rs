//! A running cluster.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::configuration;
use crate::description::{Description, Node};
use crate::program::{INSTALL, command, is_installed};

/// How long a start may take before it counts as failed: a machine that compiles meanwhile is slow.
const PATIENCE: Duration = Duration::from_secs(60);
/// Bytes of the key that signs tokens.
const KEY_BYTES: usize = 32;

/// slurmctld, slurmrestd and the daemons of nodes; ended when dropped.
#[derive(Debug)]
pub struct Cluster {
    controller: Option<Child>,
    others: Vec<Child>,
    port: u16,
    folder: TempDir,
}

/// Somebody who may ask the REST server.
#[derive(Clone, Debug)]
pub struct User {
    /// Goes into the header `X-SLURM-USER-NAME`.
    pub name: String,
    /// Goes into the header `X-SLURM-USER-TOKEN`.
    pub token: String,
}

impl Cluster {
    /// Starts it, waits for its nodes and runs its commands.
    ///
    /// # Errors
    /// When a program is missing, does not come up, or refuses a command.
    pub fn start(description: &Description) -> Result<Self> {
        Self::start_with(description, "openapi/v0.0.38,openapi/v0.0.37")
    }

    /// As [`Cluster::start`], with these versions of the REST API.
    ///
    /// # Errors
    /// As [`Cluster::start`].
    pub fn start_with(description: &Description, versions: &str) -> Result<Self> {
        ensure!(is_installed(), "Slurm is not installed: run `{INSTALL}`");
        let folder = tempfile::Builder::new().prefix("slurm-").tempdir()?;
        key(&folder.path().join("jwt.key"))?;
        let (controller, port) = (free_port()?, free_port()?);
        let nodes = description.nodes.iter().cloned();
        let nodes: Vec<(Node, u16)> = nodes
            .map(|node| Ok((node, free_port()?)))
            .collect::<Result<_>>()?;
        configuration::write(folder.path(), &user()?, controller, &nodes)?;
        let mut cluster = Self {
            controller: None,
            others: Vec::new(),
            port,
            folder,
        };
        cluster.controller = Some(cluster.spawn("slurmctld", &["-D", "-i"])?);
        cluster.wait("slurmctld", controller)?;
        let rest = cluster.rest(versions)?;
        cluster.others.push(rest);
        for (node, _) in nodes.iter().filter(|(node, _)| node.is_up) {
            let daemon = cluster.spawn("slurmd", &["-D", "-N", &node.name])?;
            cluster.others.push(daemon);
        }
        cluster.wait("slurmrestd", port)?;
        let up = nodes.iter().filter(|(node, _)| node.is_up);
        cluster.wait_for_nodes(up.count())?;
        for words in &description.commands {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            cluster.run(&words)?;
        }
        Ok(cluster)
    }

    /// Where slurmrestd answers, over plain HTTP as always.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Whoever runs this, with a token for ten minutes.
    ///
    /// # Errors
    /// When the controller issues none.
    pub fn admin(&self) -> Result<User> {
        self.user(600)
    }

    /// As [`Cluster::admin`] with a token for so many seconds.
    ///
    /// # Errors
    /// When the controller issues none.
    pub fn user(&self, lifespan_seconds: u32) -> Result<User> {
        let lifespan = format!("lifespan={lifespan_seconds}");
        let printed = self.run(&["scontrol", "token", &lifespan])?;
        let token = printed.trim().strip_prefix("SLURM_JWT=");
        Ok(User {
            name: user()?,
            token: token.context("scontrol printed no token")?.to_owned(),
        })
    }

    /// Runs a program of Slurm against this cluster, and gives what it printed.
    ///
    /// # Errors
    /// What it says when it refuses.
    pub fn run(&self, words: &[&str]) -> Result<String> {
        let [program, rest @ ..] = words else {
            bail!("a command without words");
        };
        let output = self.command(program).args(rest).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "`{}`: {said}", words.join(" "));
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Ends the controller, so that the REST server has nobody to ask.
    ///
    /// # Errors
    /// When it does not end.
    pub fn end_controller(&mut self) -> Result<()> {
        self.run(&["scontrol", "shutdown", "slurmctld"])?;
        if let Some(mut controller) = self.controller.take() {
            controller.wait()?;
        }
        Ok(())
    }

    fn command(&self, program: &str) -> Command {
        let mut command = command(program);
        command
            .env("SLURM_CONF", self.folder.path().join("slurm.conf"))
            .stdin(Stdio::null());
        command
    }

    fn spawn(&self, program: &str, flags: &[&str]) -> Result<Child> {
        let log = File::create(self.folder.path().join(format!("{program}.out")))?;
        let file = self.folder.path().join("slurm.conf");
        self.command(program)
            .args(flags)
            .arg("-f")
            .arg(file)
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start `{program}`: run `{INSTALL}`"))
    }

    /// It refuses to run as the user of the controller unless told, because then it could do everything in its own
    /// name; here that user is whoever runs the test.
    fn rest(&self, versions: &str) -> Result<Child> {
        let log = File::create(self.folder.path().join("slurmrestd.out"))?;
        self.command("slurmrestd")
            .args(["-a", "rest_auth/jwt", "-s", versions, "-f"])
            .arg(self.folder.path().join("slurm.conf"))
            .arg(format!("127.0.0.1:{}", self.port))
            .env("SLURM_JWT", "daemon")
            .env("SLURMRESTD_SECURITY", "disable_user_check")
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start `slurmrestd`: run `{INSTALL}`"))
    }

    fn wait(&self, program: &str, port: u16) -> Result<()> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
        bail!(
            "{program} was not there within {} s:\n{}",
            PATIENCE.as_secs(),
            self.log(program)
        )
    }

    fn wait_for_nodes(&self, count: usize) -> Result<()> {
        let started = Instant::now();
        let mut found = String::new();
        while started.elapsed() < PATIENCE {
            found = self.run(&["sinfo", "--noheader", "--Node", "--format=%T"])?;
            if found.lines().filter(|state| state.trim() == "idle").count() >= count {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
        let log = self.log("slurmctld");
        bail!(
            "{count} nodes were not idle within {} s: {found}\n{log}",
            PATIENCE.as_secs()
        )
    }

    /// The end of what a daemon wrote.
    fn log(&self, program: &str) -> String {
        let file = self.folder.path().join(format!("{program}.out"));
        let text = fs::read_to_string(file).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let last = lines.get(lines.len().saturating_sub(20)..);
        last.unwrap_or_default().join("\n")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.others
            .iter_mut()
            .chain(&mut self.controller)
            .for_each(end);
    }
}

fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// A key that only its owner may read, as slurmctld demands.
fn key(path: &Path) -> Result<()> {
    let mut random = File::open("/dev/urandom")?;
    let mut bytes = [0; KEY_BYTES];
    std::io::Read::read_exact(&mut random, &mut bytes)?;
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    Ok(file.write_all(&bytes)?)
}

/// The name of the user who runs this.
fn user() -> Result<String> {
    let id = fs::metadata("/proc/self")?.uid().to_string();
    let users = fs::read_to_string("/etc/passwd")?;
    let of_user = users
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>());
    let name = of_user
        .into_iter()
        .find(|fields| fields.get(2) == Some(&id.as_str()))
        .and_then(|fields| fields.first().map(|name| (*name).to_owned()));
    name.context("the user who runs this has no name")
}

/// A port that nobody listens on at this moment.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
