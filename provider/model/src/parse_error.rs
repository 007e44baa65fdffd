//! Why a text is not the noun that it should be.

use std::fmt;

use crate::visible;

/// Longest part of a refused text that a diagnostic repeats, in characters.
const SHOWN_CHARS: usize = 80;

/// A text that does not parse; displays as a whole diagnostic (summary, detail, remedy, code).
///
/// The first line is the summary; what follows is the detail. The refused text is shown truncated
/// and escaped: control characters never reach a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    noun: &'static str,
    allowed: &'static str,
    code: &'static str,
    input: String,
    found: String,
    suggestion: Option<String>,
}

impl ParseError {
    /// What the text should have been, such as `SPIFFE ID`.
    #[must_use]
    pub fn noun(&self) -> &'static str {
        self.noun
    }

    /// The refused text, truncated and escaped.
    #[must_use]
    pub fn input(&self) -> &str {
        &self.input
    }

    /// The form that is accepted, as a sentence without its full stop.
    #[must_use]
    pub fn allowed(&self) -> &'static str {
        self.allowed
    }

    /// The nearest acceptable text, where one is near enough to be meant.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }

    /// The kebab-case code, which is also the name of a page under docs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    pub(crate) fn suggesting(mut self, suggestion: impl fmt::Display) -> Self {
        self.suggestion = Some(suggestion.to_string());
        self
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            noun,
            allowed,
            code,
            input,
            found,
            suggestion,
        } = self;
        writeln!(f, "Invalid {noun}")?;
        writeln!(
            f,
            "`{input}` is not a valid {noun}: {found}. Allowed: {allowed}.\n"
        )?;
        match suggestion {
            Some(suggestion) => writeln!(f, "Did you mean `{suggestion}`?\n")?,
            None => writeln!(f, "Change the value to the allowed form.\n")?,
        }
        f.write_str(code)
    }
}

impl std::error::Error for ParseError {}

/// What a parser says of its noun whenever it refuses a text.
pub(crate) struct Form {
    pub(crate) noun: &'static str,
    pub(crate) allowed: &'static str,
    pub(crate) code: &'static str,
}

impl Form {
    pub(crate) fn refuse(&self, input: &str, found: impl Into<String>) -> ParseError {
        ParseError {
            noun: self.noun,
            allowed: self.allowed,
            code: self.code,
            input: escape(input),
            found: found.into(),
            suggestion: None,
        }
    }

    /// Refuses a text that is not one of a closed set of words, suggesting the nearest of them.
    pub(crate) fn outside<'a>(
        &self,
        input: &str,
        words: impl IntoIterator<Item = &'a str>,
    ) -> ParseError {
        let error = self.refuse(input, "it is not one of the known values");
        match nearest(input, words) {
            Some(word) => error.suggesting(word),
            None => error,
        }
    }
}

/// The word that was probably meant: at most a third of its letters differ, case aside.
#[must_use]
pub fn nearest<'a>(input: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if input.len() > 4 * SHOWN_CHARS {
        return None;
    }
    let input = input.to_ascii_lowercase().replace('-', "_");
    words
        .into_iter()
        .map(|word| {
            let folded = word.to_ascii_lowercase().replace('-', "_");
            (strsim::osa_distance(&input, &folded), word)
        })
        .filter(|(distance, word)| *distance <= word.chars().count().div_ceil(3))
        .min()
        .map(|(_, word)| word)
}

/// A text that is safe between backticks in a diagnostic: short, printable, one line.
pub(crate) fn escape(text: &str) -> String {
    visible(text, SHOWN_CHARS)
}

/// A character as a diagnostic names it.
pub(crate) fn name_character(character: char) -> String {
    match character {
        ' ' => "a space".to_owned(),
        _ if character.is_ascii_uppercase() => format!("the upper-case letter `{character}`"),
        _ => format!("the character `{}`", escape(&character.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_text_is_short_and_printable() {
        assert_eq!(
            escape("a\u{1b}[31m`b`\n\u{202e}"),
            r"a\u{1b}[31m'b'\n\u{202e}"
        );
        assert_eq!(escape(&"x".repeat(500)).chars().count(), SHOWN_CHARS + 3);
    }

    #[test]
    fn only_a_near_word_is_suggested() {
        let words = ["rollout", "rollback", "read_logs"];
        assert_eq!(nearest("rolout", words), Some("rollout"));
        assert_eq!(nearest("Read-Logs", words), Some("read_logs"));
        assert_eq!(nearest("delete", words), None);
        assert_eq!(nearest("", words), None);
    }
}
