//! Numbers: Rust's own where the value fits one exactly, [`Number`] for any other.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::field::content::mismatch;
use crate::field::{At, Content};
use crate::schema::AttributeType;
use crate::value::{Number, Type, Value};

impl Content for Number {
    fn ty() -> AttributeType {
        AttributeType::Plain(Type::Number)
    }

    fn decode(value: &Value, at: &At<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        match value {
            Value::Number(number) => Some(number.clone()),
            _ => {
                mismatch("a number", at, diagnostics);
                None
            }
        }
    }

    fn encode(&self) -> Value {
        Value::Number(self.clone())
    }
}

macro_rules! whole_numbers {
    ($($ty:ty, through $wide:ty;)+) => {$(
        impl Content for $ty {
            fn ty() -> AttributeType {
                AttributeType::Plain(Type::Number)
            }

            fn decode(value: &Value, at: &At<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
                let number = Number::decode(value, at, diagnostics)?;
                let whole = number.to_string().parse().ok();
                if whole.is_none() {
                    let (least, most) = (Self::MIN.to_string(), Self::MAX.to_string());
                    diagnostics.push(out_of_range(&number, &least, &most).at(at.path()));
                }
                whole
            }

            fn encode(&self) -> Value {
                Value::Number(Number::from(<$wide>::from(*self)))
            }
        }
    )+};
}

whole_numbers! {
    i32, through i64;
    i64, through i64;
    u16, through u64;
    u32, through u64;
    u64, through u64;
}

fn out_of_range(number: &Number, least: &str, most: &str) -> Diagnostic {
    let detail = format!(
        "A whole number from {least} to {most} is expected; found `{number}`.\n\n\
         Write a whole number in this range.\n\nnumber-out-of-range"
    );
    Diagnostic::error("Number out of range", detail)
}

/// Decimals that need more digits than an `f64` holds are refused: what is planned must equal what was configured.
impl Content for f64 {
    fn ty() -> AttributeType {
        AttributeType::Plain(Type::Number)
    }

    fn decode(value: &Value, at: &At<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        let number = Number::decode(value, at, diagnostics)?;
        let float = number.to_f64();
        if float.encode() == *value {
            return Some(float);
        }
        let detail = format!(
            "At most 15 significant digits are kept here; found `{number}`.\n\nRound the number.\n\nnumber-too-precise"
        );
        diagnostics.push(Diagnostic::error("Number too precise", detail).at(at.path()));
        None
    }

    /// The shortest decimal that reads as this float: what a person would write. Not-a-number and infinities, which
    /// Terraform has no form for, are null.
    fn encode(&self) -> Value {
        self.to_string().parse().map_or(Value::Null, Value::Number)
    }
}
