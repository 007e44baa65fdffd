//! From the connectors of the provider block to sources of devices.

mod access;
mod built_in;
mod fetched;
mod granted;
mod kubeconfig;
mod plugin;
mod published;
mod supply;
mod unknown;

use std::sync::Arc;
use std::time::Duration;

use portcullis_model::{DeviceSource, Name};
use portcullis_plugin_host::{Explained, Host, Limits, Lock, PluginRef};
use tfplugin::{Diagnostics, Outcome, Path, Stop};

use crate::audit::Installed;
use crate::config::ConnectorBlock;
use crate::plugin_config::PluginConfig;
use crate::realize::Platform;
use crate::said::said;
use access::ToldBy;
pub use access::{AccessSource, LiveAccess, source_facts};
use built_in::BuiltIn;
pub(crate) use granted::stop_at;
use plugin::PluginSource;
pub(crate) use plugin::report;
pub(crate) use published::{Place, PublishedSource, signature_path};
pub(crate) use supply::add_supply;
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

/// What one connector can be asked for.
#[derive(Debug)]
pub struct Made {
    /// Devices; none from a directory.
    pub devices: Option<Arc<dyn DeviceSource>>,
    /// Who may do what; none from what knows devices alone.
    pub access: Option<AccessSource>,
    /// Objects that are to be kept; none from what is built in.
    pub platform: Option<Platform>,
    /// The plugin behind it when there is one.
    pub installed: Option<Installed>,
}

/// What `connector "label" {}` describes. Nothing is asked of it yet.
///
/// # Errors
/// What is wrong with the block, at its attribute.
pub fn source(
    label: &str,
    block: &ConnectorBlock,
    plugins: &Plugins,
    timeout: Duration,
) -> Outcome<Made> {
    let at = Path::root().attribute("connector").key(label);
    let name: Name = label.parse().map_err(|error| said(error).at(at.clone()))?;
    match made(&name, block, plugins, timeout) {
        // A source that cannot be configured yet answers nothing, which is not the same as having nothing.
        Err(Stop::Deferred) => Ok(Made {
            access: Some(AccessSource::new(name.clone(), ToldBy::Unknown, timeout)),
            platform: Some(Platform::new(name.clone(), None, timeout)),
            devices: Some(Arc::new(UnknownSource::new(name))),
            installed: None,
        }),
        made => made.map_err(|stop| stop_at(stop, &at)),
    }
}

/// What can be said of `connector "label" {}` before anything is called, even while some of it is unknown.
///
/// # Errors
/// What is wrong with the block, at its attribute.
pub fn validate(label: &str, block: &ConnectorBlock, lock: &Lock) -> Outcome {
    let at = Path::root().attribute("connector").key(label);
    label
        .parse::<Name>()
        .map_err(|error| said(error).at(at.clone()))?;
    let granted = || granted::requests(block.allow.get()?).map(drop);
    let outcomes = [
        configured(label, block, lock),
        granted(),
        limits(block).map(drop),
    ];
    all(outcomes).map_err(|stop| stop_at(stop, &at))
}

/// Everything that is wrong, not only the first of it. What is unknown is judged later.
pub(crate) fn all(outcomes: impl IntoIterator<Item = Outcome>) -> Outcome {
    let mut wrong = Diagnostics::new();
    for outcome in outcomes {
        if let Err(Stop::Failed(diagnostics)) = outcome {
            for diagnostic in diagnostics {
                wrong.push(diagnostic);
            }
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Stop::Failed(wrong))
}

fn configured(label: &str, block: &ConnectorBlock, lock: &Lock) -> Outcome {
    let (reference, config) = (block.plugin.get()?, PluginConfig::of(&block.config)?);
    if let (Ok(name), true) = (label.parse(), built_in::is_built_in(reference)) {
        if let Some(source) = built_in::source(reference, &name, &config.known()?) {
            source?;
        }
        return Ok(());
    }
    let faults = config.faults(&pinned(reference, lock)?);
    if faults.is_empty() {
        return Ok(());
    }
    Err(Stop::Failed(faults.into_iter().collect()))
}

fn made(
    name: &Name,
    block: &ConnectorBlock,
    plugins: &Plugins,
    timeout: Duration,
) -> Outcome<Made> {
    let reference = block.plugin.get()?;
    let config = PluginConfig::of(&block.config)?.known()?;
    if let Some(source) = built_in::source(reference, name, &config) {
        let (devices, access) = match source? {
            BuiltIn::Devices(devices) => (Some(devices), None),
            BuiltIn::Directory(file) => {
                let told_by = ToldBy::Directory(file);
                (
                    None,
                    Some(AccessSource::new(name.clone(), told_by, timeout)),
                )
            }
        };
        return Ok(Made {
            devices,
            access,
            platform: None,
            installed: None,
        });
    }
    let plugin = pinned(reference, &plugins.lock)?;
    let allow = block.allow.get()?;
    let grants = granted::secrets(granted::requests(allow)?, allow)?;
    let entry = &plugin.entry;
    let rights = Explained::new(
        &entry.http,
        &entry.secrets,
        &entry.signatures,
        &config,
        &grants,
    );
    let installed = Installed::new(&name.to_string(), &plugin, &rights.effective);
    let connector = plugins.host.connector(&plugin, config, grants);
    let connector = connector.with_limits(limits(block)?);
    Ok(Made {
        access: Some(AccessSource::new(
            name.clone(),
            ToldBy::Plugin(Box::new(connector.clone())),
            timeout,
        )),
        platform: Some(Platform::new(
            name.clone(),
            Some(connector.clone()),
            timeout,
        )),
        devices: Some(Arc::new(PluginSource::new(
            name.clone(),
            connector,
            timeout,
        ))),
        installed: Some(installed),
    })
}

fn limits(block: &ConnectorBlock) -> Outcome<Limits> {
    let limits = match block.limits.get()? {
        Some(limits) => limits.limits()?,
        None => Limits::default(),
    };
    // What a component writes into the log may hold numbers that nobody is to be shown.
    Ok(match block.confidential.get()? {
        Some(true) => Limits {
            log_bytes: 0,
            ..limits
        },
        Some(false) | None => limits,
    })
}

fn pinned(reference: &str, lock: &Lock) -> Outcome<PluginRef> {
    let plugin = lock.plugin(reference);
    Ok(plugin.map_err(|error| said(error).at(Path::root().attribute("plugin")))?)
}
