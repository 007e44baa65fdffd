//! `cargo measure`: figures beside their targets, measured in pairs on this machine.

use std::fs;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::process::Process;
use crate::repository;
use crate::screen::{Colour, Progress, Screen};

mod against_go;
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

use figure::Figure;

/// Options of `cargo measure`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Few repetitions: to see whether something broke, not for figures to quote
    #[arg(long)]
    quick: bool,
    /// Print the figures and leave docs/measurements.md as it is
    #[arg(long)]
    dry: bool,
    /// Only this table; all of them when left out
    table: Option<Table>,
}

/// The groups of figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Table {
    /// Beside a provider written in Go
    Go,
    /// Inside the crates
    Inside,
    /// The connector `kubernetes` on a large cluster; nothing without a kube-apiserver
    Kubernetes,
    /// Plugins, and what users judge plans with today
    Plugins,
}

impl Arguments {
    fn wants(&self, table: Table) -> bool {
        self.table.is_none_or(|only| only == table)
    }

    /// A page is written from whole tables with all their repetitions.
    fn writes(&self) -> bool {
        !self.dry && !self.quick && self.table.is_none()
    }
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
    let mut figures = Vec::new();
    if arguments.wants(Table::Go) {
        build(&screen.progress("building release programs"))?;
        figures.extend(against_go::figures(
            repeats,
            &screen.progress("against the Go provider"),
        )?);
    }
    if arguments.wants(Table::Inside) {
        let times = if arguments.quick { 1 } else { 5 };
        figures.extend(inside::figures(
            times,
            &screen.progress("inside the crates"),
        )?);
    }
    if arguments.wants(Table::Kubernetes) {
        let nodes: &[usize] = if arguments.quick {
            &[1_000]
        } else {
            &[5_000, 10_000]
        };
        figures.extend(kubernetes::figures(
            nodes,
            &screen.progress("a large cluster"),
        )?);
    }
    if arguments.wants(Table::Plugins) {
        build(&screen.progress("building release programs"))?;
        figures.extend(plugins::figures(repeats, &screen.progress("plugins"))?);
    }
    for figure in &figures {
        screen.line(line(figure, screen));
    }
    let missed = figures.iter().filter(|figure| !figure.met()).count();
    if arguments.writes() {
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
