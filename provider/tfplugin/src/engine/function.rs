//! A function with its type forgotten.

use std::marker::PhantomData;

use crate::field::Content;
use crate::function::{Function, FunctionError, Given, Signature};
use crate::schema;
use crate::value::Value;

/// A function.
pub(crate) trait AnyFunction: Send + Sync {
    fn schema(&self) -> schema::Function;

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError>;
}

/// [`AnyFunction`] for `F`.
pub(crate) struct ErasedFunction<F>(pub(crate) PhantomData<fn() -> F>);

impl<F: Function> AnyFunction for ErasedFunction<F> {
    fn schema(&self) -> schema::Function {
        let Signature {
            description,
            parameters,
            variadic,
        } = F::signature();
        let summary = description.lines().next().unwrap_or_default();
        schema::Function {
            summary: summary.trim_end_matches('.').to_owned(),
            description,
            parameters,
            variadic,
            result: F::Output::ty().implied_type(),
            deprecation: None,
        }
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        Ok(F::decode(&mut Given::new(arguments))?.call()?.encode())
    }
}
