//! `cargo measure`: figures beside their targets, measured in pairs on this machine.

use std::fs;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::process::Process;
use crate::repository;
use crate::screen::{Colour, Progress, Screen};

mod against_go;
mod figure;
mod handshake;
mod machine;
mod page;
mod paired;
mod plan;

use figure::Figure;

/// Options of `cargo measure`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Few repetitions: to see whether something broke, not for figures to quote
    #[arg(long)]
    quick: bool,
    /// Print the table and leave docs/measurements.md as it is
    #[arg(long)]
    dry: bool,
}

/// How often to repeat what takes milliseconds, and what takes seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Repeats {
    short: usize,
    long: usize,
}

/// Measures everything and writes the page.
///
/// # Errors
/// When something cannot be built or run at all.
pub(crate) fn measure(arguments: &Arguments) -> Result<ExitCode> {
    let screen = Screen::new();
    let repeats = if arguments.quick {
        Repeats { short: 7, long: 3 }
    } else {
        Repeats {
            short: 41,
            long: 11,
        }
    };
    build(&screen.progress("building release programs"))?;
    let mut figures = Vec::new();
    figures.extend(against_go::figures(
        repeats,
        &screen.progress("against the Go provider"),
    )?);
    for figure in &figures {
        screen.line(line(figure, screen));
    }
    let missed = figures.iter().filter(|figure| !figure.met()).count();
    if !arguments.dry && !arguments.quick {
        let page = repository::root().join("docs/measurements.md");
        fs::write(&page, page::page(&figures, &machine::Machine::here()?))?;
        screen.line("\nwritten to docs/measurements.md");
    }
    let verdict = match missed {
        0 => screen.paint(Colour::Green, "every target met"),
        count => screen.paint(Colour::Red, &format!("{count} targets missed")),
    };
    screen.line(format!("{verdict}, {} figures", figures.len()));
    Ok(ExitCode::SUCCESS)
}

fn line(figure: &Figure, screen: Screen) -> String {
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

fn build(progress: &Progress) -> Result<()> {
    Process::new("cargo")
        .args(["build", "--release", "--locked", "--package", "portcullis"])
        .dir(repository::root())
        .watched(|line| progress.note(line))?
        .success("cargo build --release")
        .map(|_| ())
}
