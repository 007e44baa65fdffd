//! From the connectors of the provider block to sources of devices.

mod built_in;
mod plugin;
mod unknown;

use std::sync::Arc;
use std::time::Duration;

use portcullis_model::{DeviceSource, Name};
use portcullis_plugin_host::{Grants, Host, Lock};
use tfplugin::{Outcome, Path, Stop};

use crate::config::ConnectorBlock;
use crate::said::said;
use plugin::PluginSource;
pub(crate) use unknown::CONFIG_UNKNOWN;
use unknown::UnknownSource;

/// Where plugins come from, for the connectors that are plugins.
#[derive(Debug)]
pub struct Plugins {
    /// What may run.
    pub lock: Lock,
    /// What runs it.
    pub host: Host,
}

/// The source that `connector "label" {}` describes. Nothing is asked of it yet.
///
/// # Errors
/// What is wrong with the block, at its attribute.
pub fn source(
    label: &str,
    block: &ConnectorBlock,
    plugins: &Plugins,
    timeout: Duration,
) -> Outcome<Arc<dyn DeviceSource>> {
    let at = Path::root().attribute("connector").key(label);
    let name: Name = label.parse().map_err(|error| said(error).at(at.clone()))?;
    match made(&name, block, plugins, timeout) {
        // A source that cannot be configured yet answers nothing, which is not the same as having nothing.
        Err(Stop::Deferred) => Ok(Arc::new(UnknownSource::new(name))),
        Err(Stop::Failed(diagnostics)) => {
            let placed = diagnostics.into_iter().map(|one| {
                let steps = at.steps().iter().chain(one.path.steps()).cloned();
                let path = steps.collect();
                one.at(path)
            });
            Err(Stop::Failed(placed.collect()))
        }
        Ok(source) => Ok(source),
    }
}

fn made(
    name: &Name,
    block: &ConnectorBlock,
    plugins: &Plugins,
    timeout: Duration,
) -> Outcome<Arc<dyn DeviceSource>> {
    let config = block
        .config
        .get()?
        .map_or(serde_json::Value::Null, |config| config.to_json());
    if let Some(source) = built_in::source(block.plugin.get()?, name, &config) {
        return Ok(source?);
    }
    let plugin = plugins
        .lock
        .plugin(block.plugin.get()?)
        .map_err(|error| said(error).at(Path::root().attribute("plugin")))?;
    let mut grants = Grants::none();
    if let Some(allow) = block.allow.get()? {
        for host in allow.hosts.get()?.into_iter().flatten() {
            let path = Path::root().attribute("allow").attribute("hosts");
            grants = grants.host(host).map_err(|error| said(error).at(path))?;
        }
    }
    let connector = plugins.host.connector(&plugin, config, grants);
    Ok(Arc::new(PluginSource::new(
        name.clone(),
        connector,
        timeout,
    )))
}
