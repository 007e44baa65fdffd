//! A guide in docs/guides as a reader carries it out: files that it gives are written, commands that it shows are run, and
//! what they print is compared with what it says.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use tempfile::NamedTempFile;

use crate::process::Process;

/// Stands for any number of lines, or at the end of a line for its rest.
const ANYTHING: &str = "...";

/// Something that a guide asks its reader to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Write a file: a fenced block with `file=<path>` after its language.
    Write { path: String, text: String },
    /// Run a command of a `console` block, and see that.
    Run {
        command: String,
        output: Vec<String>,
    },
}

/// What a guide asks for, in order.
pub(crate) fn deeds(guide: &str) -> Vec<Deed> {
    let mut deeds = Vec::new();
    let mut lines = guide.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else {
            continue;
        };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if let Some((_, path)) = info.split_once("file=") {
            deeds.push(Deed::Write {
                path: path.to_owned(),
                text: block.join("\n") + "\n",
            });
        } else if info == "console" {
            deeds.extend(commands(&block));
        }
    }
    deeds
}

fn commands(block: &[&str]) -> Vec<Deed> {
    let mut deeds: Vec<Deed> = Vec::new();
    for line in block {
        match (line.strip_prefix("$ "), deeds.last_mut()) {
            (Some(command), _) => deeds.push(Deed::Run {
                command: command.to_owned(),
                output: Vec::new(),
            }),
            (None, Some(Deed::Run { output, .. })) => output.push((*line).to_owned()),
            (None, _) => {}
        }
    }
    deeds
}

/// A reader with a folder to work in.
#[derive(Debug)]
pub(crate) struct Reader {
    folder: PathBuf,
    /// Where programs are looked for, and what else the reader has set.
    environment: Vec<(String, String)>,
}

impl Reader {
    pub(crate) fn new(folder: &Path, environment: Vec<(String, String)>) -> Self {
        Self {
            folder: folder.to_owned(),
            environment,
        }
    }

    /// Does as the guide says.
    ///
    /// # Errors
    /// What did not go as the guide says.
    pub(crate) fn act(&mut self, deed: &Deed, watch: impl FnMut(&str)) -> Result<()> {
        match deed {
            Deed::Write { path, text } => {
                let path = self.folder.join(path);
                fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
            }
            Deed::Run { command, output } => match command.strip_prefix("cd ") {
                Some(folder) => {
                    self.folder.push(folder);
                    Ok(())
                }
                None => self.run(command, output, watch),
            },
        }
    }

    fn run(&self, command: &str, expected: &[String], watch: impl FnMut(&str)) -> Result<()> {
        // What compilers say on their way, on standard error, is different each time and no part of a guide.
        let errors = NamedTempFile::new()?;
        let mut process = Process::new("sh")
            .args(["-c", &format!("{{ {command}\n}} 2>\"$0\"")])
            .arg(errors.path())
            .dir(&self.folder);
        for (name, value) in &self.environment {
            process = process.env(name, value);
        }
        let finished = process.watched(watch)?;
        if !finished.status.success() {
            let errors = fs::read_to_string(errors.path())?;
            bail!("`{command}` failed:\n{}{errors}", finished.text);
        }
        let text = finished.text;
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        let found: Vec<&str> = text.lines().map(str::trim_end).collect();
        if fits(&expected, &found) {
            return Ok(());
        }
        bail!(
            "`{command}` was to print\n{}\nand printed\n{text}",
            expected.join("\n")
        )
    }
}

/// Whether the lines are the expected ones.
fn fits(expected: &[&str], found: &[&str]) -> bool {
    match (expected, found) {
        ([], []) => true,
        ([ANYTHING, rest @ ..], _) => {
            (0..=found.len()).any(|from| found.get(from..).is_some_and(|found| fits(rest, found)))
        }
        ([line, rest @ ..], [first, found @ ..]) => {
            let same = match line.strip_suffix(ANYTHING) {
                Some(beginning) => first.starts_with(beginning.trim_end()),
                None => line == first,
            };
            same && fits(rest, found)
        }
        _ => false,
    }
}

#[cfg(test)]
mod unit {
    use super::{Deed, deeds, fits};

    #[test]
    fn files_and_commands_are_found_in_order() {
        let guide = "# T\n```hcl\nx\n```\n```rust file=src/a.rs\nfn a() {}\n```\ntext\n```console\n$ one\nout\n$ two\n```\n";
        let run = |command: &str, output: &[&str]| Deed::Run {
            command: command.to_owned(),
            output: output.iter().map(|&line| line.to_owned()).collect(),
        };
        let write = Deed::Write {
            path: "src/a.rs".to_owned(),
            text: "fn a() {}\n".to_owned(),
        };
        assert_eq!(deeds(guide), [write, run("one", &["out"]), run("two", &[])]);
    }

    #[test]
    fn what_may_differ_is_left_out_and_nothing_else() {
        assert!(fits(&["a", "...", "z"], &["a", "b", "c", "z"]));
        assert!(fits(&["a ...", "..."], &["a 12 ms"]));
        assert!(!fits(&["a", "z"], &["a", "b", "z"]));
        assert!(!fits(&["a", "..."], &["b"]));
        assert!(!fits(&["...", "z"], &["z", "more"]));
    }
}
