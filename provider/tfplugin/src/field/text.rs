//! Text with a parser: the wire type is a string, the Rust type whatever it means.

use std::fmt::{self, Debug, Display};
use std::ops::Deref;
use std::str::FromStr;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::field::content::mismatch;
use crate::field::{At, Content};
use crate::schema::AttributeType;
use crate::value::{Type, Value};

/// Text as it was configured, together with what it means.
///
/// The configured form is what Terraform must see again, so it is kept exactly; equality looks at the meaning alone.
/// `T`'s parse error is the diagnostic: the first line it displays is the summary, the rest the detail.
#[derive(Clone)]
pub struct Text<T> {
    text: String,
    value: T,
}

impl<T> Text<T> {
    /// The text as configured.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it means.
    #[must_use]
    pub fn value(&self) -> &T {
        &self.value
    }

    /// What it means, without the text.
    #[must_use]
    pub fn into_value(self) -> T {
        self.value
    }
}

impl<T: Display> From<T> for Text<T> {
    fn from(value: T) -> Self {
        Self {
            text: value.to_string(),
            value,
        }
    }
}

impl<T> Deref for Text<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: PartialEq> PartialEq for Text<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Text<T> {}

impl<T: PartialOrd> PartialOrd for Text<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<T: Ord> Ord for Text<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.value.cmp(&other.value)
    }
}

impl<T> Debug for Text<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Debug::fmt(&self.text, f)
    }
}

impl<T> Display for Text<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<T> Content for Text<T>
where
    T: FromStr<Err: Display> + Display + Clone + PartialEq + Send + Sync + 'static,
{
    fn ty() -> AttributeType {
        AttributeType::Plain(Type::String)
    }

    fn decode(value: &Value, at: &At<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        let Value::String(text) = value else {
            mismatch("text", at, diagnostics);
            return None;
        };
        match text.parse() {
            Ok(value) => Some(Self {
                text: text.clone(),
                value,
            }),
            Err(error) => {
                diagnostics.push(parse_failure(&error).at(at.path()));
                None
            }
        }
    }

    fn encode(&self) -> Value {
        Value::String(self.text.clone())
    }
}

/// The diagnostic that a parser's error displays: summary in the first line, detail after it.
#[must_use]
pub fn parse_failure(error: &impl Display) -> Diagnostic {
    let shown = error.to_string();
    match shown.split_once('\n') {
        Some((summary, detail)) => Diagnostic::error(summary, detail.trim_start_matches('\n')),
        None => Diagnostic::error("Text cannot be understood", shown),
    }
}
