//! Colours, where they are seen and wanted.

use std::io::{self, IsTerminal as _};

/// How text is written: with colours on a terminal, without anywhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Paint {
    colours: bool,
}

impl Paint {
    /// For standard output. `NO_COLOR` in the environment turns colours off.
    pub(crate) fn new() -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self {
            colours: wanted && io::stdout().is_terminal(),
        }
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.painted("1", text)
    }

    pub(crate) fn faint(self, text: &str) -> String {
        self.painted("2", text)
    }

    /// What needs looking at.
    pub(crate) fn alarm(self, text: &str) -> String {
        self.painted("31", text)
    }

    fn painted(self, code: &str, text: &str) -> String {
        if self.colours {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Paint;

    #[test]
    fn no_escape_is_written_where_nobody_sees_colours() {
        assert_eq!(Paint { colours: false }.alarm("x"), "x");
        assert_eq!(Paint { colours: true }.alarm("x"), "\u{1b}[31mx\u{1b}[0m");
    }
}
