//! A function with its type forgotten.

use std::marker::PhantomData;

use crate::field::Content;
use crate::function::{Function, FunctionError, Given, Signature};
use crate::value::{Type, Value};

/// A function.
pub(crate) trait AnyFunction: Send + Sync {
    fn signature(&self) -> Signature;

    fn result(&self) -> Type;

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError>;
}

/// [`AnyFunction`] for `F`.
pub(crate) struct ErasedFunction<F>(pub(crate) PhantomData<fn() -> F>);

impl<F: Function> AnyFunction for ErasedFunction<F> {
    fn signature(&self) -> Signature {
        F::signature()
    }

    fn result(&self) -> Type {
        F::Output::ty().implied_type()
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        Ok(F::decode(&mut Given::new(arguments))?.call()?.encode())
    }
}
