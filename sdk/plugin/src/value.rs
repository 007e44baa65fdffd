//! A JSON value that borrows the text it was read from.
//!
//! A plan document is read once, asked a few questions and thrown away. A tree that borrows needs no allocation for a
//! text or a number, which is what most of the time of reading goes into otherwise.

use std::borrow::Cow;

use hifijson::num::LexWrite as _;
use hifijson::str::LexAlloc as _;
use hifijson::token::Lex as _;
use hifijson::{Error, Expect, SliceLexer};

use crate::Failure;

/// How deep a document may be nested, which is what the host allows too.
const DEPTH: usize = 64;

/// What an absent value reads as.
static NULL: Value<'static> = Value::Null;

/// A JSON value of a plan document.
///
/// ```
/// use portcullis_plugin::Value;
///
/// let value = Value::parse(r#"{"gpu": {"replicas": 3, "models": ["nvidia-h200"]}}"#).unwrap();
/// assert_eq!(value.at("gpu.replicas").as_u64(), Some(3));
/// assert_eq!(value.at("gpu.models.0").as_str(), Some("nvidia-h200"));
/// assert!(value.at("gpu.partition").is_null());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Value<'a> {
    /// Not set, not known, or not there.
    #[default]
    Null,
    /// A truth value.
    Bool(bool),
    /// A number as it is written.
    Number(&'a str),
    /// A text.
    Text(Cow<'a, str>),
    /// A list.
    List(Vec<Self>),
    /// Names and values as they are written.
    Object(Vec<(Cow<'a, str>, Self)>),
}

impl<'a> Value<'a> {
    /// Reads one JSON document.
    ///
    /// # Errors
    /// When the text is not JSON, or nested deeper than 64 levels.
    pub fn parse(text: &'a str) -> Result<Self, Failure> {
        let mut lexer = SliceLexer::new(text.as_bytes());
        let value = lexer.exactly_one(SliceLexer::ws_peek, |next, lexer| {
            read(text, DEPTH, next, lexer)
        });
        value.map_err(|error| {
            let place = text.len() - lexer.as_slice().len();
            Failure::malformed(format!("The text is not JSON: {error} at byte {place}."))
        })
    }

    /// The value at a path, which joins names and list positions with dots. Null when there is none.
    #[must_use]
    pub fn at(&self, path: &str) -> &Self {
        path.split('.').fold(self, Self::step)
    }

    /// The value of one name of an object, whatever dots the name has, or at one position of a list.
    #[must_use]
    pub fn step(&self, step: &str) -> &Self {
        let found = match self {
            Self::Object(members) => members
                .iter()
                .find(|(name, _)| name == step)
                .map(|(_, member)| member),
            Self::List(items) => step
                .parse::<usize>()
                .ok()
                .and_then(|index| items.get(index)),
            _ => None,
        };
        found.unwrap_or(&NULL)
    }

    /// Whether it is null or absent.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// A text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A truth value.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// A whole number that is not negative.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        self.number()?.parse().ok()
    }

    /// A number; the nearest one when it has more digits than 64 bits hold.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        self.number()?.parse().ok()
    }

    fn number(&self) -> Option<&'a str> {
        match self {
            Self::Number(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list; none of anything else.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// Names and values of an object as they are written; none of anything else.
    #[must_use]
    pub fn members(&self) -> &[(Cow<'a, str>, Self)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    /// Moves the value of one name out of an object.
    pub(crate) fn take(&mut self, name: &str) -> Self {
        let Self::Object(members) = self else {
            return Self::Null;
        };
        let found = members.iter_mut().find(|(found, _)| found == name);
        found.map_or(Self::Null, |(_, member)| std::mem::take(member))
    }

    /// Moves the text of one name out of an object; empty when it is not one.
    pub(crate) fn take_text(&mut self, name: &str) -> Cow<'a, str> {
        self.take(name).into_text().unwrap_or_default()
    }

    /// Moves the texts of one name out of an object.
    pub(crate) fn take_texts(&mut self, name: &str) -> Vec<Cow<'a, str>> {
        let items = self.take(name).into_items().into_iter();
        items.filter_map(Self::into_text).collect()
    }

    /// Moves the items of a list out.
    pub(crate) fn into_items(self) -> Vec<Self> {
        match self {
            Self::List(items) => items,
            _ => Vec::new(),
        }
    }

    fn into_text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Reads the value of `text` that begins with the byte `next`, which is not yet taken.
fn read<'a>(
    text: &'a str,
    depth: usize,
    next: u8,
    lexer: &mut SliceLexer<'a>,
) -> Result<Value<'a>, Error> {
    let below = depth.checked_sub(1).ok_or(Error::Depth)?;
    match next {
        b'a'..=b'z' => Ok(match lexer.null_or_bool().ok_or(Expect::Value)? {
            Some(value) => Value::Bool(value),
            None => Value::Null,
        }),
        b'0'..=b'9' | b'-' => {
            let (number, _) = lexer.num_string().validated()?;
            Ok(Value::Number(number))
        }
        b'"' => Ok(Value::Text(string(text, lexer.discarded())?)),
        b'[' => {
            let mut items = Vec::new();
            lexer
                .discarded()
                .seq(b']', SliceLexer::ws_peek, |next, lexer| {
                    items.push(read(text, below, next, lexer)?);
                    Ok::<_, Error>(())
                })?;
            Ok(Value::List(items))
        }
        b'{' => {
            let mut members = Vec::new();
            lexer
                .discarded()
                .seq(b'}', SliceLexer::ws_peek, |next, lexer| {
                    lexer.expect(|_| Some(next), b'"').ok_or(Expect::String)?;
                    let name = string(text, lexer)?;
                    lexer
                        .expect(SliceLexer::ws_peek, b':')
                        .ok_or(Expect::Colon)?;
                    let next = lexer.ws_peek().ok_or(Expect::Value)?;
                    if members.is_empty() {
                        // Most objects of a plan have more than Vec begins with.
                        members.reserve(8);
                    }
                    members.push((name, read(text, below, next, lexer)?));
                    Ok::<_, Error>(())
                })?;
            Ok(Value::Object(members))
        }
        _ => Err(Expect::Value)?,
    }
}

/// Reads a text whose quote is taken. Most texts have no escape, and then the end is found with one look at every eight
/// bytes; the lexer looks at each, and reading texts is most of reading a document.
fn string<'a>(text: &'a str, lexer: &mut SliceLexer<'a>) -> Result<Cow<'a, str>, Error> {
    let rest = lexer.as_slice();
    let start = text.len() - rest.len();
    let length = plain(rest);
    match (rest.get(length), text.get(start..start + length)) {
        (Some(b'"'), Some(found)) => {
            *lexer = SliceLexer::new(rest.get(length + 1..).unwrap_or_default());
            Ok(Cow::Borrowed(found))
        }
        _ => Ok(lexer.str_string()?),
    }
}

/// How many bytes there are before a quote, a backslash or a control character.
fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = ONES << 7;
    // The top bit of each byte that is less than `limit`; right up to the first one, which is the one that is asked for.
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word & TOPS;
    let (words, tail) = bytes.as_chunks();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = below(word ^ (ONES * u64::from(b'"')), 1)
            | below(word ^ (ONES * u64::from(b'\\')), 1)
            | below(word, 0x20);
        if found != 0 {
            return at * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    let in_tail = tail.iter().position(special).unwrap_or(tail.len());
    bytes.len() - tail.len() + in_tail
}

#[cfg(test)]
mod tests {
    use super::Value;

    #[test]
    fn what_is_not_there_reads_as_null() {
        let value = Value::parse(r#"{"a":[{"b.c":1}],"t":"x"}"#).unwrap();
        for path in ["", "b", "a.1", "a.0.b", "a.-1", "t.0", "a.0.b.c"] {
            assert!(value.at(path).is_null(), "{path}");
        }
        assert_eq!(value.at("a.0").step("b.c").as_u64(), Some(1));
    }

    #[test]
    fn escapes_are_read_and_plain_text_is_borrowed() {
        let value = Value::parse(r#"["caf\u00e9 \"x\"\n","plain"]"#).unwrap();
        assert_eq!(value.at("0").as_str(), Some("café \"x\"\n"));
        assert!(matches!(
            value.at("1"),
            Value::Text(std::borrow::Cow::Borrowed("plain"))
        ));
    }

    #[test]
    fn a_text_ends_where_it_ends_wherever_that_is() {
        for length in 0..40 {
            for (end, rest) in [
                ("\"", "7"),
                ("\\n\"", "7"),
                ("\u{fc}\"", "\u{1}"),
                ("\u{7f}\"", "\""),
            ] {
                let text = format!("\"{}{end}", "a".repeat(length));
                let value = Value::parse(&text).unwrap();
                let expected = "a".repeat(length) + &end.replace("\\n", "\n").replace('"', "");
                assert_eq!(value.as_str(), Some(expected.as_str()), "{text}");
                assert!(
                    Value::parse(&format!("{text}{rest}")).is_err(),
                    "{text}{rest}"
                );
            }
            for control in ["\u{0}", "\u{1f}", "\n"] {
                let text = format!("\"{}{control}\"", "a".repeat(length));
                assert!(Value::parse(&text).is_err(), "{text:?}");
            }
            let open = format!("\"{}", "a".repeat(length));
            assert!(Value::parse(&open).is_err(), "{open}");
        }
    }

    #[test]
    fn numbers_keep_what_is_written() {
        let value = Value::parse("[12345678901234567890123, 1.5, -1, 7]").unwrap();
        assert_eq!(value.at("0"), &Value::Number("12345678901234567890123"));
        assert_eq!(value.at("0").as_u64(), None);
        assert_eq!(value.at("1").as_f64(), Some(1.5));
        assert_eq!(
            (value.at("2").as_u64(), value.at("3").as_u64()),
            (None, Some(7))
        );
    }

    #[test]
    fn garbage_and_abysses_are_failures() {
        for text in ["", "{", "[1,]", "{\"a\":}", "nul", "1 2", "\"\u{1}\"", "01"] {
            let failure = Value::parse(text).unwrap_err();
            assert_eq!(failure.kind, "malformed", "{text}");
        }
        assert!(Value::parse(&"[".repeat(1_000_000)).is_err());
        assert!(Value::parse(&format!("{}{}", "[".repeat(64), "]".repeat(64))).is_ok());
    }
}
