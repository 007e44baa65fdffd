//! Where in a file something is wrong.

use std::fmt;

/// Where in a file something is wrong; both count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A character of a line.
    Character {
        /// The line.
        line: u64,
        /// The character in it.
        column: u64,
    },
    /// A field of a CSV row.
    Field {
        /// The line at which the row starts.
        line: u64,
        /// The field in it.
        column: u64,
        /// The heading of the field's column.
        heading: String,
    },
    /// A whole line.
    Line(u64),
}

impl Place {
    /// The place of a byte of a text.
    pub(super) fn of_offset(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() as u64 + 1;
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count() as u64
            + 1;
        Self::Character { line, column }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Character { line, column } => write!(f, "line {line}, column {column}"),
            Self::Field {
                line,
                column,
                heading,
            } => {
                write!(f, "line {line}, column {column} (`{heading}`)")
            }
            Self::Line(line) => write!(f, "line {line}"),
        }
    }
}
