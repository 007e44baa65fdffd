//! What a component imports and exports, and how long it takes: for people who decide about a plugin.

use std::time::{Duration, Instant};

use serde::Serialize;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Instance, TypedFunc};

use crate::call::stopped;
use crate::error::PluginError;
use crate::host::{Host, Loaded};
use crate::lock::PluginRef;

/// The interface and function that every plugin exports and that needs no configuration.
const MANIFEST: &str = "portcullis:plugin/manifest@";
const DESCRIBE: &str = "describe";

/// What a component imports and exports.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct Interfaces {
    /// Interfaces that it needs from the host, each with its functions: all that it can ever call.
    pub imports: Vec<Interface>,
    /// Interfaces that it offers.
    pub exports: Vec<Interface>,
}

/// One interface of WIT.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct Interface {
    /// `portcullis:plugin/http@0.1.0`.
    pub name: String,
    /// Its functions that the component uses or has.
    pub functions: Vec<String>,
}

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
    /// What a plugin imports and exports. It is compiled and not called.
    ///
    /// # Errors
    /// When the plugin cannot run here.
    pub async fn interfaces(&self, plugin: &PluginRef) -> Result<Interfaces, PluginError> {
        let loaded = self.load(plugin, plugin.entry.world).await?;
        let engine = &loaded.sandbox.engine;
        let ty = loaded.instance.component().component_type();
        let interface = |name: &str, item: &ComponentItem| Interface {
            name: name.to_owned(),
            functions: match item {
                ComponentItem::ComponentInstance(instance) => instance
                    .exports(engine)
                    .filter(|(_, item)| matches!(item.ty, ComponentItem::ComponentFunc(_)))
                    .map(|(name, _)| name.to_owned())
                    .collect(),
                _ => Vec::new(),
            },
        };
        let imports = ty
            .imports(engine)
            .map(|(name, item)| interface(name, &item.ty));
        let exports = ty
            .exports(engine)
            .map(|(name, item)| interface(name, &item.ty));
        Ok(Interfaces {
            imports: imports.collect(),
            exports: exports.collect(),
        })
    }

    /// Times one fresh instance: made, called, called again. The function is `describe`, which every plugin has.
    ///
    /// # Errors
    /// When the plugin cannot run here or the call fails.
    pub async fn time(&self, plugin: &PluginRef) -> Result<Timing, PluginError> {
        let loaded = self.load(plugin, plugin.entry.world).await?;
        let limits = &self.inner.limits;
        let mut store = self.store(&loaded, limits.clone(), None)?;
        let start = Instant::now();
        let made = loaded.instance.instantiate_async(&mut store).await;
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
    let component = loaded.instance.component();
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
