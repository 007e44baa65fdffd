//! Expected output: what differs from run to run taken out, then compared as text.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use regex_lite::Regex;
use similar::TextDiff;

/// Replaces what may differ between two correct runs by a word in angle brackets.
#[derive(Debug)]
pub(crate) struct Normaliser {
    /// The same for every case, and there only because the provider under test is not a released one.
    override_note: Regex,
    rules: Vec<(Regex, &'static str)>,
    /// This host, as the node of its own GPUs.
    host: Regex,
}

/// Where goldens break prose, as Terraform does.
const WIDTH: usize = 78;

/// Lines that Terraform prints when it gets round to it, in no fixed order.
const UNORDERED: [&str; 8] = [
    ": Refreshing state...",
    ": Reading...",
    ": Read complete after",
    ": Still creating...",
    ": Still destroying...",
    ": Still modifying...",
    ": Still reading...",
    ": Preparing import...",
];

impl Normaliser {
    /// # Errors
    /// Never, unless a pattern in this file is wrong.
    pub(crate) fn new() -> Result<Self> {
        let rules = [
            (
                r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?",
                "<time>",
            ),
            (r"\b[0-9a-f]{64}\b", "<sha256>"),
            (r"<sha256>-[0-9a-f]{16}\b", "<sha256>-<engine>"),
            (r"\bsnapshot-[0-9a-f]{16}\b", "snapshot-<digest>"),
            (
                r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
                "<uuid>",
            ),
            (r"\bafter \d+(m\d+)?s\b", "after <duration>"),
            (r"\b\d+(\.\d+)? ?(ns|us|µs|ms)\b", "<duration>"),
            (
                r"\b\d+(\.\d+)? ?(s|seconds?|minutes?) ago\b",
                "<duration> ago",
            ),
            (r"\b127\.0\.0\.1:\d+", "127.0.0.1:<port>"),
            (r"\bprocess `?\d+`?", "process <pid>"),
        ];
        let rules = rules
            .into_iter()
            .map(|(pattern, word)| Ok((Regex::new(pattern)?, word)))
            .collect::<Result<_>>()?;
        let override_note = Regex::new(
            r"(?s)Warning: Provider development overrides are in effect.*?published\s+releases\.\n",
        )?;
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let host = Regex::new(&format!(
            "([`/\"]){}([`/\"])",
            regex_lite::escape(host.trim())
        ))?;
        Ok(Self {
            override_note,
            rules,
            host,
        })
    }

    /// The text that a golden holds: `base` is the folder whose path must not show.
    pub(crate) fn normalise(&self, text: &str, base: &Path) -> String {
        let text = text.replace(&base.display().to_string(), "<dir>");
        let mut text = unwrapped(&self.override_note.replace_all(&text, ""));
        for (pattern, word) in &self.rules {
            text = pattern.replace_all(&text, *word).into_owned();
        }
        let text = self.host.replace_all(&text, "${1}<host>${2}");
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| !UNORDERED.iter().any(|part| line.contains(part)))
            .map(str::trim_end)
            .collect();
        tidy(&in_order(&lines))
    }
}

/// Whether a diagnostic begins here.
fn begins_diagnostic(line: &str) -> bool {
    line.starts_with("Error: ") || line.starts_with("Warning: ")
}

/// Joins the lines of each paragraph of a diagnostic. Terraform breaks them at 78 columns, so a shorter time would
/// move every word after it.
fn unwrapped(text: &str) -> String {
    let mut joined = String::new();
    let mut inside = false;
    let mut open = false;
    for line in text.lines() {
        let begins = begins_diagnostic(line);
        inside |= begins;
        let flows = inside && !begins && line.starts_with(|first: char| !first.is_whitespace());
        joined.push_str(match (open && flows, joined.is_empty()) {
            (true, _) => " ",
            (false, true) => "",
            (false, false) => "\n",
        });
        joined.push_str(line);
        open = flows;
    }
    joined.push('\n');
    joined
}

/// Breaks long lines of prose again, where words end.
fn wrapped(line: &str) -> String {
    if line.starts_with(char::is_whitespace) {
        return line.to_owned();
    }
    let mut text = String::new();
    let mut column = 0;
    for word in line.split(' ') {
        let width = word.chars().count();
        if column > 0 && column + 1 + width > WIDTH {
            text.push('\n');
            column = 0;
        } else if column > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += width;
    }
    text
}

