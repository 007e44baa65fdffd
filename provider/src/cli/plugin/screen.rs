//! What a person sees: colours and a spinner on a terminal, plain lines anywhere else, JSON for programs.

use std::io::{self, IsTerminal as _, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use portcullis_plugin_host::lock::Change;
use serde::Serialize;

use super::Failure;

/// How the answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Text { colours: bool },
    Json,
}

impl Format {
    /// JSON when it was asked for; otherwise text, in colours where they are seen and wanted.
    pub(super) fn new(json: bool) -> Self {
        if json {
            return Self::Json;
        }
        let colours = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self::Text { colours }
    }

    /// Writes the answer: as JSON, or by `print`.
    pub(super) fn write<T: Serialize>(
        self,
        answer: &T,
        print: impl FnOnce(&mut dyn Write, &T) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        if self == Self::Json {
            let text = serde_json::to_string_pretty(answer).map_err(io::Error::from)?;
            writeln!(out, "{text}")?;
        } else {
            print(&mut out, answer)?;
        }
        Ok(())
    }

    /// One changed thing, as a diff shows it: what is asked for anew stands out.
    pub(super) fn change(self, change: &Change) -> String {
        let code = match change {
            Change::Value { .. } => "33",
            Change::AsksFor { .. } => "31",
            Change::NoLongerAsksFor { .. } => "32",
        };
        match self {
            Self::Text { colours: true } => format!("\u{1b}[{code}m{change}\u{1b}[0m"),
            Self::Text { colours: false } | Self::Json => change.to_string(),
        }
    }
}

/// Turns on standard error while something takes long; gone when it is dropped, and never there without a terminal.
pub(super) struct Spinner(ProgressBar);

impl Spinner {
    pub(super) fn start(what: String) -> Self {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
            bar.set_style(style);
        }
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
