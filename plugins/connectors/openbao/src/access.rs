//! The part `access`: what is still to be read, one thing after the other.
//!
//! A page reads so many things that the host's limits of one call hold; what is left travels in the cursor. Reading one
//! thing may show others: a namespace its policies, an auth method its roles.

mod auth;
mod federated;
mod identity;
mod mount;
mod policies;
mod role;
mod token;

use std::collections::BTreeMap;

use portcullis_plugin::{AccessPage, Edge, Failure, Object, Subject, now};
use serde::{Deserialize, Serialize};

use crate::Config;
use crate::api::Api;
use crate::named;
use mount::{Aliases, Mount};
use policies::Untold;

/// Facts of one page, roughly: with 300 bytes each a page stays below the host's 8 MiB of output.
const FACTS: usize = 16_000;
/// Requests of one page: below the host's 64, with room for some that are tried again.
const REQUESTS: u32 = 40;

/// One thing that is still to be read.
#[derive(Debug, Deserialize, Serialize)]
enum Task {
    Namespace(String),
    Policy {
        namespace: String,
        name: String,
    },
    /// What of a policy did not fit on a page.
    Rules(Untold),
    Mounts(String),
    Role {
        mount: Mount,
        folder: String,
        name: String,
    },
    Entity {
        namespace: String,
        id: String,
    },
    Group {
        namespace: String,
        id: String,
    },
    Tokens(String),
    Token {
        namespace: String,
        accessor: String,
    },
}

/// What is left to read, and what further reading needs to know of what was read.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Reading {
    /// The next one is the last.
    tasks: Vec<Task>,
    /// Names of policies, by namespace: roles may name them by a pattern.
    policies: BTreeMap<String, Vec<String>>,
    /// Auth methods by their accessor, by which identities name them.
    mounts: BTreeMap<String, Aliases>,
    /// What entities and groups are called here, by their id, by which others name them.
    entities: BTreeMap<String, String>,
    groups: BTreeMap<String, String>,
}

/// The page at `cursor`, the first one without.
pub(crate) fn page(config: &Config, cursor: Option<&str>) -> Result<AccessPage, Failure> {
    let api = Api::new(config);
    let mut page = AccessPage::empty(now());
    let mut reading = match cursor {
        Some(cursor) => serde_json::from_str(cursor)?,
        None => {
            outsiders(config, &mut page);
            Reading {
                tasks: vec![Task::Namespace(config.namespace())],
                ..Reading::default()
            }
        }
    };
    let mut requests = 0;
    while requests < REQUESTS && page.permissions.len() + page.edges.len() < FACTS {
        let Some(task) = reading.tasks.pop() else {
            break;
        };
        requests += reading.take(task, &api, config, &mut page)?;
    }
    if !reading.tasks.is_empty() {
        page.next = Some(serde_json::to_string(&reading)?);
    }
    Ok(page)
}

impl Reading {
    /// Reads one thing, and gives how many requests that took.
    fn take(
        &mut self,
        task: Task,
        api: &Api<'_>,
        config: &Config,
        page: &mut AccessPage,
    ) -> Result<u32, Failure> {
        match task {
            Task::Namespace(namespace) => self.namespace(namespace, api, config, page),
            Task::Policy { namespace, name } => {
                self.later(policies::read(api, &namespace, &name, page)?);
                Ok(1)
            }
            Task::Rules(untold) => {
                self.later(policies::tell(untold, page));
                Ok(0)
            }
            Task::Mounts(namespace) => auth::mounts(self, api, config, &namespace),
            Task::Role {
                mount,
                folder,
                name,
            } => {
                role::read(self, api, &mount, &folder, &name, page)?;
                Ok(1)
            }
            Task::Entity { namespace, id } => {
                identity::entity(self, api, &namespace, &id, page)?;
                Ok(1)
            }
            Task::Group { namespace, id } => {
                identity::group(self, api, &namespace, &id, page)?;
                Ok(1)
            }
            Task::Tokens(namespace) => {
                let accessors = api.list(&namespace, &["auth", "token", "accessors"])?;
                let token = |accessor| Task::Token {
                    namespace: namespace.clone(),
                    accessor,
                };
                self.tasks.extend(accessors.into_iter().rev().map(token));
                Ok(1)
            }
            Task::Token {
                namespace,
                accessor,
            } => {
                token::read(self, api, &namespace, &accessor, page)?;
                Ok(1)
            }
        }
    }

