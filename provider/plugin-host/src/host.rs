//! The host of all plugins of one provider.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::Value;
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;

use crate::audit::Audit;
use crate::cache::{Cache, Rebuilt};
use crate::check::Check;
use crate::compiler::Compiler;
use crate::connector::Connector;
use crate::error::PluginError;
use crate::grants::Grants;
use crate::http::Network;
use crate::limits::Limits;
use crate::load;
use crate::lock::PluginRef;
use crate::manifest::{Manifest, World};
use crate::parts::Parts;
use crate::sandbox::Sandbox;
use crate::surface::Surface;

/// Gives seconds since 1970-01-01T00:00:00Z.
pub type Clock = Arc<dyn Fn() -> u32 + Send + Sync>;

/// What a host is made of.
#[derive(Clone)]
pub struct HostConfig {
    /// Directory for compiled plugins, made with mode 0700 when it is missing; none compiles at every start.
    pub cache_dir: Option<PathBuf>,
    /// Takes the record of every call; none keeps no records.
    pub audit: Option<Audit>,
    /// Where plugins are compiled that are not in the cache.
    pub compiler: Compiler,
    /// The only clock that guests see.
    pub clock: Clock,
    /// What one call may use.
    pub limits: Limits,
    /// Resolver and certificates of requests over HTTP.
    pub network: Network,
}

impl HostConfig {
    /// Default limits, no cache, a compiler in this process, the resolver of the system and the certificate authorities that browsers trust.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            cache_dir: None,
            audit: None,
            compiler: Compiler::default(),
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
            .field("compiler", &self.compiler)
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
    pub(crate) cache: Option<Cache>,
    pub(crate) compiler: Compiler,
    /// Made by the first call of a plugin: a provider without plugins never pays for an engine.
    sandbox: OnceLock<Arc<Sandbox>>,
    /// By digest, so that a plugin is compiled once however many resources call it.
    loaded: Mutex<BTreeMap<String, Arc<OnceCell<Arc<Loaded>>>>>,
}

/// A plugin that is compiled, checked and linked.
pub(crate) struct Loaded {
    pub(crate) sandbox: Arc<Sandbox>,
    pub(crate) manifest: Manifest,
    pub(crate) surface: Arc<Surface>,
    pub(crate) parts: Parts,
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
            compiler,
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
                compiler,
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

    /// What a plugin imports and exports, and so what it can do.
    ///
    /// # Errors
    /// When the plugin is not the pinned one or cannot run here.
    pub async fn surface(&self, plugin: &PluginRef) -> Result<Arc<Surface>, PluginError> {
        let loaded = self.load(plugin, plugin.entry.world).await?;
        Ok(Arc::clone(&loaded.surface))
    }

    /// Entries of the cache that were not what it wrote and were made anew, since this was last asked. Each was also
    /// logged as a warning.
    #[must_use]
    pub fn take_rebuilt(&self) -> Vec<Rebuilt> {
        let cache = self.inner.cache.as_ref();
        cache.map(Cache::take_rebuilt).unwrap_or_default()
    }

    pub(crate) async fn load(
        &self,
        plugin: &PluginRef,
        world: World,
    ) -> Result<Arc<Loaded>, PluginError> {
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
        let cell = {
            let loaded = self.inner.loaded.lock();
            let mut loaded = loaded.unwrap_or_else(PoisonError::into_inner);
            Arc::clone(loaded.entry(plugin.entry.sha256.clone()).or_default())
        };
        if let Some(loaded) = cell.get() {
            return Ok(Arc::clone(loaded));
        }
        let inner = Arc::clone(&self.inner);
        let pin = plugin.clone();
        // A task of its own: a caller that gives up does not make the next one compile beside the first.
        let task = tokio::spawn(async move {
            let load = || async {
                let name = pin.entry.name.clone();
                let blocking = spawn_blocking(move || load::load(&inner, &pin));
                let joined = blocking.await;
                joined
                    .unwrap_or_else(|error| Err(sandbox_error(&name, &error)))
                    .map(Arc::new)
            };
            cell.get_or_try_init(load).await.cloned()
        });
        let joined = task.await;
        joined.unwrap_or_else(|error| Err(sandbox_error(&plugin.entry.name, &error)))
    }
}

impl Inner {
    pub(crate) fn sandbox(&self) -> wasmtime::Result<Arc<Sandbox>> {
        if let Some(sandbox) = self.sandbox.get() {
            return Ok(Arc::clone(sandbox));
        }
        let sandbox = Arc::new(Sandbox::new()?);
        Ok(Arc::clone(self.sandbox.get_or_init(|| sandbox)))
    }
}

pub(crate) fn sandbox_error(plugin: &str, error: &dyn fmt::Display) -> PluginError {
    PluginError::Sandbox {
        plugin: plugin.to_owned(),
        reason: error.to_string(),
    }
}
