//! The two ways of running a plugin.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io;
use std::rc::Rc;
use std::sync::Arc;

use portcullis_plugin::native::{Exports, with_host};
use portcullis_plugin::{self as sdk, Failure};
use portcullis_plugin_host::{Check, Connector, Grants, PluginError};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::component::Component;
use crate::log::Log;
use crate::native::ScriptedHost;
use crate::server::Server;
use crate::stopped::Stopped;

pub(crate) type Called<T> = Result<T, Stopped>;
type Said<T> = Result<T, Failure>;

/// How a plugin is run.
pub(crate) enum Inside {
    Natively(Natively),
    Component(Box<InComponent>),
}

/// The plugin as functions of this program.
pub(crate) struct Natively {
    /// Whose words the plugin's facts about access use, as the host takes it from the manifest.
    pub(crate) platform: String,
    functions: Functions,
    host: Rc<RefCell<ScriptedHost>>,
    config: String,
}

/// What the export macros made.
pub(crate) struct Functions {
    pub(crate) list_inventory: fn(&str, Option<&str>) -> Said<sdk::DevicePage>,
    pub(crate) list_supply: fn(&str, Option<&str>) -> Said<sdk::SupplyPage>,
    pub(crate) list_access: fn(&str, Option<&str>) -> Said<sdk::AccessPage>,
    pub(crate) read: fn(&str, &str, &str, &str) -> Said<Option<sdk::Managed>>,
    pub(crate) plan: fn(&str, Option<&sdk::Managed>, &sdk::Desired) -> Said<sdk::Change>,
    pub(crate) apply:
        fn(&str, Option<&sdk::Managed>, &sdk::Change, &sdk::Stamp) -> Said<sdk::Managed>,
    pub(crate) delete: fn(&str, &sdk::Managed, &sdk::Stamp) -> Said<()>,
    pub(crate) issue: fn(&str, &sdk::Application, &sdk::Stamp) -> Said<sdk::Credential>,
    pub(crate) revoke: fn(&str, &str, &sdk::Stamp) -> Said<()>,
    pub(crate) run: fn(&str, &str) -> Said<Vec<sdk::Finding>>,
}

/// The plugin in the sandbox.
pub(crate) struct InComponent {
    pub(crate) connector: Connector,
    pub(crate) check: Check,
    runtime: Runtime,
    _server: Option<Server>,
    _folder: Arc<TempDir>,
}

impl Natively {
    pub(crate) fn new<P: Exports>(host: Rc<RefCell<ScriptedHost>>, config: &Value) -> Self {
        Self {
            platform: platform(&P::MANIFEST),
            functions: Functions {
                list_inventory: P::list_inventory,
                list_supply: P::list_supply,
                list_access: P::list_access,
                read: P::read,
                plan: P::plan,
                apply: P::apply,
                delete: P::delete,
                issue: P::issue,
                revoke: P::revoke,
                run: P::run,
            },
            host,
            config: config.to_string(),
        }
    }

    pub(crate) fn call<T>(
        &self,
        act: impl FnOnce(&Functions, &str) -> Result<T, Failure>,
    ) -> Called<T> {
        let host: Rc<RefCell<ScriptedHost>> = Rc::clone(&self.host);
        with_host(host, || act(&self.functions, &self.config)).map_err(Stopped::from)
    }

    /// Every page, as the host asks for them.
    pub(crate) fn pages<P>(
        &self,
        mut page: impl FnMut(&Functions, &str, Option<&str>) -> Result<P, Failure>,
        mut take: impl FnMut(P) -> Option<String>,
    ) -> Called<()> {
        let mut cursors = BTreeSet::new();
        let mut cursor: Option<String> = None;
        loop {
            let next =
                take(self.call(|functions, config| page(functions, config, cursor.as_deref()))?);
            let Some(next) = next else { return Ok(()) };
            if !cursors.insert(next.clone()) {
                return Err(Stopped {
                    kind: "invalid".to_owned(),
                    message: format!("The pages go round in a circle: `{next}` came twice."),
                });
            }
            cursor = Some(next);
        }
    }
}

fn platform(manifest: &sdk::Manifest) -> String {
    let manifest: Value = serde_json::from_str(&manifest.to_json()).unwrap_or_default();
    let platform = manifest.get("platform").and_then(Value::as_str);
    platform.unwrap_or_default().to_owned()
}

impl InComponent {
    pub(crate) fn new(
        component: &Component,
        config: Value,
        grants: Grants,
        server: Option<Server>,
    ) -> io::Result<Self> {
        Ok(Self {
            connector: component
                .host
                .connector(&component.plugin, config.clone(), grants),
            check: component.host.check(&component.plugin, config),
            // One thread, so that what the calls log is logged on the thread that listens.
            runtime: Builder::new_current_thread().enable_all().build()?,
            _server: server,
            _folder: Arc::clone(&component.folder),
        })
    }

    pub(crate) fn call<T>(
        &self,
        log: &Log,
        act: impl Future<Output = Result<T, PluginError>>,
    ) -> Called<T> {
        log.listening(|| self.runtime.block_on(act))
            .map_err(Stopped::from)
    }
}
