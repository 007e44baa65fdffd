//! Managed resources.
//!
//! A resource is a struct with a derived [`Schema`] and this trait. Only what differs from one resource to the next is
//! asked for; defaults, computed values, replacement, write-only values, import, identity, moves and the upgrade of
//! stored state follow from the schema.

mod apply;
mod moved;
mod plan;
mod read;

use std::future::Future;

pub use apply::{Create, Delete, Update};
pub use moved::Moved;
pub use plan::{Action, Destroy, Plan};
pub use read::Read;

use crate::private::Private;
use crate::provider::{Provider, StateOf};
use crate::{Diagnostic, Outcome, Report, Schema};

/// A resource that Terraform manages.
pub trait Resource: Schema {
    /// The provider it belongs to.
    type Provider: Provider;

    /// What is kept beside its state; `()` for nothing.
    type Private: Private;

    /// Its type name without the provider's prefix: `gpu_pool`.
    const NAME: &'static str;

    /// Raised when stored state needs [`Resource::upgrade`] to be read.
    const VERSION: i64 = 0;

    /// Checks a configuration by itself: shapes and combinations, nothing live. A `?` on an unknown defers the check.
    ///
    /// # Errors
    /// What is wrong with the configuration.
    fn validate(&self, report: &mut Report) -> Outcome {
        let _ = report;
        Ok(())
    }

    /// Decides what will be, beyond what the schema says. Runs in the plan and again right before apply; what it leaves
    /// known in the first must come out equal in the second.
    fn plan(
        plan: &mut Plan<Self>,
        provider: &StateOf<Self::Provider>,
    ) -> impl Future<Output = Outcome> + Send {
        let _ = (plan, provider);
        async { Ok(()) }
    }

    /// Makes it. Every unknown in `create.state` must be given a value.
    fn create(
        create: &mut Create<Self>,
        provider: &StateOf<Self::Provider>,
    ) -> impl Future<Output = Outcome> + Send;

    /// Looks at it and brings `read.state` up to date, or says that it is [gone](Read::gone).
    fn read(
        read: &mut Read<Self>,
        provider: &StateOf<Self::Provider>,
    ) -> impl Future<Output = Outcome> + Send;

    /// Changes it in place. Every unknown in `update.state` must be given a value.
    fn update(
        update: &mut Update<Self>,
        provider: &StateOf<Self::Provider>,
    ) -> impl Future<Output = Outcome> + Send;

    /// Removes it. That it was gone already is no error.
    fn delete(
        delete: &mut Delete<Self>,
        provider: &StateOf<Self::Provider>,
    ) -> impl Future<Output = Outcome> + Send;

    /// Says before it begins what removing it will find.
    fn plan_destroy(
        destroy: &mut Destroy<Self>,
        provider: &StateOf<Self::Provider>,
    ) -> impl Future<Output = Outcome> + Send {
        let _ = (destroy, provider);
        async { Ok(()) }
    }

    /// Reads an import ID into `imported`, which has it as `id` already where there is such an attribute. Only what
    /// [`Resource::read`] needs to find the object has to be set.
    ///
    /// # Errors
    /// Why `id` cannot be one of this resource.
    fn import(id: &str, imported: &mut Self) -> Outcome {
        let _ = (id, imported);
        Ok(())
    }

    /// Turns state that version `from` stored, as JSON, into that of [`Resource::VERSION`].
    ///
    /// # Errors
    /// Why it cannot; by default always, since there are no older versions until there is one.
    fn upgrade(from: i64, stored: serde_json::Value) -> Outcome<serde_json::Value> {
        let _ = stored;
        let detail = format!(
            "The state was stored with schema version {from}, and this version of the provider reads {} alone.\n\n\
             Apply once with the last version of the provider that reads version {from}, then upgrade.\n\n\
             state-version-too-old",
            Self::VERSION
        );
        Err(Diagnostic::error("State version is too old", detail).into())
    }

    /// Takes over the state of another resource type, for a `moved` block. `None` where that type cannot be moved here.
    ///
    /// # Errors
    /// Why this object of a type that can be moved cannot.
    fn move_from(source: &Moved) -> Outcome<Option<Self>> {
        let _ = source;
        Ok(None)
    }
}
