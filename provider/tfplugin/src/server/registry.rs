//! What a provider serves.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::engine::{
    AnyAction, AnyDataSource, AnyEphemeral, AnyFunction, AnyListResource, AnyResource,
    ErasedAction, ErasedDataSource, ErasedEphemeral, ErasedFunction, ErasedListResource,
    ErasedResource, Shape, defaults,
};
use crate::guard::Guard;
use crate::schema::{Function as FunctionSchema, ProviderSchema, Schema};
use crate::serve::StopSignal;
use crate::server::configured::Configured;
use crate::{
    Action, DataSource, EphemeralResource, Function, ListResource, Provider, Resource, field,
};

/// Serves provider `P` and everything registered with it: the tonic service that [`crate::serve`] runs.
///
/// Schemas are made here, once; requests find them by type name.
pub struct ProviderServer<P: Provider> {
    pub(super) provider: Shape,
    pub(super) resources: Entries<dyn AnyResource<P::State>>,
    pub(super) data_sources: Entries<dyn AnyDataSource<P::State>>,
    pub(super) ephemeral: Entries<dyn AnyEphemeral<P::State>>,
    pub(super) list_resources: Entries<dyn AnyListResource<P::State>>,
    pub(super) actions: Entries<dyn AnyAction<P::State>>,
    pub(super) functions: BTreeMap<String, (FunctionSchema, Box<dyn AnyFunction>)>,
    pub(super) configured: Arc<Configured<P::State>>,
    pub(super) stop: StopSignal,
    pub(super) guard: Guard,
    /// What is wrong with the registered types themselves; looked for in debug builds.
    pub(super) faults: Diagnostics,
}

/// Things served by type name.
pub(super) type Entries<T> = BTreeMap<String, Entry<T>>;

/// One thing served, with its schema.
pub(super) struct Entry<T: ?Sized> {
    pub(super) shape: Shape,
    pub(super) object: Arc<T>,
}

impl<P: Provider> ProviderServer<P> {
    /// Serves the provider block and nothing else yet.
    #[must_use]
    pub fn new() -> Self {
        let mut faults = Diagnostics::new();
        Self {
            provider: shape::<P>(P::NAME.to_owned(), 0, &mut faults),
            resources: BTreeMap::new(),
            data_sources: BTreeMap::new(),
            ephemeral: BTreeMap::new(),
            list_resources: BTreeMap::new(),
            actions: BTreeMap::new(),
            functions: BTreeMap::new(),
            configured: Arc::new(Configured::new()),
            stop: StopSignal::new(),
            guard: Guard::default(),
            faults,
        }
    }

    /// Uses this signal for StopProvider instead of one of its own. Give [`crate::serve::Serve`] the same one: it is then
    /// also given when the process has to end.
    #[must_use]
    pub fn stop_signal(mut self, stop: StopSignal) -> Self {
        self.stop = stop;
        self
    }

    /// Checks answers, or does not, whatever the build. Debug builds check unless told otherwise.
    #[must_use]
    pub fn guard(mut self, guard: Guard) -> Self {
        self.guard = guard;
        self
    }

