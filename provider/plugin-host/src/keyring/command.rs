//! Running a command that prints a secret.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::CommandSource;
use super::credential::Problem;
use crate::grants::SECRET_BYTES_MIN;
use crate::scrub::Scrubber;
use crate::text::visible;

/// More than this no credential takes.
const PRINTED_BYTES: u64 = 256 * 1024;
/// What is read of a complaint, and how much of its end is shown.
const COMPLAINT_BYTES: usize = 64 * 1024;
const QUOTED_CHARS: usize = 400;
/// What a program needs to find others and its own settings.
const NEEDED: [&str; 2] = ["PATH", "HOME"];

/// A command and everything that it starts; ended when dropped, as when the call for which it runs is over.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // It may have ended meanwhile, which is what is wanted.
            let _ = killpg(group, Signal::SIGKILL);
        }
    }
}

/// What the command printed.
///
/// # Errors
/// When it cannot be started, does not end in time, ends with a failure, or prints too much.
pub(super) async fn run(
    source: &CommandSource,
    scrubber: &Arc<Scrubber>,
) -> Result<String, Problem> {
    let (mut command, environment) = command(source)?;
    let mut child = command
        .spawn()
        .map_err(|error| Problem(format!("it cannot be started: {error}")))?;
    let id = child.id().and_then(|id| i32::try_from(id).ok());
    let group = Group(id.map(Pid::from_raw));
    let ended = timeout(source.limit, finish(&mut child)).await;
    drop(group);
    let Ok(ended) = ended else {
        return Err(Problem(format!(
            "it did not end within {}",
            seconds(source.limit)
        )));
    };
    let (status, printed, complaint) =
        ended.map_err(|error| Problem(format!("what it printed cannot be read: {error}")))?;
    if u64::try_from(printed.len()).unwrap_or(u64::MAX) > PRINTED_BYTES {
        return Err(Problem(format!(
            "it printed more than {PRINTED_BYTES} bytes"
        )));
    }
    if !status.success() {
        let known: Vec<&str> = environment
            .iter()
            .map(|(_, value)| value.as_str())
            .filter(|value| value.len() >= SECRET_BYTES_MIN)
            .collect();
        let complaint =
            Scrubber::of(known).text(&scrubber.text(&String::from_utf8_lossy(&complaint)));
        return Err(Problem(format!(
            "it ended with {status}{}",
            quoted(&complaint)
        )));
    }
    String::from_utf8(printed)
        .map_err(|_| Problem("it printed something that is no text".to_owned()))
}

/// The command with its whole environment, and the variables in it that were named for it: these may be secrets.
fn command(source: &CommandSource) -> Result<(Command, Vec<(String, String)>), Problem> {
    let [program, arguments @ ..] = source.words.as_slice() else {
        return Err(Problem("it has no words".to_owned()));
    };
    let own = |name: &str| Some((name.to_owned(), std::env::var(name).ok()?));
    let mut named: Vec<(String, String)> =
        source.inherit.iter().filter_map(|name| own(name)).collect();
    named.extend(source.environment.clone());
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env_clear()
        .envs(NEEDED.iter().filter_map(|name| own(name)))
        .env("KUBERNETES_EXEC_INFO", source.exec_info.to_string())
        .envs(named.iter().cloned())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    Ok((command, named))
}

type Ended = (std::process::ExitStatus, Vec<u8>, Vec<u8>);

/// Reads both ends of it at once, so that neither fills up, and waits for the end.
async fn finish(child: &mut Child) -> std::io::Result<Ended> {
    let (printed, complaint) = (child.stdout.take(), child.stderr.take());
    let (printed, complaint) =
        tokio::try_join!(first_of(printed, PRINTED_BYTES + 1), last_of(complaint))?;
    Ok((child.wait().await?, printed, complaint))
}

/// Up to so many bytes. Whoever writes more is told that nobody reads it.
async fn first_of(from: Option<impl AsyncRead + Unpin>, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        from.take(most).read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

/// The last of all bytes.
async fn last_of(from: Option<impl AsyncRead + Unpin>) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let Some(mut from) = from else {
        return Ok(bytes);
    };
    while from.read_buf(&mut bytes).await? > 0 {
        let surplus = bytes.len().saturating_sub(COMPLAINT_BYTES);
        bytes.drain(..surplus);
    }
    Ok(bytes)
}

/// The end of a complaint, where the reason stands.
fn quoted(complaint: &str) -> String {
    let complaint = complaint.trim();
    let skipped = complaint.chars().count().saturating_sub(QUOTED_CHARS);
    let end: String = complaint.chars().skip(skipped).collect();
    match end.as_str() {
        "" => String::new(),
        end => format!(" and said `{}`", visible(end, 4 * QUOTED_CHARS)),
    }
}

fn seconds(limit: Duration) -> String {
    format!("{} s", limit.as_secs())
}
