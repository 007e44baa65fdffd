//! Entities and groups: what somebody holds whichever way they log in.

use std::collections::BTreeMap;

use portcullis_plugin::{AccessPage, Edge, Failure};
use serde::{Deserialize, Deserializer};

use super::mount::{Aliases, Mount};
use super::{Reading, Task, holds, subject};
use crate::api::Api;
use crate::named;

#[derive(Debug, Deserialize)]
struct Entity {
    #[serde(default, deserialize_with = "or_default")]
    policies: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    aliases: Vec<Alias>,
    #[serde(default)]
    disabled: bool,
}

#[derive(Debug, Default, Deserialize)]
struct Alias {
    #[serde(default)]
    name: String,
    #[serde(default)]
    mount_accessor: String,
    #[serde(default, deserialize_with = "or_default")]
    metadata: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct Group {
    #[serde(default, deserialize_with = "or_default")]
    policies: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    member_entity_ids: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    member_group_ids: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    alias: Alias,
}

/// Finds the entities of a namespace.
///
/// # Errors
/// When they cannot be listed.
pub(super) fn entities(
    reading: &mut Reading,
    api: &Api<'_>,
    namespace: &str,
) -> Result<Vec<Task>, Failure> {
    let mut tasks = Vec::new();
    for (id, name) in api.list_named(namespace, &["identity", "entity", "id"])? {
        let known = named::entity(&name, namespace);
        reading.entities.insert(id.clone(), known);
        tasks.push(Task::Entity {
            namespace: namespace.to_owned(),
            id,
        });
    }
    tasks.reverse();
    Ok(tasks)
}

/// Finds the groups of a namespace.
///
/// # Errors
/// When they cannot be listed.
pub(super) fn groups(
    reading: &mut Reading,
    api: &Api<'_>,
    namespace: &str,
) -> Result<Vec<Task>, Failure> {
    let mut tasks = Vec::new();
    for (id, name) in api.list_named(namespace, &["identity", "group", "id"])? {
        let known = named::group(&name, namespace);
        reading.groups.insert(id.clone(), known);
        tasks.push(Task::Group {
            namespace: namespace.to_owned(),
            id,
        });
    }
    tasks.reverse();
    Ok(tasks)
}

/// Tells of one entity: its policies, and who logs in as it. One that was removed since is passed over.
///
/// # Errors
/// When it cannot be read.
pub(super) fn entity(
    reading: &Reading,
    api: &Api<'_>,
    namespace: &str,
    id: &str,
    page: &mut AccessPage,
) -> Result<(), Failure> {
    let path = ["identity", "entity", "id", id];
    let (Some(entity), Some(known)) = (
        api.read::<Entity>(namespace, &path)?,
        reading.entities.get(id),
    ) else {
        return Ok(());
    };
    subject(known, "other", id, page);
    if entity.disabled {
        // Neither its tokens nor further logins work.
        return Ok(());
    }
    holds(known, &entity.policies, false, namespace, known, page);
    for alias in &entity.aliases {
        let Some(aliases) = reading.mounts.get(&alias.mount_accessor) else {
            continue;
        };
        for (from, condition) in alias.holders(aliases) {
            page.edges.push(Edge {
                source: format!("alias of {known}"),
                condition,
                ..Edge::new(&from, "assumes", known)
            });
        }
    }
    Ok(())
}

/// Tells of one group: its policies and members. One that was removed since is passed over.
///
/// # Errors
/// When it cannot be read.
pub(super) fn group(
    reading: &Reading,
    api: &Api<'_>,
    namespace: &str,
    id: &str,
    page: &mut AccessPage,
) -> Result<(), Failure> {
    let path = ["identity", "group", "id", id];
    let (Some(group), Some(known)) = (api.read::<Group>(namespace, &path)?, reading.groups.get(id))
    else {
        return Ok(());
    };
    subject(known, "group", id, page);
    holds(known, &group.policies, false, namespace, known, page);
    let entities = group.member_entity_ids.iter();
    let groups = group.member_group_ids.iter();
    let members = entities
        .filter_map(|id| reading.entities.get(id))
        .chain(groups.filter_map(|id| reading.groups.get(id)));
    // A group of the directory, which the login says that somebody is in.
    let outside = Some(format!("group:{}", group.alias.name));
    let outside = outside.filter(|_| !group.alias.name.is_empty());
    for member in members.chain(outside.as_ref()) {
        page.edges.push(Edge {
            source: known.clone(),
            ..Edge::new(member, "member_of", known)
        });
    }
    Ok(())
}

impl Alias {
    /// Who logs in under this alias, each with what must hold of them.
    fn holders(&self, aliases: &Aliases) -> Vec<(String, String)> {
        let Some(mount) = &aliases.mount else {
            return Vec::new();
        };
        let certain = |id: String| vec![(id, String::new())];
        let below = |folder: &str, name: &str| {
            named::role(&format!("{}/{folder}/{name}", mount.path), &mount.namespace)
        };
        match mount.kind.as_str() {
            "jwt" | "oidc" => self.by_token(mount, &aliases.claims),
            "kubernetes" => self.by_account(),
            "userpass" | "radius" | "ldap" => certain(below("users", &self.name)),
            "approle" if self.metadata.contains_key("role_name") => {
                let name = self.metadata.get("role_name").map_or("", String::as_str);
                certain(below("role", name))
            }
            "approle" | "cert" => {
                let condition = "the alias is of this role".to_owned();
                let roles = aliases.roles.iter().cloned();
                roles.map(|role| (role, condition.clone())).collect()
            }
            _ => Vec::new(),
        }
    }

    fn by_token(&self, mount: &Mount, claims: &[String]) -> Vec<(String, String)> {
        let mut holders = Vec::new();
        for claim in claims {
            let (subject, condition) = match claim.as_str() {
                "sub" => (self.name.as_str(), String::new()),
                other => ("*", format!("{other} of the token is {}", self.name)),
            };
            holders.push((named::shown_token(&mount.issuer, subject), condition));
            if claim == "email" {
                holders.push((format!("user:{}", self.name), String::new()));
            }
        }
        holders
    }

    /// The service account, which the alias names by its uid and what came with a login by its name.
    fn by_account(&self) -> Vec<(String, String)> {
        let part = |name: &str| self.metadata.get(name).map(String::as_str);
        let told = part("service_account_namespace").zip(part("service_account_name"));
        let (subject, condition) = match told.or_else(|| self.name.split_once('/')) {
            Some((namespace, name)) => (format!("{namespace}:{name}"), String::new()),
            None => (
                "*".to_owned(),
                format!("the uid of the account is {}", self.name),
            ),
        };
        let token = named::shown_token("*", &format!("system:serviceaccount:{subject}"));
        vec![(token, condition)]
    }
}

fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
