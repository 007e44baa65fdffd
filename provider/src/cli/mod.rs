//! The CLI: one file a verb.

mod basis;
mod check;
mod completions;
mod docs;
mod exit;
mod explain;
mod facts;
mod graph;
mod inventory;
mod ledger;
mod manual;
mod orphans;
mod paint;
mod path;
mod plan_file;
mod plugin;
mod provider;
mod reservations;
mod shown;
mod sources;
mod told;
mod where_are;
mod who_can;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub(crate) use exit::Exit;

/// Workload identities, GPU pools and permission splits, from the command line.
///
/// Exit status: 0 pass, 1 error, 2 violation, 3 unknown or stale.
#[derive(Debug, Parser)]
#[command(name = "portcullis", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

/// Each verb is documented, for `--help` too, where it is written.
#[derive(Debug, Subcommand)]
enum Verb {
    Inventory(Box<inventory::Inventory>),
    Check(check::Check),
    WhoCan(who_can::WhoCan),
    Path(path::Path),
    WhereAre(where_are::WhereAre),
    Orphans(orphans::Orphans),
    Explain(explain::Explain),
    Graph(graph::Graph),
    Ledger(ledger::Ledger),
    Reservations(reservations::Reservations),
    Plugin(plugin::Plugin),
    Provider(provider::Provider),
    Completions(completions::Completions),
    #[command(hide = true)]
    Docs(docs::Docs),
}

/// Runs the CLI on this process's arguments.
pub(crate) fn main() -> ExitCode {
    let named_as_provider = std::env::args_os().next().is_some_and(|name| {
        let name = std::path::Path::new(&name);
        name.file_stem()
            .is_some_and(|stem| stem.to_string_lossy().starts_with("terraform-provider"))
    });
    if named_as_provider && std::env::args_os().len() == 1 {
        // Run by hand: the provider explains itself, and Terraform's handshake is refused.
        return crate::serve::serve(false);
    }
    // A wrong word or flag is an error like others; clap would exit with 2, which means a violation here.
    match Cli::try_parse() {
        Ok(cli) => run(cli),
        Err(error) => {
            let _ = error.print();
            if error.use_stderr() {
                Exit::Error.into()
            } else {
                ExitCode::SUCCESS
            }
        }
    }
}

/// Runs the verb that the arguments name.
fn run(cli: Cli) -> ExitCode {
    let outcome = match cli.verb {
        Verb::Inventory(verb) => verb.run(),
        Verb::Check(verb) => verb.run(),
        Verb::WhoCan(verb) => verb.run(),
        Verb::Path(verb) => verb.run(),
        Verb::WhereAre(verb) => verb.run(),
        Verb::Orphans(verb) => verb.run(),
        Verb::Explain(verb) => verb.run(),
        Verb::Graph(verb) => verb.run(),
        Verb::Ledger(verb) => verb.run(),
        Verb::Reservations(verb) => verb.run(),
        Verb::Plugin(verb) => verb.run(),
        Verb::Provider(verb) => return verb.run(),
        Verb::Completions(verb) => verb.run(),
        Verb::Docs(verb) => verb.run(),
    };
    match outcome {
        Ok(exit) => exit.into(),
        // A reader that went away, such as `| head`, is no failure of ours.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(failure) => {
            let _ = writeln!(io::stderr().lock(), "Error: {failure}");
            Exit::Error.into()
        }
    }
}

/// Why a verb could not answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Standard output is closed or broken.
    #[error("Output cannot be written\n\n{0}")]
    Output(#[from] io::Error),
    /// The answer could not be had; the text says what was asked, found and what to do.
    #[error("{0}")]
    Answer(String),
}

impl Failure {
    /// A failure told by an error of one of our crates, which all speak in summary, detail and remedy.
    pub(crate) fn told(error: impl std::fmt::Display) -> Self {
        let text = error.to_string();
        Self::Answer(text.replacen('\n', "\n\n", 1))
    }
}

impl From<tfplugin::Stop> for Failure {
    fn from(stop: tfplugin::Stop) -> Self {
        let tfplugin::Stop::Failed(diagnostics) = stop else {
            return Self::Answer("A value that is needed is not known yet".to_owned());
        };
        let texts: Vec<String> = diagnostics
            .into_iter()
            .map(|one| format!("{}\n\n{}", one.summary, one.detail))
            .collect();
        Self::Answer(texts.join("\n\n"))
    }
}

/// Runs what reads from the ledger or from sources.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(runtime.block_on(work))
}
