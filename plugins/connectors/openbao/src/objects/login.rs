//! A workload's identity: a JWT role, by which it logs in, and an entity, which it is whichever way it does.
//!
//! The entity carries the mark, since a role can carry none; it names the role that it is for.

use std::collections::BTreeMap;

use portcullis_plugin::objects::{Document, Identity, Mark, Told, declared};
use portcullis_plugin::{Change, Desired, Failure, Managed, Stamp};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::entity::{Entity, entity, find};
use super::mark;
use super::role::JwtRole;
use super::settings::Settings;
use super::{IDENTITY, compile};
use crate::api::Api;
use crate::named;

/// Life of a token where the declaration sets none.
const TTL_SECONDS: u32 = 900;
/// How `settings` are written.
const HINT: &str = "Write `settings = { role = \"...\", bound_subject = \"...\" }`; the README of the connector has the rest.";

#[derive(Debug, Deserialize)]
struct Method {
    accessor: String,
}

/// A login as it is wanted.
#[derive(Debug)]
pub(super) struct Login {
    workload: String,
    /// `auth/jwt/role/fraud`
    pub(super) path: String,
    /// `auth/jwt`
    mount: String,
    pub(super) subject: String,
    role: JwtRole,
    /// The attributes that the host desired.
    declared: Map<String, Value>,
}

impl Login {
    /// # Errors
    /// When `settings` name no role, or what nobody may be given.
    pub(super) fn new(workload: &str, attributes: &str) -> Result<Self, Failure> {
        let declared = declared(attributes)?;
        let identity: Identity<Settings> = Identity::parse(workload, &declared, HINT)?;
        let settings = identity.settings;
        settings.check()?;
        let audiences = match settings.bound_audiences {
            none if none.is_empty() => identity.audiences.into_iter().collect(),
            bound => bound,
        };
        let ttl = identity
            .max_ttl_seconds
            .and_then(|ttl| u32::try_from(ttl).ok())
            .unwrap_or(TTL_SECONDS);
        let mut policies = settings.policies;
        policies.insert(compile::name_of(workload));
        let mount = format!("auth/{}", settings.auth_mount.trim_matches('/'));
        Ok(Self {
            workload: workload.to_owned(),
            path: format!("{mount}/role/{}", settings.role),
            role: JwtRole::wanted(&settings.bound_subject, &audiences, &policies, ttl),
            subject: settings.bound_subject,
            mount,
            declared,
        })
    }

    /// # Errors
    /// When a role or an entity is there that is not ours.
    pub(super) fn plan(
        &self,
        api: &Api<'_>,
        prior: Option<&Managed>,
        desired: &Desired,
    ) -> Result<Change, Failure> {
        let namespace = api.namespace();
        let (wanted, action) = (self.attributes(&namespace), prior.is_some());
        let same = match prior {
            Some(prior) => serde_json::from_str::<Value>(&prior.attributes)? == wanted,
            None => false,
        };
        if !same {
            self.check(api, None)?;
        }
        let mut change = Change::new(
            match (action, same) {
                (false, _) => "create",
                (true, true) => "none",
                (true, false) => "update",
            },
            desired,
        );
        change.attributes = wanted.to_string();
        Ok(change)
    }

    /// The entity that there is for the workload, when it is ours and so is the role.
    fn check(&self, api: &Api<'_>, stamp: Option<&Stamp>) -> Result<Option<Entity>, Failure> {
        let found = entity(api, "", &self.workload)?;
        let owned = match &found {
            None => None,
            Some(entity) => {
                let mark = mark::of_metadata(&entity.metadata);
                let words = format!("The entity `{}`", entity.name);
                mark::check(mark.as_ref(), &words, &self.workload, stamp)?;
                mark.and_then(|mark| role_of(&mark))
            }
        };
        if owned.as_deref() != Some(&self.path) && role(api, &self.path)?.is_some() {
            let words = format!("The role `{}`", self.path);
            mark::check(None, &words, &self.workload, stamp)?;
        }
        Ok(found)
    }

