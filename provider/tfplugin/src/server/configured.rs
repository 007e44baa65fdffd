//! The state of the provider, once it is configured.

use std::sync::{Arc, PoisonError, RwLock};

use crate::diagnostic::Diagnostic;

/// What the latest ConfigureProvider made. Requests take it when they begin and keep it until they end, whatever is
/// configured meanwhile.
pub(super) struct Configured<S>(RwLock<Latest<S>>);

enum Latest<S> {
    Never,
    /// The configuration holds values that are not known yet.
    Deferred,
    Done(Arc<S>),
}

impl<S> Configured<S> {
    pub(super) fn new() -> Self {
        Self(RwLock::new(Latest::Never))
    }

    /// Uses `state` for requests that begin from here on; `None` while the configuration is not known.
    pub(super) fn set(&self, state: Option<Arc<S>>) {
        let latest = state.map_or(Latest::Deferred, Latest::Done);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = latest;
    }

    /// The state, or `None` while the configuration is not known.
    pub(super) fn get(&self) -> Result<Option<Arc<S>>, Diagnostic> {
        match &*self.0.read().unwrap_or_else(PoisonError::into_inner) {
            Latest::Done(state) => Ok(Some(Arc::clone(state))),
            Latest::Deferred => Ok(None),
            Latest::Never => Err(Diagnostic::error(
                "Provider is not configured",
                "A request that needs the configured provider came before its configuration, or after a \
                 configuration that failed.\n\n\
                 Correct the errors of the `provider` block first.\n\nprovider-not-configured",
            )),
        }
    }

    /// The state, where nothing can be done without.
    pub(super) fn required(&self) -> Result<Arc<S>, Diagnostic> {
        self.get()?.ok_or_else(|| {
            Diagnostic::error(
                "Provider configuration is not known yet",
                "The `provider` block holds values that only apply makes known, and this operation cannot wait for \
                 them.\n\n\
                 Apply what these values come from first, for example with `-target`, or write them out.\n\n\
                 provider-configuration-unknown",
            )
        })
    }
}
