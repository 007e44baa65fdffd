//! From a pin to a plugin that can be called.

use std::sync::Arc;

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::cache::{FileIdentity, deserialize};
use crate::contract;
use crate::error::PluginError;
use crate::host::{Inner, Loaded, sandbox_error};
use crate::lock::PluginRef;
use crate::manifest::{Manifest, World};
use crate::parts::Parts;
use crate::surface::Surface;

/// Loads a plugin: from the cache when it has the code of the pinned digest, else by compiling the bytes that were
/// compared with the pin. Blocks, for seconds when it compiles.
pub(crate) fn load(host: &Inner, plugin: &PluginRef) -> Result<Loaded, PluginError> {
    let name = &plugin.entry.name;
    let sandbox = host
        .sandbox()
        .map_err(|error| sandbox_error(name, &error))?;
    let engine = &sandbox.engine;
    let (component, manifest) = match cached(host, engine, plugin)? {
        Some(found) => found,
        None => compiled(host, engine, plugin)?,
    };
    let surface = Surface::of(engine, &component);
    contract::check(&surface, name, manifest.world)?;
    let instance = sandbox.linker(manifest.world).instantiate_pre(&component);
    let instance =
        plugin.invalid(instance.map_err(|error| format!("it cannot be linked: {error:#}")))?;
    let parts = Parts::new(instance);
    if manifest.world == World::Check {
        let found = parts.evaluation().map(drop);
        let told = |error| format!("its functions are not those of the contract: {error:#}");
        plugin.invalid(found.map_err(told))?;
    }
    Ok(Loaded {
        parts,
        sandbox,
        manifest,
        surface: Arc::new(surface),
    })
}

/// What the cache has for the pinned digest. The plugin's own file is read only when it is not the one that was compared
/// with the pin last time; what runs is the code of the pinned digest in any case.
fn cached(
    host: &Inner,
    engine: &Engine,
    plugin: &PluginRef,
) -> Result<Option<(Component, Manifest)>, PluginError> {
    let sha256 = &plugin.entry.sha256;
    let Some(cache) = &host.cache else {
        return Ok(None);
    };
    let Some(found) = cache.find(engine, sha256) else {
        return Ok(None);
    };
    let unusable = |source| PluginError::File {
        path: plugin.file.clone(),
        source,
    };
    let identity = FileIdentity::of_target(&plugin.file).map_err(unusable)?;
    // A signature is over the file's bytes, so they are needed where one is asked for.
    if found.source.as_ref() == Some(&identity) && !plugin.trust.asks_for_signatures() {
        let manifest = plugin.invalid(Manifest::of_section(&found.manifest))?;
        plugin.agree(&manifest)?;
        return Ok(Some((found.component, manifest)));
    }
    let settled = identity.is_settled();
    let (_, manifest) = plugin.read(host.limits.component_bytes)?;
    if settled && FileIdentity::of_target(&plugin.file).map_err(unusable)? == identity {
        cache.saw_source(engine, sha256, identity);
    }
    Ok(Some((found.component, manifest)))
}

fn compiled(
    host: &Inner,
    engine: &Engine,
    plugin: &PluginRef,
) -> Result<(Component, Manifest), PluginError> {
    let entry = &plugin.entry;
    let (binary, manifest) = plugin.read(host.limits.component_bytes)?;
    let code = host
        .compiler
        .compile(engine, &binary, &host.limits)
        .map_err(|error| error.told(&entry.name))?;
    if let Some(cache) = &host.cache {
        let section = plugin.invalid(Manifest::section(&binary))?;
        cache.store(engine, &entry.sha256, section, &code);
        if let Some(found) = cache.find(engine, &entry.sha256) {
            return Ok((found.component, manifest));
        }
    }
    let component =
        deserialize(engine, &code).map_err(|error| sandbox_error(&entry.name, &error))?;
    Ok((component, manifest))
}
