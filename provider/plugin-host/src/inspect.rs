//! How long a plugin takes: for people who decide about it.

use std::time::{Duration, Instant};

use wasmtime::component::{Instance, TypedFunc};

use crate::call::stopped;
use crate::error::PluginError;
use crate::host::{Host, Loaded};
use crate::lock::PluginRef;

/// The interface and function that every plugin exports and that needs no configuration.
const MANIFEST: &str = "portcullis:plugin/manifest@";
const DESCRIBE: &str = "describe";

/// How long the parts of one call took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// From a compiled component to one that can be called.
    pub instantiate: Duration,
    /// The first call, of `describe`.
    pub first_call: Duration,
    /// The same call again.
    pub warm_call: Duration,
}

impl Host {
    /// Times one fresh instance: made, called, called again. The function is `describe`, which every plugin has.
    ///
    /// # Errors
    /// When the plugin cannot run here or the call fails.
    pub async fn time(&self, plugin: &PluginRef) -> Result<Timing, PluginError> {
        let loaded = self.load(plugin, plugin.entry.world).await?;
        let limits = &self.inner.limits;
        let mut store = self.store(&loaded, limits.clone(), None).await?;
        let start = Instant::now();
        let made = loaded.parts.instance().instantiate_async(&mut store).await;
        let instance = made.map_err(|error| stopped(&store, plugin, limits, &error))?;
        let instantiate = start.elapsed();
        let describe = describe(&loaded, &instance, &mut store)
            .map_err(|error| stopped(&store, plugin, limits, &error))?;
        let mut calls = [Duration::ZERO; 2];
        for call in &mut calls {
            let start = Instant::now();
            let called = describe.call_async(&mut store, ()).await;
            *call = start.elapsed();
            called.map_err(|error| stopped(&store, plugin, limits, &error))?;
        }
        let [first_call, warm_call] = calls;
        Ok(Timing {
            instantiate,
            first_call,
            warm_call,
        })
    }
}

fn describe(
    loaded: &Loaded,
    instance: &Instance,
    store: &mut wasmtime::Store<crate::guest::Guest>,
) -> wasmtime::Result<TypedFunc<(), (String,)>> {
    let component = loaded.parts.instance().component();
    let ty = component.component_type();
    let mut names = ty.exports(&loaded.sandbox.engine).map(|(name, _)| name);
    let name = names
        .find(|name| name.starts_with(MANIFEST))
        .unwrap_or(MANIFEST);
    let missing = || wasmtime::Error::msg("it exports no `describe`");
    let (_, interface) = component.get_export(None, name).ok_or_else(missing)?;
    let (_, function) = component
        .get_export(Some(&interface), DESCRIBE)
        .ok_or_else(missing)?;
    instance.get_typed_func(store, function)
}
