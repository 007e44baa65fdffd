//! HCL as its first version has it, and JSON read the way that version reads it.
//!
//! A key that is there twice is two items: the server takes both, where a reader of JSON would take the last.

use std::iter::Peekable;
use std::str::Chars;

use super::Malformed;

/// Blocks and lists inside one another; real policies have four. The sandbox's stack is small.
const DEPTH_MAX: usize = 60;

/// One assignment or block: `path "a" { ... }` has two keys.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Item {
    pub(super) keys: Vec<String>,
    pub(super) value: Value,
    line: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    List(Vec<Value>),
    Object(Vec<Item>),
    /// A number, a truth or null, none of which policies need.
    Other,
}

impl Item {
    pub(super) fn malformed(&self, why: &str) -> Malformed {
        Malformed {
            line: self.line,
            why: why.to_owned(),
        }
    }
}

/// The items at the top of a text.
///
/// # Errors
/// When it is neither HCL nor JSON.
pub(super) fn parse(text: &str) -> Result<Vec<Item>, Malformed> {
    let mut parser = Parser {
        rest: text
            .strip_prefix('\u{feff}')
            .unwrap_or(text)
            .chars()
            .peekable(),
        line: 1,
        is_json: text.trim_start().starts_with('{'),
        depth: 0,
    };
    if !parser.is_json {
        return parser.items(None);
    }
    parser.skip()?;
    parser.rest.next();
    let items = parser.items(Some('}'))?;
    parser.skip()?;
    match parser.rest.peek() {
        None => Ok(flattened(items)),
        Some(_) => Err(parser.malformed("there is more after the object")),
    }
}

/// JSON has no blocks: objects of objects stand for them, and lists of objects for several of them.
fn flattened(items: Vec<Item>) -> Vec<Item> {
    let mut flat = Vec::new();
    let mut open: Vec<Item> = items.into_iter().rev().collect();
    while let Some(Item { keys, value, line }) = open.pop() {
        let blocks = match value {
            Value::List(list)
                if !list.is_empty() && list.iter().all(|one| matches!(one, Value::Object(_))) =>
            {
                let block = |value| Item {
                    keys: keys.clone(),
                    value,
                    line,
                };
                list.into_iter().map(block).collect::<Vec<_>>()
            }
            Value::Object(inner)
                if !inner.is_empty()
                    && inner
                        .iter()
                        .all(|one| matches!(one.value, Value::Object(_)))
                    && keys.len() < 2 =>
            {
                let block = |inner: Item| Item {
                    keys: keys.iter().cloned().chain(inner.keys).collect(),
                    ..inner
                };
                inner.into_iter().map(block).collect()
            }
            value => {
                flat.push(Item { keys, value, line });
                continue;
            }
        };
        open.extend(blocks.into_iter().rev());
    }
    flat
}

struct Parser<'t> {
    rest: Peekable<Chars<'t>>,
    line: usize,
    is_json: bool,
    depth: usize,
}

