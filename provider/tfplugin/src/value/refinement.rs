//! What is known about a value that is not known.

use std::fmt;

use super::{Number, Value};

/// Promises about an unknown value: core uses them to decide comparisons and lengths before the value exists.
///
/// An empty refinement promises nothing. What a refinement promises, the final value must keep.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refinement {
    /// It will not be null.
    pub not_null: bool,
    /// A string that will start with this.
    pub prefix: Option<String>,
    /// A number that will be at least this.
    pub lower: Option<Bound>,
    /// A number that will be at most this.
    pub upper: Option<Bound>,
    /// A collection with at least this many elements.
    pub length_min: Option<u64>,
    /// A collection with at most this many elements.
    pub length_max: Option<u64>,
}

/// One end of a range of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The end itself.
    pub number: Number,
    /// Whether the end belongs to the range.
    pub inclusive: bool,
}

impl Refinement {
    /// It will not be null.
    #[must_use]
    pub fn not_null() -> Self {
        Self {
            not_null: true,
            ..Self::default()
        }
    }

    /// A string, not null, that starts with `prefix`.
    pub fn prefix(prefix: impl Into<String>) -> Self {
        Self {
            not_null: true,
            prefix: Some(prefix.into()),
            ..Self::default()
        }
    }

    /// Whether no value can keep what it promises. Core would stop working on such an unknown.
    #[must_use]
    pub fn contradicts_itself(&self) -> bool {
        let bounds = match (&self.lower, &self.upper) {
            (Some(lower), Some(upper)) if lower.number == upper.number => {
                !(lower.inclusive && upper.inclusive)
            }
            (Some(lower), Some(upper)) => lower.number > upper.number,
            _ => false,
        };
        let lengths = match (self.length_min, self.length_max) {
            (Some(min), Some(max)) => min > max,
            _ => false,
        };
        bounds || lengths
    }

    /// Whether `value` keeps what was promised about it. One that is still unknown may keep it yet.
    #[must_use]
    pub fn allows(&self, value: &Value) -> bool {
        match value {
            Value::Null => !self.not_null,
            Value::String(text) => self
                .prefix
                .as_ref()
                .is_none_or(|prefix| text.starts_with(prefix)),
            Value::Number(number) => {
                self.lower.as_ref().is_none_or(|lower| {
                    *number > lower.number || (lower.inclusive && *number == lower.number)
                }) && self.upper.as_ref().is_none_or(|upper| {
                    *number < upper.number || (upper.inclusive && *number == upper.number)
                })
            }
            Value::List(items) => self.allows_length(items.len()),
            Value::Map(entries) => self.allows_length(entries.len()),
            Value::Unknown(_) | Value::Bool(_) | Value::Dynamic(_) => true,
        }
    }

    fn allows_length(&self, length: usize) -> bool {
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        self.length_min.is_none_or(|min| length >= min)
            && self.length_max.is_none_or(|max| length <= max)
    }
}

/// What is promised, in words: `not null, starting with "pool-"`.
impl fmt::Display for Refinement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if self.not_null {
            parts.push("not null".to_owned());
        }
        if let Some(prefix) = &self.prefix {
            parts.push(format!("starting with {prefix:?}"));
        }
        if let Some(Bound { number, inclusive }) = &self.lower {
            parts.push(format!(
                "{} {number}",
                if *inclusive { "at least" } else { "above" }
            ));
        }
        if let Some(Bound { number, inclusive }) = &self.upper {
            parts.push(format!(
                "{} {number}",
                if *inclusive { "at most" } else { "below" }
            ));
        }
        if let Some(length) = self.length_min {
            parts.push(format!("at least {length} long"));
        }
        if let Some(length) = self.length_max {
            parts.push(format!("at most {length} long"));
        }
        match parts.is_empty() {
            true => f.write_str("no promise"),
            false => f.write_str(&parts.join(", ")),
        }
    }
}
