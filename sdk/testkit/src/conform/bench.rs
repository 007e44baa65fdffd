//! The connector, the platform, and the proxy between them.

use std::cell::RefCell;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use portcullis_plugin_host::{AwsKeys, Grants, PluginError};
use serde_json::Value;

use super::description::{Platform, Suite};
use super::report::{Case, Verdict};
use crate::component::{Component, ComponentError};
use crate::log::Log;
use crate::plugin::Plugin;
use crate::proxy::{Mischief, Proxy};
use crate::reference::Reference;
use crate::script::Script;
use crate::secrets::Secrets;
use crate::server::Server;
use crate::stopped::Stopped;
use crate::way::{InComponent, Inside};

/// Time for a call when nothing goes wrong.
pub(super) const DEADLINE: Duration = Duration::from_secs(30);

/// Why the suite could not be run.
#[derive(Debug, thiserror::Error)]
pub enum ConformError {
    /// A file cannot be read.
    #[error("`{}` cannot be read.", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The description says what the suite does not know.
    #[error("The description for the conformance suite is not valid.")]
    Description(#[source] Box<toml::de::Error>),
    /// The platform's URL cannot be used.
    #[error("`{url}` is not the URL of a platform that can be tried: write `http://host:port`.")]
    Url {
        /// The URL in the description.
        url: String,
    },
    /// A local server cannot be started.
    #[error("A local server cannot be started.")]
    Server(#[source] io::Error),
    /// There is no component to try.
    #[error(transparent)]
    Component(#[from] ComponentError),
    /// The host refuses what the description grants.
    #[error(transparent)]
    Plugin(#[from] PluginError),
    /// The connector could not list while it was recorded.
    #[error("The connector cannot list, so nothing is recorded: {0}")]
    Recording(Stopped),
}

/// The connector, the platform, and the proxy between them.
pub(super) struct Bench<'s> {
    pub(super) suite: &'s Suite,
    pub(super) proxy: Proxy,
    plugin: RefCell<Rc<Plugin>>,
    component: &'s Component,
    config: Value,
    grants: Grants,
    log: Log,
    /// Different in every run, so that a platform that remembers tokens does not take one run for another.
    pub(super) run: String,
    pub(super) secrets: Secrets,
    /// Where the platform really is.
    pub(super) upstream: SocketAddr,
    pub(super) host: String,
    _platform: Option<Server>,
}

impl<'s> Bench<'s> {
    pub(super) fn start(suite: &'s Suite, component: &'s Component) -> Result<Self, ConformError> {
        let aside = Aside {
            suite,
            component,
            log: Log::default(),
        };
        aside.bench()
    }

    /// What makes another bench for the same suite, in another thread.
    pub(super) fn aside(&self) -> Aside<'s> {
        Aside {
            suite: self.suite,
            component: self.component,
            log: self.log.clone(),
        }
    }

    fn with_log(
        suite: &'s Suite,
        component: &'s Component,
        log: Log,
    ) -> Result<Self, ConformError> {
        let (platform, host) = platform(suite)?;
        let upstream = match &platform {
            Some(server) => server.address(),
            None => address(&host)?,
        };
        let secrets = Secrets::new(suite.secrets.values().map(String::as_str));
        let proxy = Proxy::start(upstream, &host, secrets.clone()).map_err(ConformError::Server)?;
        let url = proxy.url();
        let mut grants = Grants::none().host(&url)?.reads(&url)?;
        for (name, value) in &suite.secrets {
            grants = grants.secret(name, value)?;
        }
        for signed in &suite.sigv4 {
            grants = grants.sigv4(&url, &signed.service, &signed.region, keys(suite))?;
        }
        let mut config = Value::Object(suite.config.clone().into_iter().collect());
        put_platform(&mut config, &url);
        let plugin = connect(component, &config, &grants, &log)?;
        Ok(Self {
            suite,
            proxy,
            plugin: RefCell::new(Rc::new(plugin)),
            component,
            config,
            grants,
            log,
            run: format!("{:016x}", RandomState::new().build_hasher().finish()),
            secrets,
            upstream,
            host,
            _platform: platform,
        })
    }

    /// The connector. It is another one in each case, so that what one case makes it remember, an origin that is left
    /// alone for example, does not decide the next.
    pub(super) fn plugin(&self) -> Rc<Plugin> {
        Rc::clone(&self.plugin.borrow())
    }

    /// What was logged in all cases.
    pub(super) fn log(&self) -> String {
        self.log.text()
    }

    /// Makes one case of what `attempt` finds, and leaves the proxy as it should be for the next.
    pub(super) fn case(
        &self,
        cases: &mut Vec<Case>,
        name: &str,
        mischief: Mischief,
        attempt: impl FnOnce() -> Verdict,
    ) {
        if let Ok(plugin) = connect(self.component, &self.config, &self.grants, &self.log) {
            self.plugin.replace(Rc::new(plugin));
        }
        self.proxy.set(mischief);
        let verdict = attempt();
        self.proxy.set(Mischief::None);
        cases.push(Case {
            name: name.to_owned(),
            verdict,
        });
    }
}

/// What several benches share: what is tried, and the log of all of them.
#[derive(Clone, Debug)]
pub(super) struct Aside<'s> {
    suite: &'s Suite,
    component: &'s Component,
    log: Log,
}

impl<'s> Aside<'s> {
    /// A bench with a proxy of its own, and with a platform of its own unless that runs elsewhere.
    pub(super) fn bench(&self) -> Result<Bench<'s>, ConformError> {
        Bench::with_log(self.suite, self.component, self.log.clone())
    }
}

