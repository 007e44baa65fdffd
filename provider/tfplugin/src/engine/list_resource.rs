//! A list resource with its type forgotten.

use std::marker::PhantomData;

use crate::diagnostic::Diagnostics;
use crate::engine::{Boxed, conclude, contained, settle, typed, validated};
use crate::field::Schema;
use crate::list_resource::{List, ListResource};
use crate::outcome::Report;
use crate::provider::StateOf;
use crate::resource::Resource;
use crate::serve::StopListener;
use crate::value::Value;

/// A search, in values.
pub(crate) struct Search {
    pub(crate) config: Value,
    pub(crate) whole: bool,
    pub(crate) limit: usize,
    pub(crate) stop: StopListener,
}

/// What a search found: display name and state of each object.
pub(crate) struct Found {
    pub(crate) objects: Vec<(String, Value)>,
    pub(crate) diagnostics: Diagnostics,
}

/// A list resource of a provider whose state is `S`.
pub(crate) trait AnyListResource<S>: Send + Sync {
    fn validate(&self, config: &Value) -> Diagnostics;

    fn list<'a>(&'a self, search: Search, provider: &'a S) -> Boxed<'a, Found>;
}

/// [`AnyListResource`] for `L`.
pub(crate) struct ErasedListResource<L>(pub(crate) PhantomData<fn() -> L>);

impl<L: ListResource> AnyListResource<StateOf<<L::Resource as Resource>::Provider>>
    for ErasedListResource<L>
{
    fn validate(&self, config: &Value) -> Diagnostics {
        validated(config, L::validate)
    }

    fn list<'a>(
        &'a self,
        search: Search,
        provider: &'a StateOf<<L::Resource as Resource>::Provider>,
    ) -> Boxed<'a, Found> {
        Box::pin(async move {
            let mut diagnostics = Diagnostics::new();
            let Some(config) = typed::<L>(&search.config, &mut diagnostics) else {
                return Found {
                    objects: Vec::new(),
                    diagnostics,
                };
            };
            let mut list = List {
                whole: search.whole,
                limit: search.limit,
                report: Report::new(),
                stop: search.stop,
                found: Vec::new(),
            };
            let outcome = contained(config.list(&mut list, provider)).await;
            conclude(outcome, list.report, &mut diagnostics);
            let state = |resource: &L::Resource| settle::known(resource.encode(), &Value::Null);
            let objects = list
                .found
                .iter()
                .map(|(name, found)| (name.clone(), state(found)));
            Found {
                objects: objects.collect(),
                diagnostics,
            }
        })
    }
}
