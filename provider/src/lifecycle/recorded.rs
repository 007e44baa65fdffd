//! What a recorded resource says about itself.

use std::future::Future;

use portcullis_ledger::{Kind, Object};
use portcullis_model::Name;
use serde_json::Value as Json;
use tfplugin::field::{Computed, LabelledBlocks};
use tfplugin::resource::{Plan, Resource};
use tfplugin::{Outcome, Report};

use crate::config::ProviderBlock;
use crate::configured::Configured;
use crate::lifecycle::Held;
use crate::realize::Realized;
use crate::resources::TargetBlock;

/// A resource that lives in the ledger under a natural key.
pub trait Recorded: Resource<Private = Held, Provider = ProviderBlock> {
    /// What the ledger calls it.
    const KIND: Kind;

    /// What connectors call it on their platforms, `identity` or `grant`; `None` for what lives in the ledger alone.
    const OBJECT: Option<&'static str> = None;

    /// Checks a configuration by itself, without the provider's.
    ///
    /// # Errors
    /// What is wrong with it.
    fn check(&self, report: &mut Report) -> Outcome {
        let _ = report;
        Ok(())
    }

    /// Fills in what follows from the configuration alone, its id above all, so that it is known in the first plan.
    ///
    /// # Errors
    /// Deferred while what it follows from is unknown; promises about the result are made all the same.
    fn complete(&mut self, provider: &Configured) -> Outcome;

    /// The natural key, unique per kind in the ledger: the value of `id`.
    ///
    /// # Errors
    /// Deferred while it is unknown.
    fn key(&self) -> Outcome<String>;

    /// Who answers for it.
    ///
    /// # Errors
    /// Deferred while that is unknown.
    fn owner(&self) -> Outcome<String>;

    /// Declares it to the other resources of the plan, and judges it with them.
    fn judge(plan: &mut Plan<Self>, provider: &Configured) -> impl Future<Output = Outcome> + Send;

    /// Chooses again in apply what planning chose over what an earlier run saw: nothing is reserved on that.
    ///
    /// # Errors
    /// Why there is nothing to choose any more.
    fn choose_again(
        prior: Option<&Self>,
        planned: &mut Self,
        held: &mut Held,
        report: &mut Report,
        provider: &Configured,
    ) -> impl Future<Output = Outcome> + Send {
        let _ = (prior, planned, held, report, provider);
        async { Ok(()) }
    }

    /// What to record, from what planning chose.
    ///
    /// # Errors
    /// Why the plan is not one that can be carried out.
    fn object(&self, held: &Held) -> Outcome<Object>;

    /// Gives the values that were left to apply.
    fn settle(&mut self, held: &Held) {
        let _ = held;
    }

    /// The connectors that keep it on their platforms.
    fn target(&self) -> Option<&LabelledBlocks<TargetBlock>> {
        None
    }

    /// What they keep.
    fn realized(&self) -> Option<&Computed<Realized>> {
        None
    }

    /// The same, to change.
    fn realized_mut(&mut self) -> Option<&mut Computed<Realized>> {
        None
    }

    /// Why it may be removed although something of it still works.
    fn force_reason(&self) -> Option<&str> {
        None
    }

    /// What the connector of that label is told of it, as sdk/objects.md has it, without the target's settings.
    ///
    /// # Errors
    /// Deferred while a part of that is unknown.
    fn attributes(
        &self,
        connector: &Name,
        provider: &Configured,
    ) -> impl Future<Output = Outcome<Json>> + Send {
        let _ = (connector, provider);
        async { Ok(Json::Null) }
    }

    /// Declares to what is planned later in this run what apply made of it.
    fn applied(&self, provider: &Configured) {
        let _ = provider;
    }

    /// Checks what a practitioner typed to import an object.
    ///
    /// # Errors
    /// Why it cannot be the natural key of one.
    fn check_id(id: &str) -> Outcome;
}

/// Makes a [`Recorded`] type a resource of the provider: all of them go through the same flow.
macro_rules! recorded {
    ($resource:ty, $name:literal) => {
        impl tfplugin::Resource for $resource {
            type Provider = $crate::config::ProviderBlock;
            type Private = $crate::lifecycle::Held;

            const NAME: &'static str = $name;

            fn validate(&self, report: &mut tfplugin::Report) -> tfplugin::Outcome {
                $crate::lifecycle::Recorded::check(self, report)
            }

            async fn plan(
                plan: &mut tfplugin::resource::Plan<Self>,
                provider: &$crate::configured::Configured,
            ) -> tfplugin::Outcome {
                $crate::lifecycle::plan(plan, provider).await
            }

            async fn plan_destroy(
                destroy: &mut tfplugin::resource::Destroy<Self>,
                provider: &$crate::configured::Configured,
            ) -> tfplugin::Outcome {
                $crate::lifecycle::plan_destroy(destroy, provider).await
            }

            async fn create(
                create: &mut tfplugin::resource::Create<Self>,
                provider: &$crate::configured::Configured,
            ) -> tfplugin::Outcome {
                $crate::lifecycle::create(create, provider).await
            }

            async fn read(
                read: &mut tfplugin::resource::Read<Self>,
                provider: &$crate::configured::Configured,
            ) -> tfplugin::Outcome {
                $crate::lifecycle::read(read, provider).await
            }

            async fn update(
                update: &mut tfplugin::resource::Update<Self>,
                provider: &$crate::configured::Configured,
            ) -> tfplugin::Outcome {
                $crate::lifecycle::update(update, provider).await
            }

            async fn delete(
                delete: &mut tfplugin::resource::Delete<Self>,
                provider: &$crate::configured::Configured,
            ) -> tfplugin::Outcome {
                $crate::lifecycle::delete(delete, provider).await
            }

            fn import(id: &str, _: &mut Self) -> tfplugin::Outcome {
                $crate::lifecycle::import::<Self>(id)
            }
        }
    };
}
pub(crate) use recorded;
