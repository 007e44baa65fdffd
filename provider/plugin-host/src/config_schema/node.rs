//! One level of a schema, and the judge that walks a configuration along it.

use std::collections::{BTreeMap, BTreeSet};

use regex_lite::Regex;
use serde::Deserialize;
use serde_json::Value;

use super::fault::{ConfigFault, ConfigStep, Shown};

/// Letters that may differ between what was written and what was meant.
const TYPO: usize = 3;
/// Bytes of a pattern; its matching time grows with it.
const PATTERN_BYTES: usize = 512;

/// One level of a schema.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Node {
    #[serde(rename = "type")]
    kind: Kind,
    #[serde(default)]
    description: String,
    #[serde(default)]
    properties: BTreeMap<String, Self>,
    #[serde(default)]
    required: Vec<String>,
    #[serde(default)]
    additional_properties: Additional,
    items: Option<Box<Self>>,
    #[serde(default, rename = "enum")]
    allowed: Vec<Value>,
    minimum: Option<f64>,
    maximum: Option<f64>,
    min_length: Option<usize>,
    pattern: Option<Pattern>,
    #[serde(rename = "default")]
    _default: Option<Value>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Object,
    Array,
    String,
    Boolean,
    Integer,
    Number,
}

/// What attributes without a property are.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Additional {
    /// Allowed or not; an object that says nothing allows none.
    Any(bool),
    /// Of this shape.
    Shaped(Box<Node>),
}

impl Default for Additional {
    fn default() -> Self {
        Self::Any(false)
    }
}

/// A pattern that was compiled. Matching takes time linear in the text, whatever the pattern.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
struct Pattern(Regex);

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.len() > PATTERN_BYTES {
            return Err(format!("a pattern has more than {PATTERN_BYTES} bytes"));
        }
        Regex::new(&text)
            .map(Self)
            .map_err(|error| error.to_string())
    }
}

impl Node {
    pub(super) fn parse(schema: &Value) -> Result<Self, String> {
        Self::deserialize(schema).map_err(|error| error.to_string())
    }

    pub(super) fn is_object(&self) -> bool {
        self.kind == Kind::Object
    }

    /// `a whole number from 1 to 8`, and its description.
    fn expected(&self) -> String {
        let mut text = match self.kind {
            Kind::Object => "an object",
            Kind::Array => "a list",
            Kind::String => "a string",
            Kind::Boolean => "`true` or `false`",
            Kind::Integer => "a whole number",
            Kind::Number => "a number",
        }
        .to_owned();
        if !self.allowed.is_empty() {
            let words: Vec<String> = self.allowed.iter().map(shown).collect();
            text = format!("one of {}", words.join(", "));
        }
        match (self.minimum, self.maximum) {
            (Some(low), Some(high)) => text += &format!(" from {low} to {high}"),
            (Some(low), None) => text += &format!(" of at least {low}"),
            (None, Some(high)) => text += &format!(" of at most {high}"),
            (None, None) => {}
        }
        if let Some(length) = self.min_length {
            text += &format!(" of at least {length} characters");
        }
        if let Some(Pattern(pattern)) = &self.pattern {
            text += &format!(" that matches `{pattern}`");
        }
        text
    }

    fn accepts(&self, value: &Value) -> bool {
        let kind = match (self.kind, value) {
            (Kind::Object, Value::Object(_))
            | (Kind::Array, Value::Array(_))
            | (Kind::String, Value::String(_))
            | (Kind::Boolean, Value::Bool(_))
            | (Kind::Number, Value::Number(_)) => true,
            (Kind::Integer, Value::Number(number)) => number.is_i64() || number.is_u64(),
            _ => false,
        };
        let in_range = value.as_f64().is_none_or(|number| {
            self.minimum.is_none_or(|low| number >= low)
                && self.maximum.is_none_or(|high| number <= high)
        });
        let text = value.as_str();
        kind && in_range
            && (self.allowed.is_empty() || self.allowed.contains(value))
            && text.is_none_or(|text| self.accepts_text(text))
    }

    fn accepts_text(&self, text: &str) -> bool {
        self.min_length
            .is_none_or(|length| text.chars().count() >= length)
            && self
                .pattern
                .as_ref()
                .is_none_or(|Pattern(pattern)| pattern.is_match(text))
    }
}

