//! A connector with its configuration and grants, and how any function of it is called.

mod access;
mod credentials;
mod inventory;
mod objects;
mod supply;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;
use wasmtime::Store;

use crate::audit::Audited;
use crate::bindings::imports::types::Failure;
use crate::call::{failed, reached, secret_unavailable, stopped, within};
use crate::contract::lacking;
use crate::error::PluginError;
use crate::grants::{Grants, Phase};
use crate::guest::Guest;
use crate::host::{Host, Loaded};
use crate::http::{Circumstances, Gate, Records};
use crate::limits::{DEVICES, Limits};
use crate::lock::PluginRef;
use crate::manifest::World;
use crate::random::{Random, Seed};
use crate::session::Session;
use crate::surface::Part;

/// A connector with its configuration and grants. Nothing is loaded before it is called.
///
/// Functions that list, read and plan may only read from outside; `apply`, `delete`, `issue` and `revoke` may also
/// write. Which phase a call is in follows from the function and cannot be chosen.
#[derive(Clone, Debug)]
pub struct Connector {
    host: Host,
    plugin: PluginRef,
    config: Value,
    grants: Grants,
    limits: Arc<Limits>,
    session: Session,
}

/// One call: which function, in which phase, until when.
#[derive(Clone, Copy, Debug)]
struct Call {
    function: &'static str,
    phase: Phase,
    wall: Duration,
    end: Instant,
    seed: Seed,
}

impl Call {
    /// The call with one more argument, on which its random bytes depend.
    fn and(self, argument: &impl Serialize) -> Self {
        let argument = serde_json::to_string(argument).unwrap_or_default();
        Self {
            seed: self.seed.and(&argument),
            ..self
        }
    }
}

impl Connector {
    pub(crate) fn new(host: Host, plugin: PluginRef, config: Value, grants: Grants) -> Self {
        Self {
            session: Session::new(&grants, &host.inner.limits, &host.inner.network),
            limits: Arc::clone(&host.inner.limits),
            host,
            plugin,
            config,
            grants,
        }
    }

