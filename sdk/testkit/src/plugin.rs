//! A plugin that can be called, natively or as a component, with the same results.

use std::fmt;
use std::time::Duration;

use portcullis_plugin_host::{
    AccessFacts, Application, Change, Desired, DeviceRecord, Finding, Managed, Stamp, Supply,
};
use serde_json::Value;

use crate::log::Log;
use crate::records;
use crate::way::{Called, Inside};

/// Time for one call.
const DEADLINE: Duration = Duration::from_secs(60);

/// A plugin that can be called. Records and errors are the host's, whichever way it runs.
pub struct Plugin {
    inside: Inside,
    log: Log,
}

/// A credential, as far as a test sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// By which it can be revoked.
    pub id: String,
    /// In seconds since 1970-01-01T00:00:00Z.
    pub expires_at: u32,
}

impl Plugin {
    pub(crate) fn new(inside: Inside, log: Log) -> Self {
        Self { inside, log }
    }

    /// What was logged so far: the plugin's own lines, and for a component the host's about it.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.text()
    }

    /// All devices, of all pages.
    ///
    /// # Errors
    /// When the plugin or the host says so.
    pub fn list_inventory(&self) -> Called<Vec<DeviceRecord>> {
        self.list_inventory_within(DEADLINE)
    }

    pub(crate) fn list_inventory_within(&self, deadline: Duration) -> Called<Vec<DeviceRecord>> {
        match &self.inside {
            Inside::Component(inside) => {
                inside.call(&self.log, inside.connector.list_inventory(deadline))
            }
            Inside::Natively(inside) => {
                let mut devices = Vec::new();
                inside.pages(
                    |functions, config, cursor| (functions.list_inventory)(config, cursor),
                    |page| {
                        devices.extend(page.devices.into_iter().map(records::device));
                        page.next
                    },
                )?;
                Ok(devices)
            }
        }
    }

    /// All pools and quotas, of all pages.
    ///
    /// # Errors
    /// When the plugin or the host says so.
    pub fn list_supply(&self) -> Called<Supply> {
        self.list_supply_within(DEADLINE)
    }

    pub(crate) fn list_supply_within(&self, deadline: Duration) -> Called<Supply> {
        match &self.inside {
            Inside::Component(inside) => {
                inside.call(&self.log, inside.connector.list_supply(deadline))
            }
            Inside::Natively(inside) => {
                let mut supply = Supply::default();
                inside.pages(
                    |functions, config, cursor| (functions.list_supply)(config, cursor),
                    |page| {
                        supply
                            .pools
                            .extend(page.pools.into_iter().map(records::pool));
                        supply
                            .quotas
                            .extend(page.quotas.into_iter().map(records::quota));
                        page.next
                    },
                )?;
                Ok(supply)
            }
        }
    }

    /// All facts about access, of all pages.
    ///
    /// # Errors
    /// When the plugin or the host says so.
    pub fn list_access(&self) -> Called<AccessFacts> {
        self.list_access_within(DEADLINE)
    }

    pub(crate) fn list_access_within(&self, deadline: Duration) -> Called<AccessFacts> {
        match &self.inside {
            Inside::Component(inside) => {
                inside.call(&self.log, inside.connector.list_access(deadline))
            }
            Inside::Natively(inside) => {
                let mut facts = AccessFacts {
                    platform: inside.platform.clone(),
                    ..AccessFacts::default()
                };
                inside.pages(
                    |functions, config, cursor| (functions.list_access)(config, cursor),
                    |page| {
                        facts
                            .subjects
                            .extend(page.subjects.into_iter().map(records::subject));
                        facts
                            .objects
                            .extend(page.objects.into_iter().map(records::object));
                        facts
                            .permissions
                            .extend(page.permissions.into_iter().map(records::permission));
                        facts
                            .edges
                            .extend(page.edges.into_iter().map(records::edge));
                        let oldest = facts
                            .observed_at
                            .map_or(page.observed_at, |at| at.min(page.observed_at));
                        facts.observed_at = Some(oldest);
                        page.next
                    },
                )?;
                Ok(facts)
            }
        }
    }

    /// An object by its id, or by its name when `id` is empty.
    ///
    /// # Errors
    /// When the plugin or the host says so.
    pub fn read(&self, kind: &str, id: &str, name: &str) -> Called<Option<Managed>> {
        match &self.inside {
            Inside::Component(inside) => {
                inside.call(&self.log, inside.connector.read(kind, id, name, DEADLINE))
            }
            Inside::Natively(inside) => {
                let found =
                    inside.call(|functions, config| (functions.read)(config, kind, id, name))?;
                found.map(records::managed).transpose()
            }
        }
    }

    /// What has to change.
    ///
    /// # Errors
    /// When the plugin or the host says so.
    pub fn plan(&self, prior: Option<&Managed>, desired: &Desired) -> Called<Change> {
        match &self.inside {
            Inside::Component(inside) => {
                inside.call(&self.log, inside.connector.plan(prior, desired, DEADLINE))
            }
            Inside::Natively(inside) => {
                let prior = prior.map(records::managed_to_guest);
                let desired = records::desired_to_guest(desired);
                let change = inside
                    .call(|functions, config| (functions.plan)(config, prior.as_ref(), &desired))?;
                records::change(change)
            }
        }
    }

    /// The object after a change.
    ///
    /// # Errors
    /// When the plugin or the host says so.
    pub fn apply(
        &self,
        prior: Option<&Managed>,
        change: &Change,
        stamp: &Stamp,
    ) -> Called<Managed> {
        match &self.inside {
            Inside::Component(inside) => inside.call(
                &self.log,
                inside.connector.apply(prior, change, stamp, DEADLINE),
            ),
            Inside::Natively(inside) => {
                let prior = prior.map(records::managed_to_guest);
                let (change, stamp) = (
                    records::change_to_guest(change),
                    records::stamp_to_guest(stamp),
                );
                let object = inside.call(|functions, config| {
                    (functions.apply)(config, prior.as_ref(), &change, &stamp)
                })?;
                records::managed(object)
            }
        }
    }

    /// Deletes an object.
    ///
    /// # Errors
    /// When the plugin or the host says so.
    pub fn delete(&self, prior: &Managed, stamp: &Stamp) -> Called<()> {
        match &self.inside {
            Inside::Component(inside) => {
                inside.call(&self.log, inside.connector.delete(prior, stamp, DEADLINE))
            }
            Inside::Natively(inside) => {
                let (prior, stamp) = (
                    records::managed_to_guest(prior),
                    records::stamp_to_guest(stamp),
                );
                inside.call(|functions, config| (functions.delete)(config, &prior, &stamp))
            }
        }
    }

    /// A credential, without its value, which only the host has.
    ///
    /// # Errors
    /// When the plugin or the host says so.
    pub fn issue(&self, application: &Application, stamp: &Stamp) -> Called<Issued> {
        match &self.inside {
            Inside::Component(inside) => {
                let issued = inside.connector.issue(application, stamp, DEADLINE);
                let credential = inside.call(&self.log, issued)?;
                Ok(Issued {
                    id: credential.id,
                    expires_at: credential.expires_at,
                })
            }
            Inside::Natively(inside) => {
                let application = records::application_to_guest(application);
                let stamp = records::stamp_to_guest(stamp);
                let credential = inside
                    .call(|functions, config| (functions.issue)(config, &application, &stamp))?;
                Ok(Issued {
                    id: credential.id,
                    expires_at: credential.expires_at,
                })
            }
        }
    }

    /// Makes a credential useless.
    ///
    /// # Errors
    /// When the plugin or the host says so.
    pub fn revoke(&self, id: &str, stamp: &Stamp) -> Called<()> {
        match &self.inside {
            Inside::Component(inside) => {
                inside.call(&self.log, inside.connector.revoke(id, stamp, DEADLINE))
            }
            Inside::Natively(inside) => {
                let stamp = records::stamp_to_guest(stamp);
                inside.call(|functions, config| (functions.revoke)(config, id, &stamp))
            }
        }
    }

    /// What a check finds in a plan document.
    ///
    /// # Errors
    /// When the plugin or the host says so.
    pub fn judge(&self, plan: &Value) -> Called<Vec<Finding>> {
        let plan = plan.to_string();
        match &self.inside {
            Inside::Component(inside) => inside.call(&self.log, inside.check.run(&plan)),
            Inside::Natively(inside) => {
                let findings = inside.call(|functions, config| (functions.run)(&plan, config))?;
                Ok(findings.into_iter().map(records::finding).collect())
            }
        }
    }

    /// Asks twice and gives the answer.
    ///
    /// # Panics
    /// When the two answers differ, since the test is about a plugin that cannot be relied on.
    #[allow(clippy::panic, reason = "this is an assertion of a test")]
    pub fn twice<T: PartialEq + fmt::Debug>(&self, ask: impl Fn(&Self) -> T) -> T {
        let (first, second) = (ask(self), ask(self));
        if first != second {
            panic!(
                "asked twice, {self:?} gave different answers:\n  first  {first:?}\n  second {second:?}"
            );
        }
        first
    }
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.inside {
            Inside::Natively(_) => "the plugin, natively",
            Inside::Component(_) => "the plugin, as a component",
        })
    }
}
