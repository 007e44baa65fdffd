//! The host of all plugins of one provider.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};

use serde_json::Value;
use tokio::sync::OnceCell;
use wasmtime::component::{Component, InstancePre};

use crate::audit::Audit;
use crate::cache::Cache;
use crate::check::Check;
use crate::connector::Connector;
use crate::contract;
use crate::error::PluginError;
use crate::grants::Grants;
use crate::guest::Guest;
use crate::http::Network;
use crate::limits::Limits;
use crate::lock::PluginRef;
use crate::manifest::{Manifest, World};
use crate::sandbox::Sandbox;

/// Gives seconds since 1970-01-01T00:00:00Z.
pub type Clock = Arc<dyn Fn() -> u32 + Send + Sync>;

/// What a host is made of.
#[derive(Clone)]
pub struct HostConfig {
    /// Directory for compiled plugins, made with mode 0700 when it is missing; none compiles at every start.
    pub cache_dir: Option<PathBuf>,
    /// Takes the record of every call; none keeps no records.
    pub audit: Option<Audit>,
    /// The only clock that guests see.
    pub clock: Clock,
    /// What one call may use.
    pub limits: Limits,
    /// Resolver and certificates of requests over HTTP.
    pub network: Network,
}

impl HostConfig {
    /// Default limits, no cache, the resolver of the system and the certificate authorities that browsers trust.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            cache_dir: None,
            audit: None,
            clock,
            limits: Limits::default(),
            network: Network::default(),
        }
    }
}

impl fmt::Debug for HostConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostConfig")
            .field("cache_dir", &self.cache_dir)
            .field("limits", &self.limits)
            .field("network", &self.network)
            .finish_non_exhaustive()
    }
}

/// The host of all plugins of one provider. Cheap to clone; the clones share what is loaded.
#[derive(Clone)]
pub struct Host {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) audit: Option<Audit>,
    pub(crate) clock: Clock,
    pub(crate) limits: Arc<Limits>,
    pub(crate) network: Network,
    cache: Option<Cache>,
    /// Made by the first call of a plugin: a provider without plugins never pays for an engine.
    sandbox: OnceLock<Arc<Sandbox>>,
    /// By digest, so that a plugin is compiled once however many resources call it.
    loaded: Mutex<BTreeMap<String, Arc<OnceCell<Loaded>>>>,
}

/// A plugin that is compiled, checked and linked.
#[derive(Clone)]
pub(crate) struct Loaded {
    pub(crate) sandbox: Arc<Sandbox>,
    pub(crate) manifest: Arc<Manifest>,
    pub(crate) instance: InstancePre<Guest>,
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host")
            .field("limits", &self.inner.limits)
            .finish_non_exhaustive()
    }
}

impl Host {
    /// A host that has loaded nothing: no file is opened and no engine made before a plugin is called.
    #[must_use]
    pub fn new(config: HostConfig) -> Self {
        let HostConfig {
            cache_dir,
            audit,
            clock,
            limits,
            network,
        } = config;
        Self {
            inner: Arc::new(Inner {
                audit,
                clock,
                limits: Arc::new(limits),
                network,
                cache: cache_dir.map(Cache::new),
                sandbox: OnceLock::new(),
                loaded: Mutex::default(),
            }),
        }
    }

    /// The connector of that pin with its `config`, an object, and its grants.
    #[must_use]
    pub fn connector(&self, plugin: &PluginRef, config: Value, grants: Grants) -> Connector {
        Connector::new(self.clone(), plugin.clone(), config, grants)
    }

    /// The check of that pin with its `config`, an object.
    #[must_use]
    pub fn check(&self, plugin: &PluginRef, config: Value) -> Check {
        Check::new(self.clone(), plugin.clone(), config)
    }

    /// Loads a plugin without calling it: reads, compares with the pin, compiles into the cache, checks the contract.
    ///
    /// # Errors
    /// When the plugin is not the pinned one or cannot run here.
    pub async fn prepare(&self, plugin: &PluginRef) -> Result<(), PluginError> {
        self.load(plugin, plugin.entry.world).await.map(drop)
    }

    pub(crate) async fn load(
        &self,
        plugin: &PluginRef,
        world: World,
    ) -> Result<Loaded, PluginError> {
        if plugin.entry.world != world {
            return Err(PluginError::Invalid {
                plugin: plugin.entry.name.clone(),
                reason: format!(
                    "it is a {} and was asked for as a {}",
                    plugin.entry.world.name(),
                    world.name()
                ),
            });
        }
        let cell = match self.inner.loaded.lock() {
            Ok(mut loaded) => Arc::clone(loaded.entry(plugin.entry.sha256.clone()).or_default()),
            Err(poisoned) => Arc::clone(
                poisoned
                    .into_inner()
                    .entry(plugin.entry.sha256.clone())
                    .or_default(),
            ),
        };
        let load = || async {
            let inner = Arc::clone(&self.inner);
            let pin = plugin.clone();
            let name = plugin.entry.name.clone();
            let joined = tokio::task::spawn_blocking(move || inner.load_blocking(&pin)).await;
            joined.unwrap_or_else(|error| Err(sandbox_error(&name, &error)))
        };
        cell.get_or_try_init(load).await.cloned()
    }
}

impl Inner {
    fn load_blocking(&self, plugin: &PluginRef) -> Result<Loaded, PluginError> {
        let name = &plugin.entry.name;
        let (binary, manifest) = plugin.read(self.limits.component_bytes)?;
        let sandbox = self
            .sandbox()
            .map_err(|error| sandbox_error(name, &error))?;
        let engine = &sandbox.engine;
        let compiled = match &self.cache {
            Some(cache) => cache.component(engine, &plugin.entry.sha256, &binary),
            None => Component::new(engine, &binary),
        };
        let invalid = |reason: String| PluginError::Invalid {
            plugin: name.clone(),
            reason,
        };
        let component = compiled.map_err(|error| {
            invalid(format!(
                "its code is not valid WebAssembly for this sandbox: {}",
                error.root_cause()
            ))
        })?;
        contract::check(engine, &component, name, manifest.world)?;
        let instance = sandbox.linker(manifest.world).instantiate_pre(&component);
        let instance =
            instance.map_err(|error| invalid(format!("it cannot be linked: {error:#}")))?;
        Ok(Loaded {
            sandbox,
            manifest: Arc::new(manifest),
            instance,
        })
    }

    fn sandbox(&self) -> wasmtime::Result<Arc<Sandbox>> {
        if let Some(sandbox) = self.sandbox.get() {
            return Ok(Arc::clone(sandbox));
        }
        let sandbox = Arc::new(Sandbox::new()?);
        Ok(Arc::clone(self.sandbox.get_or_init(|| sandbox)))
    }
}

fn sandbox_error(plugin: &str, error: &dyn fmt::Display) -> PluginError {
    PluginError::Sandbox {
        plugin: plugin.to_owned(),
        reason: error.to_string(),
    }
}
