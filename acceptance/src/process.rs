//! Running a program: output kept in the order it was written, seconds taken, and never for ever.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

/// A program that ended by itself.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) status: ExitStatus,
    /// Standard output and standard error together, as a terminal would show them.
    pub(crate) text: String,
}

impl Finished {
    /// The exit code; 128 and more when a signal ended the program, as shells count.
    pub(crate) fn code(&self) -> i32 {
        use std::os::unix::process::ExitStatusExt;
        self.status
            .code()
            .unwrap_or_else(|| 128 + self.status.signal().unwrap_or_default())
    }

    /// The output, when the program succeeded.
    ///
    /// # Errors
    /// What was run and its last lines, when it did not.
    pub(crate) fn success(self, what: &str) -> Result<String> {
        if self.status.success() {
            return Ok(self.text);
        }
        bail!(
            "{what} ended with code {}:\n{}",
            self.code(),
            last_lines(&self.text, 40)
        )
    }
}

/// A program to run, with a limit on its time.
#[derive(Debug)]
pub(crate) struct Process {
    command: Command,
    limit: Duration,
}

impl Process {
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        command.stdin(Stdio::null());
        Self {
            command,
            limit: Duration::from_secs(45 * 60),
        }
    }

    pub(crate) fn args<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(mut self, args: I) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    pub(crate) fn dir(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    pub(crate) fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Starts from an empty environment, so that nothing of this machine's user reaches the program.
    pub(crate) fn clean_env(mut self) -> Self {
        self.command.env_clear();
        self
    }

    pub(crate) fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs to the end, handing each line to `watch` as it comes.
    ///
    /// # Errors
    /// When the program cannot be started or is still running at its limit; its process group is ended then.
    pub(crate) fn watched(mut self, mut watch: impl FnMut(&str)) -> Result<Finished> {
        let name = self.command.get_program().to_string_lossy().into_owned();
        let (reader, writer) = std::io::pipe()?;
        self.command
            .stdout(writer.try_clone()?)
            .stderr(writer)
            .process_group(0);
        let started = Instant::now();
        let mut child = self
            .command
            .spawn()
            .with_context(|| format!("cannot start `{name}`"))?;
        // The command keeps the writing end of the pipe open; without this the reader would never see the end.
        drop(self.command);
        let (sender, lines) = mpsc::channel();
        let reading = thread::spawn(move || {
            let mut reader = BufReader::new(reader);
            let mut bytes = Vec::new();
            while reader
                .read_until(b'\n', &mut bytes)
                .is_ok_and(|count| count > 0)
            {
                let line = String::from_utf8_lossy(&bytes).into_owned();
                bytes.clear();
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let mut text = String::new();
        loop {
            let left = self.limit.saturating_sub(started.elapsed());
            match lines.recv_timeout(left) {
                Ok(line) => {
                    watch(&line);
                    text.push_str(&line);
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    end_group(&mut child);
                    let seconds = self.limit.as_secs();
                    bail!(
                        "`{name}` was still running after {seconds} s:\n{}",
                        last_lines(&text, 40)
                    );
                }
            }
        }
        let status = child.wait()?;
        let _ = reading.join();
        Ok(Finished { status, text })
    }

    /// Runs to the end.
    ///
    /// # Errors
    /// As [`Process::watched`].
    pub(crate) fn run(self) -> Result<Finished> {
        self.watched(|_| {})
    }

    /// Runs to the end and returns standard output alone, for programs that print JSON there.
    ///
    /// # Errors
    /// When the program cannot be started or does not succeed.
    pub(crate) fn stdout(self) -> Result<Vec<u8>> {
        self.answer(&[0])
    }

    /// As [`Process::stdout`], of a program that also answers with other exit codes.
    ///
    /// # Errors
    /// When the program cannot be started or ends with another code.
    pub(crate) fn answer(mut self, codes: &[i32]) -> Result<Vec<u8>> {
        let name = self.command.get_program().to_string_lossy().into_owned();
        let output = self
            .command
            .output()
            .with_context(|| format!("cannot start `{name}`"))?;
        if !output
            .status
            .code()
            .is_some_and(|code| codes.contains(&code))
        {
            bail!(
                "`{name}` failed:\n{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(output.stdout)
    }
}

/// Ends a program and all that it started.
fn end_group(child: &mut Child) {
    if let Ok(pid) = i32::try_from(child.id()) {
        let _ = killpg(Pid::from_raw(pid), Signal::SIGKILL);
    }
    let _ = child.wait();
}

/// The last `count` lines of `text`, which is where programs say what went wrong.
pub(crate) fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let start = lines.len().saturating_sub(count);
    lines.get(start..).unwrap_or_default().join("\n")
}