/// Diagnostics come in the order in which goroutines ended, after everything else: sorted here.
fn in_order(lines: &[&str]) -> Vec<String> {
    let mut blocks: Vec<String> = vec![String::new()];
    for line in lines {
        if begins_diagnostic(line) {
            blocks.push(String::new());
        }
        if let Some(block) = blocks.last_mut() {
            block.push_str(&wrapped(line));
            block.push('\n');
        }
    }
    if let Some(diagnostics) = blocks.get_mut(1..) {
        diagnostics.sort();
    }
    blocks
}

/// No blank line at either end, and never two together.
fn tidy(lines: &[String]) -> String {
    let mut text = lines.join("\n");
    while text.contains("\n\n\n") {
        text = text.replace("\n\n\n", "\n\n");
    }
    format!("{}\n", text.trim_matches('\n'))
}

/// The Terraform whose output the goldens hold.
const FIRST: &str = "1.11";
/// Terraforms that may have goldens of their own where they print otherwise.
const OTHERS: [&str; 1] = ["1.15"];

/// One file of expected output, which one Terraform version may have of its own.
#[derive(Debug)]
pub(crate) struct Golden {
    general: PathBuf,
    /// Set where this Terraform is not the first.
    own: Option<PathBuf>,
}

impl Golden {
    /// `name` under `folder`, as the Terraform of `line` (for instance `1.15`) prints it; none when no
    /// goldens are kept for it: a practitioner's Terraform may word its own part of the output otherwise.
    pub(crate) fn of(folder: &Path, name: &str, line: &str) -> Option<Self> {
        let own = OTHERS.contains(&line);
        (own || line == FIRST).then(|| Self {
            general: folder.join(format!("{name}.txt")),
            own: own.then(|| folder.join(format!("{name}.terraform-{line}.txt"))),
        })
    }

    /// Compares, or with `bless` writes.
    ///
    /// # Errors
    /// The difference, and how to accept it.
    pub(crate) fn check(&self, found: &str, bless: bool) -> Result<()> {
        if bless {
            return self.write(found);
        }
        let file = self
            .own
            .as_ref()
            .filter(|own| own.is_file())
            .unwrap_or(&self.general);
        let expected = fs::read_to_string(file).with_context(|| {
            format!("no expected output {}; `--bless` writes it", file.display())
        })?;
        if expected == found {
            return Ok(());
        }
        let difference = TextDiff::from_lines(expected.as_str(), found);
        let difference = difference
            .unified_diff()
            .header("expected", "found")
            .to_string();
        bail!(
            "output differs from {}; `--bless` accepts it\n{difference}",
            file.display()
        );
    }

    /// A Terraform that prints what the first one does has no file of its own.
    fn write(&self, found: &str) -> Result<()> {
        if let Some(folder) = self.general.parent() {
            fs::create_dir_all(folder)?;
        }
        let Some(own) = &self.own else {
            return Ok(fs::write(&self.general, found)?);
        };
        let same = fs::read_to_string(&self.general).is_ok_and(|general| general == found);
        match same {
            true if own.is_file() => Ok(fs::remove_file(own)?),
            true => Ok(()),
            false => Ok(fs::write(own, found)?),
        }
    }
}

#[cfg(test)]
mod unit {
    use super::Normaliser;
    use std::path::Path;

    #[test]
    fn what_differs_between_runs_is_taken_out() {
        let text = "\
Warning: Provider development overrides are in effect

The following provider development overrides are set in the CLI
configuration. Applying may cause the state to become incompatible with published
releases.
portcullis_gpu_pool.a: Refreshing state... [id=a]
Fetched 2026-11-23T04:00:00Z from /tmp/x/work/fleet.csv in 12.5 ms   


Done after 1s

Error: b

Seen at 2026-11-23T04:00:00Z, which is the time when the inventory was looked
at
last.

  why b

Error: a
";
        let found = Normaliser::new()
            .unwrap()
            .normalise(text, Path::new("/tmp/x"));
        let expected = "\
Fetched <time> from <dir>/work/fleet.csv in <duration>

Done after <duration>

Error: a

Error: b

Seen at <time>, which is the time when the inventory was looked at last.

  why b
";
        assert_eq!(found, expected);
    }
}
