//! The caller's side: starts the child, feeds it, stops it in time, and says what its end means.

use std::ffi::OsString;
use std::io::{self, Read, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::child::{self, INVALID};
use super::{CODE_BYTES, MIB, NotCompiled};
use crate::limits::Limits;

/// Bytes of the child's own words that are read.
const WORDS_BYTES: u64 = 4096;
/// What the standard library prints before it aborts for want of memory.
const OUT_OF_MEMORY: &str = "memory allocation of ";
/// Exit code of a panic.
const PANICKED: i32 = 101;
const POLL: Duration = Duration::from_millis(1);

pub(super) fn compile(
    program: &Path,
    arguments: &[OsString],
    binary: &[u8],
    limits: &Limits,
) -> Result<Vec<u8>, NotCompiled> {
    let start = Instant::now();
    let mut child = start_child(program, arguments, limits).map_err(|error| {
        NotCompiled::Broken(format!("`{}` does not start: {error}", program.display()))
    })?;
    let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(mut input), Some(output), Some(words)) = pipes else {
        return Err(NotCompiled::Broken("has no pipes".to_owned()));
    };
    thread::scope(|scope| {
        // A child that ends early closes the pipe, and its end says why.
        scope.spawn(move || drop(input.write_all(binary)));
        let words = scope.spawn(move || read(words, WORDS_BYTES).unwrap_or_default());
        let (sender, code) = channel();
        scope.spawn(move || sender.send(read(output, CODE_BYTES + 1)));
        let code = receive(&code, limits);
        // Whatever happened, the child is gone before the pipes are waited for.
        let status = match code {
            Ok(_) => end(&mut child, start + limits.compile_time),
            Err(_) => child.kill().and_then(|()| child.wait()),
        };
        let words = words.join().unwrap_or_default();
        judge(code?, &status, &String::from_utf8_lossy(&words), limits)
    })
}

fn start_child(program: &Path, arguments: &[OsString], limits: &Limits) -> io::Result<Child> {
    Command::new(program)
        .args(arguments)
        .args(child::limits(limits))
        .env_clear()
        .envs(child::environment())
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
}

/// Everything up to that many bytes.
fn read(from: impl Read, max_bytes: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(max_bytes).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn receive(code: &Receiver<io::Result<Vec<u8>>>, limits: &Limits) -> Result<Vec<u8>, NotCompiled> {
    let code = match code.recv_timeout(limits.compile_time) {
        Ok(code) => {
            code.map_err(|error| NotCompiled::Broken(format!("cannot be read: {error}")))?
        }
        Err(RecvTimeoutError::Timeout) => return Err(out_of_time(limits)),
        Err(RecvTimeoutError::Disconnected) => {
            return Err(NotCompiled::Broken("cannot be read".to_owned()));
        }
    };
    if code.len() as u64 > CODE_BYTES {
        return Err(NotCompiled::Limit {
            limit: "size of compiled code",
            allowed: format!("{} MiB", CODE_BYTES / MIB),
        });
    }
    Ok(code)
}

fn out_of_time(limits: &Limits) -> NotCompiled {
    NotCompiled::Limit {
        limit: "time to compile",
        allowed: format!("{} s", limits.compile_time.as_secs_f32()),
    }
}

/// Waits for a child that has closed its output; one that stays is killed at the deadline.
fn end(child: &mut Child, deadline: Instant) -> io::Result<ExitStatus> {
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        thread::sleep(POLL);
    }
    child.kill()?;
    child.wait()
}

/// What the end of a child means.
fn judge(
    code: Vec<u8>,
    status: &io::Result<ExitStatus>,
    words: &str,
    limits: &Limits,
) -> Result<Vec<u8>, NotCompiled> {
    let status = match status {
        Ok(status) if status.success() => return Ok(code),
        Ok(status) => status,
        Err(error) => return Err(NotCompiled::Broken(format!("has no end: {error}"))),
    };
    if words.starts_with(OUT_OF_MEMORY) {
        return Err(NotCompiled::Limit {
            limit: "memory to compile",
            allowed: format!("{} MiB", limits.compile_memory_bytes / MIB),
        });
    }
    if status.signal() == Some(Signal::SIGXCPU as i32) {
        return Err(out_of_time(limits));
    }
    match status.code() {
        Some(code) if code == i32::from(INVALID) => Err(NotCompiled::Invalid(words.to_owned())),
        Some(PANICKED) | None => Err(NotCompiled::Invalid(format!(
            "it breaks the compiler ({status}): {words}"
        ))),
        Some(_) => Err(NotCompiled::Broken(words.to_owned())),
    }
}
