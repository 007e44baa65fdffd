//! The part `access`: who may do what.

use std::time::Duration;

use super::Connector;
use crate::error::PluginError;
use crate::grants::Phase;
use crate::manifest::World;
use crate::record::{AccessFacts, Edge, Object, Permission, Subject};

impl Connector {
    /// All facts that the source knows, all pages together within `deadline`.
    ///
    /// # Errors
    /// As [`Connector::list_inventory`].
    pub async fn list_access(&self, deadline: Duration) -> Result<AccessFacts, PluginError> {
        let loaded = self.host.load(&self.plugin, World::Connector).await?;
        let mut facts = AccessFacts {
            platform: loaded.manifest.platform.clone(),
            ..AccessFacts::default()
        };
        self.pages(
            self.call("list-access", Phase::Plan, deadline),
            async |store, loaded, config, cursor| {
                let guest = loaded.parts.access()?;
                let guest = guest.instantiate_async(&mut *store).await?;
                let part = guest.portcullis_plugin_access();
                part.call_list_access(store, config, cursor).await
            },
            |page| {
                facts
                    .subjects
                    .extend(page.subjects.into_iter().map(Subject::from));
                facts
                    .objects
                    .extend(page.objects.into_iter().map(Object::from));
                facts
                    .permissions
                    .extend(page.permissions.into_iter().map(Permission::from));
                facts.edges.extend(page.edges.into_iter().map(Edge::from));
                let read = page.observed_at;
                facts.observed_at = Some(facts.observed_at.map_or(read, |first| first.min(read)));
                (facts.len(), page.next)
            },
        )
        .await?;
        Ok(facts)
    }
}

impl AccessFacts {
    /// How many facts of all kinds there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.subjects.len() + self.objects.len() + self.permissions.len() + self.edges.len()
    }

    /// Whether the source told nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