/// Walks a configuration along a schema and notes what is wrong.
pub(super) struct Judge<'a> {
    unknown: &'a BTreeSet<String>,
    path: Vec<ConfigStep>,
    faults: Vec<ConfigFault>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(unknown: &'a BTreeSet<String>) -> Self {
        Self {
            unknown,
            path: Vec::new(),
            faults: Vec::new(),
        }
    }

    pub(super) fn into_faults(self) -> Vec<ConfigFault> {
        self.faults
    }

    pub(super) fn value(&mut self, node: &Node, value: &Value) {
        if self.unknown.contains(&self.dotted()) {
            return;
        }
        if !node.accepts(value) {
            let found = format!(
                "Expected {} at `{}`, found {}.",
                node.expected(),
                Shown(&self.path),
                kind_of(value)
            );
            self.fault(found, remedy_of(node));
            return;
        }
        match value {
            Value::Object(object) => self.object(node, object),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    if let Some(node) = &node.items {
                        self.below(ConfigStep::Index(index), |judge| judge.value(node, item));
                    }
                }
            }
            _ => {}
        }
    }

    fn object(&mut self, node: &Node, object: &serde_json::Map<String, Value>) {
        for (key, value) in object {
            let step = ConfigStep::Key(key.clone());
            let shape = match (node.properties.get(key), &node.additional_properties) {
                (Some(node), _) => Some(node),
                (None, Additional::Shaped(node)) => Some(&**node),
                (None, Additional::Any(true)) => None,
                (None, Additional::Any(false)) => {
                    self.below(step, |judge| judge.unexpected(node, key));
                    continue;
                }
            };
            // Null is how HCL leaves an attribute out.
            let left_out = value.is_null() && !self.unknown.contains(&self.dotted_with(key));
            if let (Some(shape), false) = (shape, left_out) {
                self.below(step, |judge| judge.value(shape, value));
            }
        }
        for name in &node.required {
            let missing = object.get(name).is_none_or(Value::is_null);
            if missing && !self.unknown.contains(&self.dotted_with(name)) {
                self.missing(node, name);
            }
        }
    }

    fn missing(&mut self, node: &Node, name: &str) {
        let property = node.properties.get(name);
        let expected = property.map_or_else(|| "a value".to_owned(), Node::expected);
        let about = property.map_or("", |node| node.description.as_str());
        let found = format!(
            "`{}` needs the attribute `{name}`, {expected}, and does not have it.",
            Shown(&self.path)
        );
        let about = if about.is_empty() {
            String::new()
        } else {
            format!(": {about}")
        };
        self.fault(found, format!("Add `{name}`{about}"));
    }

    fn unexpected(&mut self, node: &Node, key: &str) {
        let closest = node
            .properties
            .keys()
            .map(|name| (strsim::damerau_levenshtein(name, key), name))
            .filter(|(distance, name)| *distance <= TYPO && *distance < name.len())
            .min();
        let names: Vec<String> = node
            .properties
            .keys()
            .map(|name| format!("`{name}`"))
            .collect();
        let found = format!("The plugin has no attribute `{}`.", Shown(&self.path));
        let remedy = match (closest, names.as_slice()) {
            (Some((_, name)), _) => format!("Did you mean `{name}`?"),
            (None, []) => "Remove it: there are no attributes here.".to_owned(),
            (None, names) => format!("Write one of {}.", names.join(", ")),
        };
        self.fault(found, remedy);
    }

    fn fault(&mut self, found: String, remedy: String) {
        self.faults.push(ConfigFault {
            path: self.path.clone(),
            found,
            remedy,
        });
    }

    fn below(&mut self, step: ConfigStep, judge: impl FnOnce(&mut Self)) {
        self.path.push(step);
        judge(self);
        self.path.pop();
    }

    fn dotted(&self) -> String {
        let steps = self.path.iter().map(|step| match step {
            ConfigStep::Key(key) => key.clone(),
            ConfigStep::Index(index) => index.to_string(),
        });
        steps.collect::<Vec<_>>().join(".")
    }

    fn dotted_with(&self, key: &str) -> String {
        match self.dotted() {
            here if here.is_empty() => key.to_owned(),
            here => format!("{here}.{key}"),
        }
    }
}

fn remedy_of(node: &Node) -> String {
    match node.description.as_str() {
        "" => format!("Write {} there.", node.expected()),
        about => format!("Write {} there: {about}", node.expected()),
    }
}

/// What was found, without any text of the configuration: it may be sensitive.
fn kind_of(value: &Value) -> String {
    match value {
        Value::String(text) => format!("a string of {} characters", text.chars().count()),
        other => shown(other),
    }
}

/// A value of a schema.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(_) | Value::Number(_) => format!("`{value}`"),
        Value::String(text) => {
            format!("`\"{}\"`", text.escape_debug().take(60).collect::<String>())
        }
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}
