//! What is known about a value that is not known.

use super::Number;

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
}