    /// The connector with limits of its own in place of the host's. [`Limits::checked`] compares them with their maxima.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self {
            session: Session::new(&self.grants, &limits, &self.host.inner.network),
            limits: Arc::new(limits),
            ..self
        }
    }

    /// Whether the connector has that part. Loads the plugin and calls nothing.
    ///
    /// # Errors
    /// When the plugin is not the pinned one or cannot run here.
    pub async fn has(&self, part: Part) -> Result<bool, PluginError> {
        let loaded = self.host.load(&self.plugin, World::Connector).await?;
        Ok(loaded.surface.has(part))
    }

    /// Whether the connector keeps objects of that kind, as its manifest says. Loads the plugin and calls nothing.
    ///
    /// # Errors
    /// As [`Connector::has`].
    pub async fn keeps(&self, kind: &str) -> Result<bool, PluginError> {
        let loaded = self.host.load(&self.plugin, World::Connector).await?;
        let named = loaded.manifest.objects.iter().any(|kept| kept == kind);
        Ok(named && loaded.surface.has(Part::Objects))
    }

    fn call(&self, function: &'static str, phase: Phase, deadline: Duration) -> Call {
        let wall = deadline.min(self.limits.connector_wall);
        Call {
            function,
            phase,
            wall,
            end: Instant::now() + wall,
            seed: Seed::new(&self.plugin.entry.sha256, function),
        }
        .and(&self.config)
    }

    /// Calls a function once, in a fresh guest.
    async fn once<T: Serialize>(
        &self,
        call: Call,
        invoke: impl AsyncFnOnce(&mut Store<Guest>, &Loaded, &String) -> Invoked<T>,
    ) -> Result<T, PluginError> {
        let (audited, records) = self.audited(call);
        let called = async {
            let loaded = self.host.load(&self.plugin, World::Connector).await?;
            self.invoke(&loaded, call, records, invoke).await
        };
        audited.end(within(&self.plugin, &self.limits, call.wall, called).await)
    }

    /// Calls a function that pages, a fresh guest for each page, until there is no further cursor. `take` keeps what a
    /// page holds and says how many entries there are by now.
    async fn pages<P: Serialize>(
        &self,
        call: Call,
        mut invoke: impl AsyncFnMut(&mut Store<Guest>, &Loaded, &String, Option<&str>) -> Invoked<P>,
        mut take: impl FnMut(P) -> (usize, Option<String>),
    ) -> Result<(), PluginError> {
        let (audited, records) = self.audited(call);
        let all = async {
            let loaded = self.host.load(&self.plugin, World::Connector).await?;
            let mut cursors = BTreeSet::new();
            let mut cursor: Option<String> = None;
            loop {
                let (call, records) = (call.and(&cursor), records.clone());
                let page = self.invoke(&loaded, call, records, async |store, loaded, config| {
                    invoke(store, loaded, config, cursor.as_deref()).await
                });
                let page = page.await?;
                let (entries, next) = take(page);
                self.bounded(entries)?;
                let Some(next) = next else { return Ok(()) };
                if !cursors.insert(next.clone()) {
                    return Err(self.invalid(
                        "its pages go round in a circle: it gave the same cursor twice".to_owned(),
                    ));
                }
                cursor = Some(next);
            }
        };
        audited.end(within(&self.plugin, &self.limits, call.wall, all).await)
    }

    fn audited(&self, call: Call) -> (Audited, Records) {
        let records = Records::default();
        let audit = self.host.inner.audit.clone();
        let audited = Audited::new(
            audit,
            &self.plugin,
            call.function,
            call.phase,
            records.clone(),
        );
        (audited, records)
    }

    async fn invoke<T: Serialize>(
        &self,
        loaded: &Loaded,
        call: Call,
        records: Records,
        invoke: impl AsyncFnOnce(&mut Store<Guest>, &Loaded, &String) -> Invoked<T>,
    ) -> Result<T, PluginError> {
        let name = &self.plugin.entry.name;
        if let Some(part) = Part::of_function(call.function)
            && !loaded.surface.has(part)
        {
            return Err(lacking(name, call.function, part));
        }
        let gate = Gate::new(
            &loaded.manifest,
            &self.config,
            &self.grants,
            Circumstances {
                phase: call.phase,
                end: call.end,
                limits: Arc::clone(&self.limits),
                session: self.session.clone(),
                random: Random::new(call.seed),
                records,
                begun: (self.host.inner.clock)(),
            },
        );
        let limits = Arc::clone(&self.limits);
        let _turn = self.session.guests.acquire().await;
        let mut store = self.host.store(loaded, limits, Some(gate)).await?;
        let config = match &self.config {
            Value::Null => "{}".to_owned(),
            config => config.to_string(),
        };
        let result = invoke(&mut store, loaded, &config).await;
        let requests = store.data_mut().end_requests();
        let refused = requests
            .iter()
            .filter(|request| request.is_failed())
            .count();
        let unavailable = store.data_mut().take_unavailable();
        let (function, requests) = (call.function, requests.len());
        tracing::debug!(function, requests, refused, "plugin call ended");
        let scrubber = &self.session.scrubber;
        let given = result
            .map_err(|error| stopped(&store, &self.plugin, &self.limits, &error))?
            .map_err(|failure| match unavailable {
                // The guest knows nothing of it, so that it cannot say it either.
                Some(fault) => secret_unavailable(name, fault),
                None => failed(name, &scrubber.failure(&failure)),
            })?;
        if scrubber.finds_in(&given) {
            return Err(PluginError::SecretReturned {
                plugin: name.clone(),
                function: call.function,
            });
        }
        Ok(given)
    }

    fn bounded(&self, entries: usize) -> Result<(), PluginError> {
        if entries <= self.limits.devices {
            return Ok(());
        }
        Err(reached(&self.plugin, &self.limits, DEVICES))
    }

    fn invalid(&self, reason: String) -> PluginError {
        PluginError::Invalid {
            plugin: self.plugin.entry.name.clone(),
            reason,
        }
    }
}

/// What wasmtime gives for a call of a function that may fail.
type Invoked<T> = wasmtime::Result<Result<T, Failure>>;
