//! Signatures of provider functions.

use crate::value::Type;

/// The signature of a function, as `provider::name::function(...)` calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// What it gives, in one phrase.
    pub summary: String,
    /// What it does, in Markdown.
    pub description: String,
    /// The arguments, in order.
    pub parameters: Vec<Parameter>,
    /// What any further arguments are, where there may be any.
    pub variadic: Option<Parameter>,
    /// The type of the result.
    pub result: Type,
    /// Why not to use it any more, where that is so.
    pub deprecation: Option<String>,
}

/// A parameter of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, in snake case.
    pub name: String,
    /// The type that arguments are converted to.
    pub ty: Type,
    /// What it means, in Markdown.
    pub description: String,
    /// Whether the function takes null; where not, core refuses null arguments.
    pub nullable: bool,
    /// Whether the function takes unknown values; where not, core answers for it: the result is unknown.
    pub unknowable: bool,
}
