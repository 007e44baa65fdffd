//! Where the value of a secret comes from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::credential::{self, Problem};
use super::{Held, MARGIN_SECONDS, command};
use crate::grants::sendable;
use crate::http::target::Origin;
use crate::scrub::Scrubber;
use crate::secret::Secret;

/// Seconds after which what a file held counts as ended, so that it is read again a minute after it was: those who renew
/// tokens do so long before they end.
const FILE_SECONDS: u32 = 60 + MARGIN_SECONDS;
/// A token takes a few kilobytes.
const FILE_BYTES: u64 = 64 * 1024;

/// Where the value of a secret comes from when it is needed.
#[derive(Clone)]
pub enum SecretSource {
    /// It is known already.
    Value(Secret),
    /// The whole text of a file without the line end; read again after a minute, because such files are renewed.
    File(PathBuf),
    /// What a command prints: a text, or a credential as `kubectl`'s plugins print it
    /// (`client.authentication.k8s.io`), which says when it ends.
    Command(CommandSource),
}

/// A command that prints a secret. It runs without a terminal, with `PATH`, `HOME` and what is named here as its whole
/// environment, and never while configuration is only validated.
#[derive(Clone)]
pub struct CommandSource {
    /// The program, looked up on the search path unless it has a slash, and its arguments.
    pub words: Vec<String>,
    /// Variables with their values.
    pub environment: BTreeMap<String, String>,
    /// Variables that are passed on from the host's own environment.
    pub inherit: Vec<String>,
    /// How long it may run.
    pub limit: Duration,
    /// What a plugin of `kubectl` is told in `KUBERNETES_EXEC_INFO`.
    pub exec_info: Value,
}

/// A source with the secret that it is of.
#[derive(Clone, Debug)]
pub(crate) struct Origined {
    pub(crate) name: String,
    pub(crate) source: SecretSource,
    /// The only origin it may be sent to; `None` for what the manifest says.
    pub(crate) origin: Option<Origin>,
}

/// Values and arguments stay out of every log.
impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

impl fmt::Debug for CommandSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

impl Origined {
    pub(crate) fn is_for(&self, origin: &Origin) -> bool {
        self.origin.as_ref().is_none_or(|only| only == origin)
    }
}

impl CommandSource {
    /// What a plugin of `kubectl` is told: the version of the credential that it is to print, such as
    /// `client.authentication.k8s.io/v1`, that nobody is there to be asked, and of which cluster, if that is to be said.
    #[must_use]
    pub fn exec_info(version: &str, cluster: Option<Value>) -> Value {
        let spec = match cluster {
            None => json!({"interactive": false}),
            Some(cluster) => json!({"interactive": false, "cluster": cluster}),
        };
        json!({"apiVersion": version, "kind": "ExecCredential", "spec": spec})
    }

    /// The program alone: arguments may hold what nobody should see.
    fn shown(&self) -> String {
        let program = self.words.first().map_or("", String::as_str);
        let program = Path::new(program).file_name().unwrap_or_default();
        format!("the command `{}`", program.to_string_lossy().escape_debug())
    }
}

impl SecretSource {
    fn shown(&self) -> String {
        match self {
            Self::Value(_) => "a value".to_owned(),
            Self::File(path) => format!("the file `{}`", path.display().to_string().escape_debug()),
            Self::Command(command) => command.shown(),
        }
    }

    /// The value, or a clause and a remedy.
    pub(super) async fn fetch(
        &self,
        now: u32,
        scrubber: &Arc<Scrubber>,
    ) -> Result<Held, (String, String)> {
        let fetched = match self {
            Self::Value(secret) => Ok(Held {
                secret: secret.clone(),
                ends: None,
            }),
            Self::File(path) => file(path).await.map(|secret| Held {
                secret,
                ends: Some(now.saturating_add(FILE_SECONDS)),
            }),
            Self::Command(source) => match command::run(source, scrubber).await {
                Ok(printed) => credential::read(&printed, now),
                Err(problem) => Err(problem),
            },
        };
        let fetched = fetched.and_then(|held| match sendable(held.secret.expose()) {
            Ok(()) => Ok(held),
            Err((reason, _)) => Err(Problem(reason.to_owned())),
        });
        fetched.map_err(|Problem(problem)| {
            let remedy = match self {
                Self::Command(_) => {
                    "Run the command where Terraform runs, as the same user and with no other variables than `PATH`, \
                     `HOME` and those that the block names; it has to print the secret, or a credential of \
                     `client.authentication.k8s.io` with a token."
                }
                Self::File(_) | Self::Value(_) => {
                    "Check that the file is there, that this user may read it, and that it holds the token alone."
                }
            };
            (format!("{}: {problem}", self.shown()), remedy.to_owned())
        })
    }
}

async fn file(path: &Path) -> Result<Secret, Problem> {
    use tokio::io::AsyncReadExt as _;
    let problem = |error: std::io::Error| Problem(error.to_string());
    let file = tokio::fs::File::open(path).await.map_err(problem)?;
    let mut text = String::new();
    let mut file = file.take(FILE_BYTES + 1);
    let read = file.read_to_string(&mut text).await.map_err(problem)?;
    let read = u64::try_from(read).unwrap_or(u64::MAX);
    if read > FILE_BYTES {
        return Err(Problem(format!("it has more than {FILE_BYTES} bytes")));
    }
    Ok(Secret::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}
