//! A connector as the keeper of objects on its platform.

use std::time::Duration;

use portcullis_model::Name;
use portcullis_plugin_host::{Change, Connector, Desired, Managed, Stamp};
use tfplugin::{Diagnostic, Outcome, Stop};

use crate::said::said;

/// A connector as the keeper of objects on its platform. Every answer is deferred while its configuration is unknown.
#[derive(Debug, Clone)]
pub struct Platform {
    name: Name,
    /// None while its configuration is unknown.
    connector: Option<Connector>,
    timeout: Duration,
}

impl Platform {
    /// A connector by its label; none for one whose configuration is unknown.
    #[must_use]
    pub fn new(name: Name, connector: Option<Connector>, timeout: Duration) -> Self {
        Self {
            name,
            connector,
            timeout,
        }
    }

    /// The label of its block.
    #[must_use]
    pub fn name(&self) -> &Name {
        &self.name
    }

    fn connector(&self) -> Outcome<&Connector> {
        self.connector.as_ref().ok_or(Stop::Deferred)
    }

    pub(super) async fn keeps(&self, kind: &str) -> Outcome<bool> {
        Ok(self.connector()?.keeps(kind).await.map_err(said)?)
    }

    /// # Errors
    /// When the connector keeps no objects of that kind.
    pub(super) async fn must_keep(&self, kind: &str) -> Outcome {
        if self.keeps(kind).await? {
            return Ok(());
        }
        let detail = format!(
            "Asked connector `{}` to keep an object of kind `{kind}`; its manifest does not name that kind.\n\n\
             Remove the target, or use a connector that keeps such objects: `portcullis plugin inspect` says which kinds \
             a plugin keeps.\n\n\
             target-keeps-nothing",
            self.name
        );
        Err(Diagnostic::error("Connector keeps no such objects", detail).into())
    }

    pub(super) async fn read(&self, kind: &str, id: &str, name: &str) -> Outcome<Option<Managed>> {
        let read = self.connector()?.read(kind, id, name, self.timeout);
        Ok(read.await.map_err(said)?)
    }

    pub(super) async fn plan(&self, prior: Option<&Managed>, desired: &Desired) -> Outcome<Change> {
        let plan = self.connector()?.plan(prior, desired, self.timeout);
        Ok(plan.await.map_err(said)?)
    }

    pub(super) async fn apply(
        &self,
        prior: Option<&Managed>,
        change: &Change,
        stamp: &Stamp,
    ) -> Outcome<Managed> {
        let apply = self.connector()?.apply(prior, change, stamp, self.timeout);
        Ok(apply.await.map_err(said)?)
    }

    pub(super) async fn delete(&self, prior: &Managed, stamp: &Stamp) -> Outcome {
        let delete = self.connector()?.delete(prior, stamp, self.timeout);
        Ok(delete.await.map_err(said)?)
    }
}