    /// # Errors
    /// When something of it is not ours, or the server does not do it.
    pub(super) fn apply(&self, api: &Api<'_>, stamp: &Stamp) -> Result<Managed, Failure> {
        let found = self.check(api, Some(stamp))?;
        let before = found
            .as_ref()
            .and_then(|entity| mark::of_metadata(&entity.metadata));
        let mark = Mark::of(&self.workload, &self.declared, stamp, before.as_ref());
        let accessor = self.accessor(api)?;
        self.check_alias(api, &accessor, found.as_ref())?;
        let body = json!({"metadata": mark::metadata(&mark), "policies": [], "disabled": false});
        let name = compile::name_of(&self.workload);
        api.write::<Value>(&["identity", "entity", "name", &name], &body)?;
        api.write_at(&self.path, &Value::Object(self.role.body().clone()))?;
        self.put_alias(api, &accessor)?;
        let moved = before.and_then(|before| role_of(&before));
        if let Some(old) = moved.filter(|old| *old != self.path) {
            api.delete_at(&old)?;
        }
        let made = read(api, "", &self.workload)?;
        made.ok_or_else(|| {
            Failure::unreachable(format!("The entity `{}` is gone again.", self.workload))
                .remedy("Apply once more.")
        })
    }

    fn accessor(&self, api: &Api<'_>) -> Result<String, Failure> {
        let methods: Option<BTreeMap<String, Method>> =
            api.read(&api.namespace(), &["sys", "auth"])?;
        let path = format!("{}/", self.mount.trim_start_matches("auth/"));
        let method = methods.and_then(|mut methods| methods.remove(&path));
        let method = method.ok_or_else(|| {
            Failure::config(format!(
                "The server has no auth method at `{}`.",
                self.mount
            ))
            .remedy("Enable the method `jwt` there, or correct `auth_mount` in `settings`.")
        })?;
        Ok(method.accessor)
    }

    /// Whether the subject is nobody else's alias: taking it over would take from them what they hold.
    fn check_alias(
        &self,
        api: &Api<'_>,
        accessor: &str,
        ours: Option<&Entity>,
    ) -> Result<(), Failure> {
        let asked = json!({"alias_name": self.subject, "alias_mount_accessor": accessor});
        let other: Option<Entity> = api.write(&["identity", "lookup", "entity"], &asked)?;
        match other.filter(|other| ours.is_none_or(|ours| ours.id != other.id)) {
            None => Ok(()),
            Some(other) => Err(Failure::refused(format!(
                "`{}` at `{}` is an alias of the entity `{}`, which was not made by portcullis.",
                self.subject, self.mount, other.name
            ))
            .remedy(format!(
                "Delete that entity if nothing needs it: `bao delete identity/entity/id/{}`.",
                other.id
            ))),
        }
    }

    /// Makes the subject the entity's only alias: it has one for each auth method.
    fn put_alias(&self, api: &Api<'_>, accessor: &str) -> Result<(), Failure> {
        let entity = entity(api, "", &self.workload)?;
        let Some(entity) = entity else { return Ok(()) };
        let wanted = json!({
            "name": self.subject, "mount_accessor": accessor, "canonical_id": entity.id,
        });
        let mut is_there = false;
        for alias in &entity.aliases {
            let path = ["identity", "entity-alias", "id", &alias.id];
            if alias.mount_accessor == accessor {
                is_there = true;
                if alias.name != self.subject {
                    api.write::<Value>(&path, &wanted)?;
                }
            } else {
                api.delete(&path)?;
            }
        }
        if !is_there {
            api.write::<Value>(&["identity", "entity-alias"], &wanted)?;
        }
        Ok(())
    }

    /// The object as it will be read when nobody changes it.
    fn attributes(&self, namespace: &str) -> Value {
        let entity = Standing {
            policies: &[],
            alias: Some(&self.subject),
            disabled: false,
        };
        attributes(
            self.declared.clone(),
            &self.path,
            namespace,
            Some(&self.role),
            &entity,
        )
    }
}

/// What an entity is beside its mark.
struct Standing<'e> {
    policies: &'e [String],
    alias: Option<&'e str>,
    disabled: bool,
}

