//! Why bytes are not a value of a type, or a value not one of a type.

use super::trail::Trail;
use super::type_json::TypeError;
use super::{NumberError, Path, Type, Value};

/// Bytes that are not the encoding of a value of the wanted type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", place(path))]
pub struct DecodeError {
    /// Where in the value; the set, for what is wrong inside one.
    pub path: Path,
    /// What is wrong there.
    pub problem: DecodeProblem,
}

/// What is wrong with bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeProblem {
    /// They end too early, or announce more than they hold.
    #[error("the data ends before the value does")]
    Truncated,
    /// They go on after the value.
    #[error("{0} bytes follow the value")]
    Trailing(usize),
    /// A value of another type.
    #[error("{expected} expected, {found} found")]
    Type {
        /// What the schema says.
        expected: &'static str,
        /// What the bytes hold.
        found: &'static str,
    },
    /// A byte that begins no value.
    #[error("byte {0:#04x} begins no value")]
    Marker(u8),
    /// Deeper than [`super::DEPTH_MAX`].
    #[error("nested deeper than {} levels", super::DEPTH_MAX)]
    TooDeep,
    /// Text that is not UTF-8.
    #[error("text that is not UTF-8")]
    Utf8,
    /// A number that cannot be kept exactly.
    #[error("a number that is {0}")]
    Number(NumberError),
    /// An object or tuple of another size.
    #[error("{expected} parts expected, {found} found")]
    Count {
        /// How many the type has.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// An attribute that the object type does not have.
    #[error("unsupported attribute {0:?}")]
    Unsupported(String),
    /// The same key twice.
    #[error("key {0:?} twice")]
    Duplicate(String),
    /// The type of a dynamic value cannot be read.
    #[error("the type of a dynamic value cannot be read: {0}")]
    DynamicType(TypeError),
    /// The refinement of an unknown value cannot be read.
    #[error("the refinement of an unknown value cannot be read")]
    Refinement,
    /// The text is not JSON.
    #[error("not JSON: {0}")]
    Json(String),
}

impl DecodeProblem {
    /// This problem, at the place where the decoder stands.
    pub(crate) fn at(self, trail: &Trail<'_>) -> DecodeError {
        DecodeError {
            path: trail.to_path(),
            problem: self,
        }
    }
}

/// A value that is not of the type it is to be written as: a mistake of the provider, never of a practitioner.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", place(path))]
pub struct EncodeError {
    /// Where in the value.
    pub path: Path,
    /// What is wrong there.
    pub problem: EncodeProblem,
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeProblem {
    /// It is of another type.
    #[error("{expected} expected, {found} given")]
    Type {
        /// What the schema says.
        expected: &'static str,
        /// What was given.
        found: &'static str,
    },
    /// A tuple with another number of elements.
    #[error("{expected} elements expected, {found} given")]
    Count {
        /// How many the type has.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// An object without one of its attributes; nulls must be there too.
    #[error("attribute {0:?} is missing")]
    Missing(String),
    /// An attribute that the object type does not have.
    #[error("unsupported attribute {0:?}")]
    Unsupported(String),
    /// A value without a type where the schema says dynamic.
    #[error("a value for a dynamic type has to carry its own type")]
    Untyped,
    /// A refinement that no value can keep: Terraform stops working on those.
    #[error("the refinement of the unknown value contradicts itself")]
    Contradiction,
    /// An unknown value in state, which cannot hold any.
    #[error("an unknown value cannot be stored")]
    Unknown,
    /// More than 2^32 - 1 elements or bytes.
    #[error("too large for the wire")]
    TooLarge,
}

impl EncodeProblem {
    /// This problem, at the place where the encoder stands.
    pub(crate) fn at(self, trail: &Trail<'_>) -> EncodeError {
        EncodeError {
            path: trail.to_path(),
            problem: self,
        }
    }

    /// `value` is not of type `ty`.
    pub(crate) fn mismatch(ty: &Type, value: &Value) -> Self {
        Self::Type {
            expected: ty.noun(),
            found: value.noun(),
        }
    }
}

fn place(path: &Path) -> String {
    if path.steps().is_empty() {
        String::new()
    } else {
        format!("{path}: ")
    }
}
