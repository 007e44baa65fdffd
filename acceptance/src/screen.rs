//! What a person sees: a spinner and colours on a terminal, plain lines anywhere else.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Standard output, which is either a terminal or something that keeps lines.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    terminal: bool,
    silent: bool,
}

/// The colour of a mark; the words beside it say the same, so nothing depends on it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Colour {
    Green,
    Red,
    Yellow,
    Dim,
}

impl Colour {
    fn code(self) -> &'static str {
        match self {
            Self::Green => "32",
            Self::Red => "31",
            Self::Yellow => "33",
            Self::Dim => "2",
        }
    }
}

impl Screen {
    /// The screen of this process; `NO_COLOR` makes a terminal plain.
    pub(crate) fn new() -> Self {
        let terminal = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self {
            terminal,
            silent: false,
        }
    }

    /// A screen that shows nothing, for when standard output carries JSON.
    pub(crate) fn silent() -> Self {
        Self {
            terminal: false,
            silent: true,
        }
    }

    /// Writes one line; a closed pipe is not an error worth ending for.
    pub(crate) fn line(self, text: impl AsRef<str>) {
        if !self.silent {
            let _ = writeln!(io::stdout().lock(), "{}", text.as_ref());
        }
    }

    /// `text` in `colour` where the screen has colours.
    pub(crate) fn paint(self, colour: Colour, text: &str) -> String {
        if self.terminal {
            format!("\u{1b}[{}m{text}\u{1b}[0m", colour.code())
        } else {
            text.to_owned()
        }
    }

    /// Shows that `what` is under way until the returned value is dropped.
    pub(crate) fn progress(self, what: &str) -> Progress {
        if !self.terminal {
            return Progress { bar: None };
        }
        let bar = ProgressBar::new_spinner();
        if let Ok(style) =
            ProgressStyle::with_template("{spinner} {prefix} {elapsed} {wide_msg:.dim}")
        {
            bar.set_style(style);
        }
        bar.set_prefix(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(100));
        Progress { bar: Some(bar) }
    }
}

/// One line that is rewritten while something runs; nothing where there is no terminal.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Replaces the text beside the spinner, for instance by the last line of a compiler.
    pub(crate) fn note(&self, text: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(text.trim().to_owned());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Reports why a whole command could not run.
pub(crate) fn complain(problem: &anyhow::Error) {
    let _ = writeln!(io::stderr().lock(), "Error: {problem:#}");
}