impl Parser<'_> {
    fn malformed(&self, why: &str) -> Malformed {
        Malformed {
            line: self.line,
            why: why.to_owned(),
        }
    }

    fn next(&mut self) -> Option<char> {
        let next = self.rest.next();
        if next == Some('\n') {
            self.line += 1;
        }
        next
    }

    /// Passes over white space and comments.
    fn skip(&mut self) -> Result<(), Malformed> {
        while let Some(&found) = self.rest.peek() {
            match found {
                ' ' | '\t' | '\r' | '\n' => drop(self.next()),
                '#' if !self.is_json => self.skip_line(),
                '/' if !self.is_json => {
                    self.next();
                    match self.next() {
                        Some('/') => self.skip_line(),
                        Some('*') => self.skip_comment()?,
                        _ => return Err(self.malformed("`/` begins no comment")),
                    }
                }
                _ => break,
            }
        }
        Ok(())
    }

    fn skip_line(&mut self) {
        while self.rest.peek().is_some_and(|found| *found != '\n') {
            self.next();
        }
    }

    fn skip_comment(&mut self) -> Result<(), Malformed> {
        let begun = self.line;
        let mut before = ' ';
        while let Some(found) = self.next() {
            if (before, found) == ('*', '/') {
                return Ok(());
            }
            before = found;
        }
        self.line = begun;
        Err(self.malformed("a comment has no end"))
    }

    /// Items up to `end`, which is the end of the text without one.
    fn items(&mut self, end: Option<char>) -> Result<Vec<Item>, Malformed> {
        let mut items = Vec::new();
        loop {
            self.skip()?;
            match (self.rest.peek().copied(), end) {
                (None, None) => return Ok(items),
                (None, Some(_)) => return Err(self.malformed("the text ends inside a block")),
                (Some(found), Some(end)) if found == end => {
                    self.next();
                    return Ok(items);
                }
                _ => items.push(self.item()?),
            }
            self.skip()?;
            if self.rest.peek() == Some(&',') {
                self.next();
            }
        }
    }

    fn item(&mut self) -> Result<Item, Malformed> {
        let line = self.line;
        let mut keys = Vec::new();
        let value = loop {
            self.skip()?;
            match self.rest.peek().copied() {
                Some('"') => keys.push(self.quoted()?),
                Some('{') if !keys.is_empty() => break self.value()?,
                Some('=') if keys.len() == 1 && !self.is_json => {
                    self.next();
                    break self.value()?;
                }
                Some(':') if keys.len() == 1 && self.is_json => {
                    self.next();
                    break self.value()?;
                }
                Some(found) if is_word(found) && !self.is_json => keys.push(self.word()),
                Some(found) => {
                    let found = found.escape_default();
                    return Err(self.malformed(&format!("`{found}` stands where a name should be")));
                }
                None => return Err(self.malformed("the text ends after a name")),
            }
        };
        Ok(Item { keys, value, line })
    }

    fn value(&mut self) -> Result<Value, Malformed> {
        self.skip()?;
        if self.depth == DEPTH_MAX {
            let why = format!("blocks and lists are nested more than {DEPTH_MAX} deep");
            return Err(self.malformed(&why));
        }
        self.depth += 1;
        let value = match self.rest.peek().copied() {
            Some('"') => Value::Text(self.quoted()?),
            Some('<') if !self.is_json => Value::Text(self.heredoc()?),
            Some('{') => {
                self.next();
                Value::Object(self.items(Some('}'))?)
            }
            Some('[') => {
                self.next();
                Value::List(self.list()?)
            }
            Some(found) if is_word(found) || matches!(found, '-' | '+') => {
                self.next();
                self.word();
                Value::Other
            }
            Some(found) => {
                let found = found.escape_default();
                return Err(self.malformed(&format!("`{found}` begins no value")));
            }
            None => return Err(self.malformed("the text ends where a value should be")),
        };
        self.depth -= 1;
        Ok(value)
    }

    fn list(&mut self) -> Result<Vec<Value>, Malformed> {
        let mut list = Vec::new();
        loop {
            self.skip()?;
            if self.rest.peek() == Some(&']') {
                self.next();
                return Ok(list);
            }
            list.push(self.value()?);
            self.skip()?;
            match self.rest.peek() {
                Some(',') => drop(self.next()),
                Some(']') => {}
                _ => return Err(self.malformed("a list goes on without a comma")),
            }
        }
    }

    /// A name or a number.
    fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some(&found) = self.rest.peek()
            && is_word(found)
        {
            word.push(found);
            self.next();
        }
        word
    }

    /// A text in quotes. What is between `${` and `}` stays as it is.
    fn quoted(&mut self) -> Result<String, Malformed> {
        self.next();
        let mut text = String::new();
        let mut braces = 0_usize;
        while let Some(found) = self.rest.peek().copied() {
            if found == '\n' && braces == 0 {
                return Err(self.malformed("a text in quotes goes over the end of its line"));
            }
            self.next();
            match found {
                '"' if braces == 0 => return Ok(text),
                '\\' if braces == 0 => text.push(self.escaped()?),
                '$' if !self.is_json && self.rest.peek() == Some(&'{') => {
                    self.next();
                    text.push_str("${");
                    braces += 1;
                    continue;
                }
                '{' if braces > 0 => {
                    braces += 1;
                    text.push(found);
                }
                '}' if braces > 0 => {
                    braces -= 1;
                    text.push(found);
                }
                _ => text.push(found),
            }
        }
        Err(self.malformed("a text in quotes has no end"))
    }

    fn escaped(&mut self) -> Result<char, Malformed> {
        let digits = match self.next() {
            Some(same @ ('"' | '\\' | '/')) => return Ok(same),
            Some('n') => return Ok('\n'),
            Some('t') => return Ok('\t'),
            Some('r') => return Ok('\r'),
            Some('a') => return Ok('\u{7}'),
            Some('b') => return Ok('\u{8}'),
            Some('f') => return Ok('\u{c}'),
            Some('v') => return Ok('\u{b}'),
            Some('x') => 2,
            Some('u') => 4,
            Some('U') => 8,
            _ => return Err(self.malformed("`\\` is followed by what it cannot be")),
        };
        let number = self.number(digits)?;
        // JSON writes what is beyond the first plane as two.
        if (0xd800..0xdc00).contains(&number) && self.rest.next() == Some('\\') {
            self.rest.next();
            let low = self.number(4)?;
            let both = 0x1_0000 + ((number - 0xd800) << 10) + (low & 0x3ff);
            return Ok(char::from_u32(both).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        Ok(char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn number(&mut self, digits: usize) -> Result<u32, Malformed> {
        let mut number = 0_u32;
        for _ in 0..digits {
            let digit = self.next().and_then(|found| found.to_digit(16));
            let digit = digit.ok_or_else(|| self.malformed("`\\` is followed by no number"))?;
            number = number.wrapping_mul(16).wrapping_add(digit);
        }
        Ok(number)
    }

    /// `<<END`, lines, `END`. With `<<-` the end may be indented, and so much of every line is left out.
    fn heredoc(&mut self) -> Result<String, Malformed> {
        let begun = self.line;
        let mut head = String::new();
        while let Some(found) = self.next()
            && found != '\n'
        {
            head.push(found);
        }
        let mark = head.trim_end().strip_prefix("<<");
        let mark = mark.ok_or_else(|| self.malformed("`<` begins no value"))?;
        let (mark, is_indented) = match mark.strip_prefix('-') {
            Some(mark) => (mark, true),
            None => (mark, false),
        };
        let mut lines: Vec<String> = Vec::new();
        loop {
            let mut line = String::new();
            while let Some(&found) = self.rest.peek()
                && found != '\n'
            {
                line.push(found);
                self.next();
            }
            if line.trim() == mark {
                return Ok(unindented(&lines, is_indented));
            }
            if self.next().is_none() {
                self.line = begun;
                return Err(self.malformed(&format!("a text that `{mark}` ends has no end")));
            }
            lines.push(line + "\n");
        }
    }
}

fn unindented(lines: &[String], is_indented: bool) -> String {
    let indent = |line: &String| line.len() - line.trim_start_matches([' ', '\t']).len();
    let least = lines.iter().map(indent).min().unwrap_or_default();
    let cut = if is_indented { least } else { 0 };
    lines
        .iter()
        .filter_map(|line| line.get(cut..))
        .collect::<String>()
}

fn is_word(found: char) -> bool {
    found.is_alphanumeric() || matches!(found, '_' | '-' | '.')
}
