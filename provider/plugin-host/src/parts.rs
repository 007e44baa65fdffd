//! The parts of a plugin with their functions looked up, once for all calls.

use wasmtime::component::InstancePre;

use crate::bindings::access::AccessPre;
use crate::bindings::credentials::CredentialsPre;
use crate::bindings::evaluation::EvaluationPre;
use crate::bindings::inventory::InventoryPre;
use crate::bindings::objects::ObjectsPre;
use crate::bindings::supply::SupplyPre;
use crate::guest::Guest;
use crate::surface::{Part, Surface};

/// The parts that a plugin has.
pub(crate) struct Parts {
    inventory: Option<InventoryPre<Guest>>,
    supply: Option<SupplyPre<Guest>>,
    access: Option<AccessPre<Guest>>,
    objects: Option<ObjectsPre<Guest>>,
    credentials: Option<CredentialsPre<Guest>>,
    evaluation: Option<EvaluationPre<Guest>>,
}

impl Parts {
    /// Looks up every function of what the plugin exports.
    ///
    /// # Errors
    /// When a function has other arguments or another result than the contract's.
    pub(crate) fn of(surface: &Surface, instance: &InstancePre<Guest>) -> wasmtime::Result<Self> {
        let pre = |part| surface.has(part).then(|| instance.clone());
        Ok(Self {
            inventory: pre(Part::Inventory).map(InventoryPre::new).transpose()?,
            supply: pre(Part::Supply).map(SupplyPre::new).transpose()?,
            access: pre(Part::Access).map(AccessPre::new).transpose()?,
            objects: pre(Part::Objects).map(ObjectsPre::new).transpose()?,
            credentials: pre(Part::Credentials)
                .map(CredentialsPre::new)
                .transpose()?,
            evaluation: pre(Part::Evaluation).map(EvaluationPre::new).transpose()?,
        })
    }

    pub(crate) fn inventory(&self) -> wasmtime::Result<&InventoryPre<Guest>> {
        there(self.inventory.as_ref())
    }

    pub(crate) fn supply(&self) -> wasmtime::Result<&SupplyPre<Guest>> {
        there(self.supply.as_ref())
    }

    pub(crate) fn access(&self) -> wasmtime::Result<&AccessPre<Guest>> {
        there(self.access.as_ref())
    }

    pub(crate) fn objects(&self) -> wasmtime::Result<&ObjectsPre<Guest>> {
        there(self.objects.as_ref())
    }

    pub(crate) fn credentials(&self) -> wasmtime::Result<&CredentialsPre<Guest>> {
        there(self.credentials.as_ref())
    }

    pub(crate) fn evaluation(&self) -> wasmtime::Result<&EvaluationPre<Guest>> {
        there(self.evaluation.as_ref())
    }
}

fn there<T>(part: Option<&T>) -> wasmtime::Result<&T> {
    part.ok_or_else(|| wasmtime::Error::msg("the plugin does not have this part"))
}
