//! The parts of a plugin with their functions looked up, once for all calls.

use std::sync::OnceLock;

use wasmtime::component::InstancePre;

use crate::bindings::access::AccessPre;
use crate::bindings::credentials::CredentialsPre;
use crate::bindings::evaluation::EvaluationPre;
use crate::bindings::inventory::InventoryPre;
use crate::bindings::objects::ObjectsPre;
use crate::bindings::supply::SupplyPre;
use crate::guest::Guest;

type Pre = InstancePre<Guest>;

/// The parts of a plugin, each looked up when it is first called.
pub(crate) struct Parts {
    instance: Pre,
    inventory: OnceLock<InventoryPre<Guest>>,
    supply: OnceLock<SupplyPre<Guest>>,
    access: OnceLock<AccessPre<Guest>>,
    objects: OnceLock<ObjectsPre<Guest>>,
    credentials: OnceLock<CredentialsPre<Guest>>,
    evaluation: OnceLock<EvaluationPre<Guest>>,
}

impl Parts {
    /// The parts of a plugin that is linked.
    pub(crate) fn new(instance: Pre) -> Self {
        Self {
            instance,
            inventory: OnceLock::new(),
            supply: OnceLock::new(),
            access: OnceLock::new(),
            objects: OnceLock::new(),
            credentials: OnceLock::new(),
            evaluation: OnceLock::new(),
        }
    }

    /// The plugin whole.
    pub(crate) fn instance(&self) -> &Pre {
        &self.instance
    }

    pub(crate) fn inventory(&self) -> wasmtime::Result<&InventoryPre<Guest>> {
        self.found(&self.inventory, InventoryPre::new)
    }

    pub(crate) fn supply(&self) -> wasmtime::Result<&SupplyPre<Guest>> {
        self.found(&self.supply, SupplyPre::new)
    }

    pub(crate) fn access(&self) -> wasmtime::Result<&AccessPre<Guest>> {
        self.found(&self.access, AccessPre::new)
    }

    pub(crate) fn objects(&self) -> wasmtime::Result<&ObjectsPre<Guest>> {
        self.found(&self.objects, ObjectsPre::new)
    }

    pub(crate) fn credentials(&self) -> wasmtime::Result<&CredentialsPre<Guest>> {
        self.found(&self.credentials, CredentialsPre::new)
    }

    pub(crate) fn evaluation(&self) -> wasmtime::Result<&EvaluationPre<Guest>> {
        self.found(&self.evaluation, EvaluationPre::new)
    }

    fn found<'p, T>(
        &self,
        part: &'p OnceLock<T>,
        look_up: impl FnOnce(Pre) -> wasmtime::Result<T>,
    ) -> wasmtime::Result<&'p T> {
        if let Some(found) = part.get() {
            return Ok(found);
        }
        let found = look_up(self.instance.clone())?;
        Ok(part.get_or_init(|| found))
    }
}
