//! Why an exception is one.

use std::fmt;
use std::str::FromStr;

/// Fewest characters of a justification.
const CHARS_MIN: usize = 16;
/// Most characters of one: it stands in every plan.
const CHARS_MAX: usize = 500;
/// Fewest words of one.
const WORDS_MIN: usize = 3;

/// Why an exception is one, in words that another person can judge: one line, no control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Justification(String);

impl FromStr for Justification {
    type Err = NoJustification;

    fn from_str(text: &str) -> Result<Self, NoJustification> {
        let text = text.trim();
        let chars = text.chars().count();
        let words = text
            .split_whitespace()
            .filter(|word| word.chars().filter(|c| c.is_alphanumeric()).count() > 1);
        let found = if text.chars().any(char::is_control) {
            "it has control characters or more than one line".to_owned()
        } else if !(CHARS_MIN..=CHARS_MAX).contains(&chars) {
            format!("it has {chars} characters")
        } else if words.count() < WORDS_MIN {
            "it has too few words to say anything".to_owned()
        } else {
            return Ok(Self(text.to_owned()));
        };
        Err(NoJustification(found))
    }
}

impl fmt::Display for Justification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that justifies nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "Invalid justification\nAsked for one line of 16 to 500 characters that says what stands between, and why that is enough; {0}.\n\nWrite it for whoever reviews the plan, such as `\"Two reviewers approve every change of this manifest\"`.\n\ninvalid-justification"
)]
pub struct NoJustification(String);

#[cfg(test)]
mod tests {
    use super::Justification;

    #[test]
    fn a_sentence_is_one_and_a_placeholder_is_none() {
        for good in [
            "Two reviewers approve every change of this manifest",
            "  变更 must be approved by the security team  ",
        ] {
            let parsed: Justification = good.parse().unwrap();
            assert_eq!(parsed.to_string(), good.trim());
        }
        let long = "word ".repeat(101);
        for bad in [
            "",
            "   ",
            "because",
            "xxxxxxxxxxxxxxxxxxxxxxxx",
            "- - - - - - - - - - - - - -",
            "it is fine, all of it is\nfine",
            "it is fine, all \u{1b}[2Jof it is",
            long.as_str(),
        ] {
            let refused = bad.parse::<Justification>().unwrap_err().to_string();
            assert!(refused.ends_with("invalid-justification"), "{bad:?}");
            assert!(!refused.contains('\u{1b}'));
        }
    }
}