    fn later(&mut self, untold: Option<Untold>) {
        self.tasks.extend(untold.map(Task::Rules));
    }

    /// What a namespace has: further ones, policies, auth methods, identities and tokens.
    fn namespace(
        &mut self,
        namespace: String,
        api: &Api<'_>,
        config: &Config,
        page: &mut AccessPage,
    ) -> Result<u32, Failure> {
        if !namespace.is_empty() {
            page.objects.push(Object {
                name: namespace.clone(),
                ..Object::new(&format!("namespace:{namespace}"), "namespace")
            });
        }
        // Vault without Enterprise has none.
        let below = api.list_if_served(&namespace, &["sys", "namespaces"])?;
        let policies = api.list(&namespace, &["sys", "policies", "acl"])?;
        let policy = |name: &String| Task::Policy {
            namespace: namespace.clone(),
            name: name.clone(),
        };
        // Groups may have members of any namespace, and tokens may be of an entity of any: they come after all entities.
        let mut last = Vec::new();
        if config.tokens {
            last.push(Task::Tokens(namespace.clone()));
        }
        last.extend(identity::groups(self, api, &namespace)?);
        self.tasks.splice(0..0, last);
        let below = below.into_iter().flatten().rev();
        let path = |name: String| format!("{namespace}{}/", name.trim_end_matches('/'));
        self.tasks
            .extend(below.map(|name| Task::Namespace(path(name))));
        let entities = identity::entities(self, api, &namespace)?;
        self.tasks.extend(entities);
        self.tasks.push(Task::Mounts(namespace.clone()));
        self.tasks.extend(policies.iter().rev().map(policy));
        self.policies.insert(namespace, policies);
        Ok(4)
    }
}

/// A JWT method, as far as a path says.
pub(crate) fn mount_of(namespace: &str, path: &str) -> Mount {
    Mount {
        namespace: namespace.to_owned(),
        path: path.to_owned(),
        kind: "jwt".to_owned(),
        accessor: String::new(),
        issuer: "*".to_owned(),
    }
}

/// Whether a role of a JWT method may let in tokens of a subject; what else it asks is taken to hold.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn lets_in(
    api: &Api<'_>,
    mount: &Mount,
    role: &str,
    subject: &str,
) -> Result<bool, Failure> {
    let found: Option<role::Role> = api.read(&mount.namespace, &mount.below(&["role", role]))?;
    let own = named::shown_token(&mount.issuer, subject);
    let shown = found.map(|role| federated::shown(&role, mount));
    let mut shown = shown.into_iter().flatten();
    Ok(shown.any(|shown| role::glob(&shown.token, &own)))
}

/// Those outside the server who hold credentials of it, as the configuration says.
fn outsiders(config: &Config, page: &mut AccessPage) {
    for (inside, outsiders) in &config.assumed_by {
        for outsider in outsiders {
            page.edges.push(Edge {
                source: "config assumed_by".to_owned(),
                ..Edge::new(outsider, "assumes", inside)
            });
        }
    }
}

/// Somebody that the server names.
fn subject(id: &str, kind: &str, name: &str, page: &mut AccessPage) {
    page.subjects.push(Subject {
        name: name.to_owned(),
        ..Subject::new(id, kind)
    });
}

/// The edges of whoever holds policies, `default` among them where that is not left out.
fn holds(
    id: &str,
    policies: &[String],
    with_default: bool,
    namespace: &str,
    source: &str,
    page: &mut AccessPage,
) {
    let default = "default".to_owned();
    let default = (with_default && !policies.contains(&default)).then_some(&default);
    for policy in policies.iter().chain(default) {
        page.edges.push(Edge {
            source: source.to_owned(),
            ..Edge::new(
                id,
                "member_of",
                &named::policy(&policy.to_lowercase(), namespace),
            )
        });
    }
}