    /// Gives the state of the latest configuration whenever it is called, to work done beside requests, such as a
    /// [shutdown hook](crate::serve::Serve::on_shutdown). `None` while there is none.
    pub fn latest_state(&self) -> impl Fn() -> Option<Arc<P::State>> + Send + Sync + 'static {
        let configured = Arc::clone(&self.configured);
        move || configured.get().ok().flatten()
    }

    /// Serves resource `R`.
    #[must_use]
    pub fn resource<R: Resource<Provider = P>>(mut self) -> Self {
        let shape = shape::<R>(type_name::<P>(R::NAME), R::VERSION, &mut self.faults);
        self.resources.insert(
            type_name::<P>(R::NAME),
            entry(shape, Arc::new(ErasedResource::<R>(PhantomData))),
        );
        self
    }

    /// Serves data source `D`.
    #[must_use]
    pub fn data_source<D: DataSource<Provider = P>>(mut self) -> Self {
        let shape = shape::<D>(type_name::<P>(D::NAME), 0, &mut self.faults);
        self.data_sources.insert(
            type_name::<P>(D::NAME),
            entry(shape, Arc::new(ErasedDataSource::<D>(PhantomData))),
        );
        self
    }

    /// Serves ephemeral resource `E`.
    #[must_use]
    pub fn ephemeral_resource<E: EphemeralResource<Provider = P>>(mut self) -> Self {
        let shape = shape::<E>(type_name::<P>(E::NAME), 0, &mut self.faults);
        self.ephemeral.insert(
            type_name::<P>(E::NAME),
            entry(shape, Arc::new(ErasedEphemeral::<E>(PhantomData))),
        );
        self
    }

    /// Serves function `F`.
    #[must_use]
    pub fn function<F: Function>(mut self) -> Self {
        let object = ErasedFunction::<F>(PhantomData);
        self.functions
            .insert(F::NAME.to_owned(), (object.schema(), Box::new(object)));
        self
    }

    /// Serves the search `L` for a resource served too.
    #[must_use]
    pub fn list_resource<L>(mut self) -> Self
    where
        L: ListResource<Resource: Resource<Provider = P>>,
    {
        let name = type_name::<P>(<L::Resource as Resource>::NAME);
        let object = Arc::new(ErasedListResource::<L>(PhantomData));
        self.list_resources.insert(
            name.clone(),
            entry(shape::<L>(name, 0, &mut self.faults), object),
        );
        self
    }

    /// Serves action `A`.
    #[must_use]
    pub fn action<A: Action<Provider = P>>(mut self) -> Self {
        let shape = shape::<A>(type_name::<P>(A::NAME), 0, &mut self.faults);
        self.actions.insert(
            type_name::<P>(A::NAME),
            entry(shape, Arc::new(ErasedAction::<A>(PhantomData))),
        );
        self
    }

    /// All schemas: for reference pages, and for [checks](ProviderSchema::check) in tests.
    #[must_use]
    pub fn schema(&self) -> ProviderSchema {
        ProviderSchema {
            provider: self.provider.schema.clone(),
            resources: schemas(&self.resources),
            data_sources: schemas(&self.data_sources),
            ephemeral_resources: schemas(&self.ephemeral),
            list_resources: schemas(&self.list_resources),
            actions: schemas(&self.actions),
            functions: self
                .functions
                .iter()
                .map(|(name, (f, _))| (name.clone(), f.clone()))
                .collect(),
        }
    }
}

impl<P: Provider> Default for ProviderServer<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Provider> fmt::Debug for ProviderServer<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderServer")
            .field("provider", &self.provider.type_name)
            .field("resources", &self.resources.keys())
            .finish_non_exhaustive()
    }
}

/// The entry `type_name`, or the error that nothing of that name is served.
pub(super) fn find<'a, T: ?Sized>(
    entries: &'a Entries<T>,
    type_name: &str,
) -> Result<&'a Entry<T>, Diagnostic> {
    entries.get(type_name).ok_or_else(|| {
        let detail = format!(
            "Terraform asked for `{type_name}`, which this version of the provider does not have.\n\n\
             Upgrade the provider, or remove what uses this type.\n\ntype-not-served"
        );
        Diagnostic::error("Type is not served", detail)
    })
}

fn type_name<P: Provider>(name: &str) -> String {
    format!("{}_{name}", P::NAME)
}

fn shape<S: field::Schema>(type_name: String, version: i64, faults: &mut Diagnostics) -> Shape {
    let block = S::block();
    if cfg!(debug_assertions) {
        faults.extend(defaults::wrong::<S>(&type_name, &block));
    }
    Shape::new(type_name, Schema { version, block })
}

fn entry<T: ?Sized>(shape: Shape, object: Arc<T>) -> Entry<T> {
    Entry { shape, object }
}

fn schemas<T: ?Sized>(entries: &Entries<T>) -> BTreeMap<String, Schema> {
    entries
        .iter()
        .map(|(name, entry)| (name.clone(), entry.shape.schema.clone()))
        .collect()
}
