//! `cargo measure`: figures beside their targets, measured in pairs on this machine.
//!
//! Each row stands alone: one that fails is told with its reason, the others are measured all the same, and the command
//! ends with a failure.

use std::fs;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use crate::process::Process;
use crate::repository;
use crate::screen::{Colour, Progress, Screen};

mod against_go;
mod example;
mod figure;
mod handshake;
mod inside;
mod kubernetes;
mod machine;
mod page;
mod paired;
mod plan;
mod plugins;
mod policies;
mod row;
mod rows;

use figure::Figure;
use machine::Machine;
use row::{Bench, Line, Measured};

/// Options of `cargo measure`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Measure only this row; may be given again
    #[arg(long, value_name = "ROW")]
    only: Vec<String>,
    /// List the rows and end
    #[arg(long)]
    list: bool,
    /// Few repetitions: to see whether something broke, not for figures to quote
    #[arg(long)]
    quick: bool,
    /// Print the figures and leave docs/measurements.md as it is
    #[arg(long)]
    dry: bool,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// A page is written from all rows with all their repetitions.
    fn writes(&self) -> bool {
        !self.dry && !self.quick && self.only.is_empty()
    }
}

/// How often to repeat what takes milliseconds, what takes seconds, and a whole example that repeats by itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Repeats {
    short: usize,
    long: usize,
    whole: usize,
}

impl Repeats {
    const FULL: Self = Self {
        short: 41,
        long: 11,
        whole: 5,
    };
    const QUICK: Self = Self {
        short: 7,
        long: 3,
        whole: 1,
    };

    fn is_quick(self) -> bool {
        self.whole == Self::QUICK.whole
    }
}

/// Measures row after row and writes the page. A target that is missed is told and no failure.
///
/// # Errors
/// When a row that was asked for does not exist, or the page cannot be written.
pub(crate) fn measure(arguments: &Arguments) -> Result<ExitCode> {
    let rows = rows::chosen(&arguments.only)?;
    let screen = if arguments.json {
        Screen::silent()
    } else {
        Screen::new()
    };
    if arguments.list {
        for row in rows {
            Screen::new().line(row.name);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let repeats = if arguments.quick {
        Repeats::QUICK
    } else {
        Repeats::FULL
    };
    let machine = Machine::here();
    screen.line(screen.paint(Colour::Dim, &machine.short()));
    let count = rows.len();
    let mut measured = Vec::new();
    for (number, row) in (1..).zip(rows) {
        let progress = screen.progress(&format!("{number}/{count} {}", row.name));
        let bench = Bench {
            repeats,
            progress: &progress,
        };
        let done = row.carry(&bench);
        drop(progress);
        tell(&done, &format!("{number}/{count}"), screen);
        measured.push(done);
    }
    if arguments.writes() {
        let file = repository::root().join("docs/measurements.md");
        fs::write(&file, page::page(&measured, &machine))?;
        screen.line("\nwritten to docs/measurements.md");
    }
    let failed: usize = measured.iter().map(Measured::failed).sum();
    if arguments.json {
        let rows: Vec<Value> = measured.iter().map(|row| row.json(&machine)).collect();
        let report = json!({"machine": machine.json(), "rows": rows, "failed": failed});
        Screen::new().line(serde_json::to_string_pretty(&report)?);
    }
    close(&measured, failed, screen);
    Ok(if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What became of one row, as soon as it is known.
fn tell(row: &Measured, place: &str, screen: Screen) {
    let seconds = format!("{place} {} {:.1} s", row.name, row.took.as_secs_f64());
    screen.line(screen.paint(Colour::Dim, &seconds));
    for line in &row.lines {
        screen.line(match line {
            Line::Figure(figure) => told(figure, screen),
            Line::Failed { what, reason } => {
                format!("{} {what}: {reason}", screen.paint(Colour::Red, "failed"))
            }
        });
    }
}

fn told(figure: &Figure, screen: Screen) -> String {
    let mark = if figure.met() {
        screen.paint(Colour::Green, "met   ")
    } else {
        screen.paint(Colour::Red, "missed")
    };
    format!(
        "{mark} {:48} {:26} target {}",
        figure.what,
        figure.found(),
        figure.target()
    )
}

/// The last line: what was missed and what failed.
fn close(rows: &[Measured], failed: usize, screen: Screen) {
    let figures = rows.iter().flat_map(Measured::figures);
    let (mut count, mut missed) = (0, 0);
    for figure in figures {
        count += 1;
        missed += usize::from(!figure.met());
    }
    let verdict = match missed {
        0 => screen.paint(Colour::Green, "every target met"),
        missed => screen.paint(Colour::Red, &format!("{missed} targets missed")),
    };
    let failed = match failed {
        0 => String::new(),
        failed => screen.paint(Colour::Red, &format!(", {failed} failed")),
    };
    screen.line(format!("{verdict}, {count} figures{failed}"));
}

/// Builds the provider and the CLI for release.
fn build(progress: &Progress) -> Result<()> {
    Process::new("cargo")
        .args(["build", "--release", "--locked", "--package", "portcullis"])
        .dir(repository::root())
        .watched(|line| progress.note(line))?
        .success("cargo build --release")
        .map(|_| ())
}
