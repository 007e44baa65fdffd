//! What a plugin is given in a test: configuration, secrets, and a platform that answers.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::rc::Rc;
use std::sync::Arc;

use portcullis_plugin::native::Exports;
use portcullis_plugin_host::{AwsKeys, Grants, PluginError};
use serde_json::{Value, json};

use crate::component::{Component, NOW};
use crate::log::Log;
use crate::native::ScriptedHost;
use crate::plugin::Plugin;
use crate::script::Script;
use crate::server::Server;
use crate::way::{InComponent, Inside, Natively};

/// Where the platform is when the plugin runs natively and nothing is sent.
const SCRIPTED: &str = "http://scripted.example";

/// A secret with its value.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// A service of AWS for which requests are signed.
#[derive(Clone, Debug)]
pub(crate) struct Signature {
    pub(crate) service: String,
    pub(crate) region: String,
    pub(crate) keys: AwsKeys,
}

/// What a plugin is given in a test.
///
/// ```no_run
/// use portcullis_testkit::{Answer, Component, Fixture, Script};
/// use serde_json::json;
///
/// # struct Lab;
/// # impl portcullis_plugin::native::Exports for Lab {
/// #     const MANIFEST: portcullis_plugin::Manifest = portcullis_plugin::Manifest::check("lab", "1", "");
/// #     const PARTS: &'static [&'static str] = &[];
/// # }
/// let script = Script::new().get("/gpus", Answer::json(json!([["GPU-1", "NVIDIA H200"]])));
/// let fixture = Fixture::new(script).config(|url| json!({ "url": url }));
/// let component = Component::build(env!("CARGO_PKG_NAME"), env!("CARGO_MANIFEST_DIR")).unwrap();
/// for plugin in fixture.both::<Lab>(&component).unwrap() {
///     let devices = plugin.list_inventory().unwrap();
///     assert_eq!(devices[0].uuid, "GPU-1", "{plugin:?}");
/// }
/// ```
pub struct Fixture {
    script: Script,
    config: Box<dyn Fn(&str) -> Value>,
    secrets: Vec<Grant>,
    signatures: Vec<Signature>,
}

impl fmt::Debug for Fixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fixture")
            .field("script", &self.script)
            .finish_non_exhaustive()
    }
}

/// Why a plugin cannot be tested.
#[derive(Debug, thiserror::Error)]
pub enum FixtureError {
    /// No server can be started.
    #[error("A local server cannot be started.")]
    Server(#[from] io::Error),
    /// The host refuses what it is given.
    #[error(transparent)]
    Plugin(#[from] PluginError),
}

impl Fixture {
    /// A platform that answers as the script says, no configuration and no secret.
    #[must_use]
    pub fn new(script: Script) -> Self {
        Self {
            script,
            config: Box::new(|_| json!({})),
            secrets: Vec::new(),
            signatures: Vec::new(),
        }
    }

    /// The configuration; the function is given the URL of the platform, without a slash at its end.
    #[must_use]
    pub fn config(mut self, config: impl Fn(&str) -> Value + 'static) -> Self {
        self.config = Box::new(config);
        self
    }

    /// Grants a secret. The value has to have 8 characters at least.
    #[must_use]
    pub fn secret(mut self, name: &str, value: &str) -> Self {
        self.secrets.push(Grant {
            name: name.to_owned(),
            value: value.to_owned(),
        });
        self
    }

    /// Signs requests to the platform for a service of AWS in a region.
    #[must_use]
    pub fn sigv4(mut self, service: &str, region: &str, keys: &AwsKeys) -> Self {
        self.signatures.push(Signature {
            service: service.to_owned(),
            region: region.to_owned(),
            keys: keys.clone(),
        });
        self
    }

    /// The plugin natively, and as a component in the sandbox.
    ///
    /// # Errors
    /// When no server can be started, or the host refuses the configuration.
    pub fn both<P: Exports>(&self, component: &Component) -> Result<[Plugin; 2], FixtureError> {
        Ok([self.native::<P>(), self.component(component)?])
    }

    /// The plugin as a part of this program, where a debugger can follow it. Nothing is sent anywhere, and no time
    /// passes: a wait puts the clock forward.
    #[must_use]
    pub fn native<P: Exports>(&self) -> Plugin {
        let log = Log::default();
        let host = ScriptedHost {
            script: self.script.clone(),
            log: log.clone(),
            now: NOW,
            waited_milliseconds: 0,
            secrets: self.secrets.clone(),
            signatures: self.signatures.clone(),
            cache: BTreeMap::new(),
            random: 0,
            kept: 0,
        };
        let natively = Natively::new::<P>(Rc::new(RefCell::new(host)), &(self.config)(SCRIPTED));
        Plugin::new(Inside::Natively(natively), log)
    }

    /// The plugin as a component in the sandbox. It speaks to a real server of this machine that plays the script.
    ///
    /// # Errors
    /// When no server can be started, or the host refuses the configuration.
    pub fn component(&self, component: &Component) -> Result<Plugin, FixtureError> {
        let server = Server::start(Arc::new(self.script.clone()))?;
        let config = (self.config)(&server.url());
        let mut grants = Grants::none().host(&server.url())?.reads(&server.url())?;
        for Grant { name, value } in &self.secrets {
            grants = grants.secret(name, value)?;
        }
        for Signature {
            service,
            region,
            keys,
        } in &self.signatures
        {
            grants = grants.sigv4(&server.url(), service, region, keys.clone())?;
        }
        let inside = InComponent::new(component, config, grants, Some(server))?;
        Ok(Plugin::new(
            Inside::Component(Box::new(inside)),
            Log::default(),
        ))
    }
}