/// The keys among the secrets; ones that nothing can be signed with where they are missing.
fn keys(suite: &Suite) -> AwsKeys {
    let value = |name: &str| suite.secrets.get(name).cloned();
    AwsKeys {
        access_key_id: value("AWS_ACCESS_KEY_ID").unwrap_or_default(),
        secret_access_key: value("AWS_SECRET_ACCESS_KEY").unwrap_or_default(),
        session_token: value("AWS_SESSION_TOKEN"),
    }
}

fn connect(
    component: &Component,
    config: &Value,
    grants: &Grants,
    log: &Log,
) -> Result<Plugin, ConformError> {
    let inside = InComponent::new(component, config.clone(), grants.clone(), None)
        .map_err(ConformError::Server)?;
    Ok(Plugin::new(
        Inside::Component(Box::new(inside)),
        log.clone(),
    ))
}

/// A verdict on whether something holds.
pub(super) fn holds(is_true: bool, expected: &str, found: impl FnOnce() -> String) -> Verdict {
    if is_true {
        Verdict::Pass
    } else {
        fail(expected, found())
    }
}

pub(super) fn fail(expected: &str, found: impl Into<String>) -> Verdict {
    Verdict::Fail {
        expected: expected.to_owned(),
        found: found.into(),
    }
}

pub(super) fn not_applicable(because: &str) -> Verdict {
    Verdict::NotApplicable {
        because: because.to_owned(),
    }
}

/// The server that is started for the platform, if one is, and the name of its host.
fn platform(suite: &Suite) -> Result<(Option<Server>, String), ConformError> {
    let server = match &suite.platform {
        Platform::Url(url) => {
            let host = url
                .strip_prefix("http://")
                .map(|rest| rest.trim_end_matches('/'));
            let host = host.filter(|host| !host.contains('/'));
            let host = host.ok_or_else(|| ConformError::Url { url: url.clone() })?;
            return Ok((None, host.to_owned()));
        }
        Platform::Exchanges(path) => {
            let script = Script::from_file(path).map_err(|source| ConformError::File {
                path: path.clone(),
                source,
            })?;
            Server::start(Arc::new(script))
        }
        Platform::Reference(super::description::Reference::Honest) => {
            Server::start(Arc::new(Reference::default()))
        }
    };
    let server = server.map_err(ConformError::Server)?;
    let host = server.address().to_string();
    Ok((Some(server), host))
}

fn address(host: &str) -> Result<SocketAddr, ConformError> {
    let with_port = if host.contains(':') {
        host.to_owned()
    } else {
        format!("{host}:80")
    };
    let found = with_port
        .to_socket_addrs()
        .ok()
        .and_then(|mut all| all.next());
    found.ok_or_else(|| ConformError::Url {
        url: format!("http://{host}"),
    })
}

fn put_platform(value: &mut Value, url: &str) {
    match value {
        Value::String(text) => *text = text.replace("{platform}", url),
        Value::Array(items) => items.iter_mut().for_each(|item| put_platform(item, url)),
        Value::Object(members) => members
            .values_mut()
            .for_each(|member| put_platform(member, url)),
        _ => {}
    }
}