/// The identity of an entity, by its id or else the workload's key.
///
/// # Errors
/// When the server gives no answer.
pub(super) fn read(api: &Api<'_>, id: &str, name: &str) -> Result<Option<Managed>, Failure> {
    let Some((entity, mark)) = find(api, id, name)? else {
        return Ok(None);
    };
    let path = role_of(&mark).unwrap_or_default();
    let role = role(api, &path)?;
    let mount = path.split_once("/role/").map_or("", |(mount, _)| mount);
    let alias = entity
        .aliases
        .iter()
        .find(|alias| alias.mount_path.trim_matches('/') == mount);
    let standing = Standing {
        policies: &entity.policies,
        alias: alias.map(|alias| alias.name.as_str()),
        disabled: entity.disabled,
    };
    let attributes = attributes(
        mark.declared,
        &path,
        &api.namespace(),
        role.as_ref(),
        &standing,
    );
    Managed::new(IDENTITY, &entity.id, &mark.workload, attributes).map(Some)
}

fn role(api: &Api<'_>, path: &str) -> Result<Option<JwtRole>, Failure> {
    if path.is_empty() {
        return Ok(None);
    }
    let path: Vec<&str> = path.split('/').collect();
    let found: Option<Value> = api.read(&api.namespace(), &path)?;
    Ok(found.map(|found| JwtRole::of(&found)))
}

/// The role that an entity was made for.
pub(super) fn role_of(mark: &Mark) -> Option<String> {
    let settings = mark.declared.get("settings")?;
    let role = settings.get("role")?.as_str()?;
    let mount = settings.get("auth_mount").and_then(Value::as_str);
    Some(format!(
        "auth/{}/role/{role}",
        mount.unwrap_or("jwt").trim_matches('/')
    ))
}

/// What was declared, the account by which facts about access know it, and what it lets somebody do.
fn attributes(
    declared: Map<String, Value>,
    path: &str,
    namespace: &str,
    role: Option<&JwtRole>,
    entity: &Standing<'_>,
) -> Value {
    let account = named::role(path, namespace);
    let mut allows = Vec::new();
    if let Some(role) = role.filter(|_| !entity.disabled) {
        allows.extend(role.allows(&account));
        allows.extend(
            entity
                .alias
                .map(|alias| format!("{alias} is this identity")),
        );
        let policies = entity.policies.iter();
        allows.extend(policies.map(|policy| format!("its entity has policy {policy}")));
    }
    let role = role.map(JwtRole::text).unwrap_or_default();
    let entity = json!({
        "alias": entity.alias, "disabled": entity.disabled, "policies": entity.policies,
    });
    let told = Told {
        account: Some(account),
        allows,
        clauses: None,
        documents: vec![
            Document::new("JWT role", path, role),
            Document::new("entity", path, entity.to_string()),
        ],
    };
    told.over(declared)
}

#[cfg(test)]
mod tests {
    use super::Login;
    use serde_json::{Value, json};

    fn login(settings: &Value) -> Result<Login, String> {
        let attributes =
            json!({"audiences": ["bao"], "max_ttl_seconds": 600, "settings": settings});
        let login = Login::new("production/fraud", &attributes.to_string());
        login.map_err(|failure| format!("{}: {}", failure.kind, failure.message))
    }

    #[test]
    fn settings_name_a_role_and_a_subject() {
        let good =
            login(&json!({"role": "fraud", "bound_subject": "s", "policies": ["extra"]})).unwrap();
        assert_eq!(
            (good.path.as_str(), good.mount.as_str()),
            ("auth/jwt/role/fraud", "auth/jwt")
        );
        let body = good.role.body();
        assert_eq!(
            body["token_policies"],
            json!(["extra", "portcullis.production.fraud"])
        );
        assert_eq!(
            (&body["bound_audiences"], &body["token_ttl"]),
            (&json!(["bao"]), &json!(600))
        );
        for (bad, said) in [
            (json!(null), "`role`"),
            (json!({"role": "fraud"}), "bound_subject"),
            (json!({"role": "a/../b", "bound_subject": "s"}), "`role`"),
            (json!({"role": "..", "bound_subject": "s"}), "`role`"),
            (
                json!({"role": "a", "bound_subject": "s", "auth_mount": "jwt/../token"}),
                "`auth_mount`",
            ),
            (json!({"role": "a", "bound_subject": " "}), "let anybody in"),
            (
                json!({"role": "a", "bound_subject": "s", "policies": ["root"]}),
                "allows everything",
            ),
            (
                json!({"role": "a", "bound_subject": "s", "rolle": 1}),
                "rolle",
            ),
        ] {
            let refused = login(&bad).unwrap_err();
            assert!(
                refused.starts_with("config: ") && refused.contains(said),
                "{refused}"
            );
        }
    }
}
