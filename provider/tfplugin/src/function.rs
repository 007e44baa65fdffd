//! Functions: pure, called before the provider is configured.

use std::fmt::Display;

use crate::diagnostic::{Diagnostics, Severity};
use crate::field::{At, Content};
use crate::schema::Parameter;
use crate::value::Value;

pub use tfplugin_derive::Arguments;

/// A function: `provider::NAME::gpu_model("H200")`. The same arguments must always give the same result.
pub trait Function: Arguments {
    /// Its name.
    const NAME: &'static str;

    /// What it returns.
    type Output: Content;

    /// Computes the result.
    ///
    /// # Errors
    /// Why it has none for these arguments.
    fn call(self) -> Result<Self::Output, FunctionError>;
}

/// A struct whose fields are the parameters of a function, in order. Derived, not written by hand.
pub trait Arguments: Sized + Send + 'static {
    /// The parameters with their types and descriptions.
    fn signature() -> Signature;

    /// Reads the arguments of one call.
    ///
    /// # Errors
    /// Which argument cannot be read, and why.
    fn decode(given: &mut Given<'_>) -> Result<Self, FunctionError>;
}

/// Why a function has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionError {
    /// What to tell the practitioner.
    pub text: String,
    /// Which argument it is about, from 0, where it is about one.
    pub argument: Option<i64>,
}

impl FunctionError {
    /// An error about the call as a whole.
    pub fn new(error: impl Display) -> Self {
        Self {
            text: error.to_string(),
            argument: None,
        }
    }

    /// The same, about the argument at `position`, from 0.
    #[must_use]
    pub fn at(mut self, position: usize) -> Self {
        self.argument = i64::try_from(position).ok();
        self
    }
}

/// The parameters of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// What the function does, in Markdown. Its first line is the summary.
    pub description: String,
    /// The parameters, in order.
    pub parameters: Vec<Parameter>,
    /// The parameter that takes any number of further arguments.
    pub variadic: Option<Parameter>,
}

impl Signature {
    /// No parameters yet.
    #[must_use]
    pub fn new(description: &str) -> Self {
        Self {
            description: description.to_owned(),
            parameters: Vec::new(),
            variadic: None,
        }
    }

    /// Adds a parameter held as `T`.
    pub fn parameter<T: Content>(&mut self, name: &str, description: &str) {
        self.parameters.push(parameter::<T>(name, description));
    }

    /// Adds the variadic parameter, each of whose arguments is an element of `V`.
    pub fn variadic<V: Variadic>(&mut self, name: &str, description: &str) {
        self.variadic = Some(parameter::<V::Element>(name, description));
    }
}

fn parameter<T: Content>(name: &str, description: &str) -> Parameter {
    Parameter {
        name: name.to_owned(),
        ty: T::ty().implied_type(),
        description: description.to_owned(),
        nullable: T::null().is_some(),
        unknowable: false,
    }
}

/// What holds any number of arguments: `Vec<T>`.
#[diagnostic::on_unimplemented(
    message = "a variadic parameter is held as a `Vec`, not as `{Self}`"
)]
pub trait Variadic: FromIterator<Self::Element> {
    /// What one argument is held as.
    type Element: Content;
}

impl<T: Content> Variadic for Vec<T> {
    type Element = T;
}

/// The arguments of one call while they are read.
#[derive(Debug)]
pub struct Given<'a> {
    arguments: std::iter::Enumerate<std::slice::Iter<'a, Value>>,
}

impl<'a> Given<'a> {
    /// All of them.
    #[must_use]
    pub fn new(arguments: &'a [Value]) -> Self {
        Self {
            arguments: arguments.iter().enumerate(),
        }
    }

    /// The next argument.
    ///
    /// # Errors
    /// When it cannot be read, or there is none.
    pub fn parameter<T: Content>(&mut self) -> Result<T, FunctionError> {
        match self.arguments.next() {
            Some((position, value)) => argument(position, value),
            None => Err(FunctionError::new("An argument is missing.")),
        }
    }

    /// All arguments that are left.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn variadic<V: Variadic>(&mut self) -> Result<V, FunctionError> {
        self.arguments
            .by_ref()
            .map(|(position, value)| argument(position, value))
            .collect()
    }
}

fn argument<T: Content>(position: usize, value: &Value) -> Result<T, FunctionError> {
    let mut said = Diagnostics::new();
    let decoded = match value {
        Value::Null => T::null(),
        value if !T::is_decided(value) => None,
        value => T::decode(value, &At::root(), &mut said),
    };
    decoded.ok_or_else(|| {
        let errors = said.iter().filter(|one| one.severity == Severity::Error);
        let texts: Vec<_> = errors
            .map(|one| format!("{}: {}", one.summary, one.detail))
            .collect();
        let text = if texts.is_empty() {
            "A known value is needed.".to_owned()
        } else {
            texts.join("\n\n")
        };
        FunctionError::new(text).at(position)
    })
}
