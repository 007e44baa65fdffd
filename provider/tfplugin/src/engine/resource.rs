//! A managed resource with its type forgotten.

use std::marker::PhantomData;

use crate::diagnostic::Diagnostics;
use crate::engine::{
    Boxed, ImportKey, Shape, resource_apply, resource_plan, resource_read, stored,
};
use crate::engine::{import, validated};
use crate::provider::StateOf;
use crate::resource::{Moved, Resource};
use crate::serve::StopListener;
use crate::value::{Path, Value};

/// A request to plan, in values.
pub(crate) struct PlanRequest {
    pub(crate) prior: Value,
    pub(crate) proposed: Value,
    pub(crate) config: Value,
    pub(crate) private: Vec<u8>,
    pub(crate) first: Vec<u8>,
    pub(crate) stop: StopListener,
}

/// What was planned.
pub(crate) struct Planned {
    pub(crate) state: Value,
    pub(crate) replace: Vec<Path>,
    pub(crate) private: Vec<u8>,
    pub(crate) diagnostics: Diagnostics,
}

/// A request to apply, in values.
pub(crate) struct ApplyRequest {
    pub(crate) prior: Value,
    pub(crate) planned: Value,
    pub(crate) config: Value,
    pub(crate) private: Vec<u8>,
    pub(crate) stop: StopListener,
}

/// What was applied.
pub(crate) struct Applied {
    pub(crate) state: Value,
    pub(crate) private: Vec<u8>,
    pub(crate) diagnostics: Diagnostics,
}

/// A request to read, in values.
pub(crate) struct ReadRequest {
    pub(crate) state: Value,
    pub(crate) private: Vec<u8>,
    pub(crate) stop: StopListener,
}

/// What was read.
pub(crate) struct ReadAnswer {
    pub(crate) state: Value,
    pub(crate) private: Vec<u8>,
    pub(crate) diagnostics: Diagnostics,
}

/// A resource of a provider whose state is `S`.
pub(crate) trait AnyResource<S>: Send + Sync {
    fn validate(&self, config: &Value) -> Diagnostics;

    /// `provider` is absent while its configuration is not known yet.
    fn plan<'a>(
        &'a self,
        shape: &'a Shape,
        request: &'a PlanRequest,
        provider: Option<&'a S>,
    ) -> Boxed<'a, Planned>;

    fn apply<'a>(
        &'a self,
        shape: &'a Shape,
        request: &'a ApplyRequest,
        provider: &'a S,
    ) -> Boxed<'a, Applied>;

    fn read<'a>(
        &'a self,
        shape: &'a Shape,
        request: &'a ReadRequest,
        provider: &'a S,
    ) -> Boxed<'a, ReadAnswer>;

    fn import(&self, shape: &Shape, key: ImportKey) -> Result<Value, Diagnostics>;

    fn upgrade(&self, shape: &Shape, version: i64, json: &[u8]) -> Result<Value, Diagnostics>;

    fn move_from(&self, shape: &Shape, source: &Moved) -> Result<Value, Diagnostics>;
}

/// [`AnyResource`] for `R`.
pub(crate) struct ErasedResource<R>(pub(crate) PhantomData<fn() -> R>);

impl<R: Resource> AnyResource<StateOf<R::Provider>> for ErasedResource<R> {
    fn validate(&self, config: &Value) -> Diagnostics {
        validated(config, R::validate)
    }

    fn plan<'a>(
        &'a self,
        shape: &'a Shape,
        request: &'a PlanRequest,
        provider: Option<&'a StateOf<R::Provider>>,
    ) -> Boxed<'a, Planned> {
        Box::pin(resource_plan::plan::<R>(shape, request, provider))
    }

    fn apply<'a>(
        &'a self,
        shape: &'a Shape,
        request: &'a ApplyRequest,
        provider: &'a StateOf<R::Provider>,
    ) -> Boxed<'a, Applied> {
        Box::pin(resource_apply::apply::<R>(shape, request, provider))
    }

    fn read<'a>(
        &'a self,
        shape: &'a Shape,
        request: &'a ReadRequest,
        provider: &'a StateOf<R::Provider>,
    ) -> Boxed<'a, ReadAnswer> {
        Box::pin(resource_read::read::<R>(shape, request, provider))
    }

    fn import(&self, shape: &Shape, key: ImportKey) -> Result<Value, Diagnostics> {
        import::import::<R>(shape, key)
    }

    fn upgrade(&self, shape: &Shape, version: i64, json: &[u8]) -> Result<Value, Diagnostics> {
        stored::upgrade::<R>(shape, version, json)
    }

    fn move_from(&self, shape: &Shape, source: &Moved) -> Result<Value, Diagnostics> {
        stored::move_from::<R>(shape, source)
    }
}
