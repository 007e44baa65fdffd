//! What offboarding an identity finds, and the offboarding itself.
//!
//! The entity is disabled first: from then on the server refuses every token of it, and nobody logs in as it. Then nothing can
//! come after what is looked for: tokens are revoked one by one, with the leases of what they were given, role and entity are
//! deleted, and each token is looked up once more.

use portcullis_plugin::{Failure, Managed, Stamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::entity;
use super::login::{self, Login};
use super::{OFFBOARDING, mark};
use crate::access::{lets_in, mount_of};
use crate::api::Api;

/// Tokens of the server that planning looks up to say which are the identity's; there may be a request for each.
const LOOKED_UP_MAX: usize = 40;

#[derive(Debug, Deserialize)]
struct Token {
    accessor: String,
    #[serde(default)]
    entity_id: String,
}

/// What deleting the identity will find; none when there is no such identity.
///
/// # Errors
/// When the server does not let it be looked up.
pub(super) fn read(api: &Api<'_>, id: &str, name: &str) -> Result<Option<Managed>, Failure> {
    let Some((entity, mark)) = entity::find(api, id, name)? else {
        return Ok(None);
    };
    let mut finds = Vec::new();
    let mut find = |what: String, then: &str| finds.push(json!({"what": what, "then": then}));
    let accessors = accessors(api)?;
    if accessors.len() > LOOKED_UP_MAX {
        let what = format!("{} tokens of the server", accessors.len());
        find(
            what,
            "are looked through, and those of the identity are revoked",
        );
    } else {
        for token in tokens(api, &accessors, &entity.id)? {
            find(format!("token {token}"), "is revoked");
        }
    }
    let attributes = Value::Object(mark.declared).to_string();
    if let Ok(login) = Login::new(&mark.workload, &attributes) {
        for role in others(api, &login)? {
            find(
                role,
                "lets in the same tokens, and the removal fails until it does not",
            );
        }
    }
    Managed::new(OFFBOARDING, &entity.id, name, json!({"finds": finds})).map(Some)
}

/// Disables, revokes and deletes, and then looks whether anything of it still works.
///
/// # Errors
/// Of kind `refused`, naming each, when a token still works or another role lets in the same tokens; when the entity is
/// another's; when the server does not let it be looked up.
pub(super) fn delete(api: &Api<'_>, prior: &Managed, stamp: &Stamp) -> Result<(), Failure> {
    let mut left = Vec::new();
    if let Some((entity, mark)) = entity::find(api, &prior.id, &prior.name)? {
        let words = format!("The entity `{}`", entity.name);
        mark::check(Some(&mark), &words, &prior.name, Some(stamp))?;
        let named = ["identity", "entity", "name", &entity.name];
        api.write::<Value>(&named, &json!({"disabled": true}))?;
        if let Some(path) = login::role_of(&mark) {
            api.delete_at(&path)?;
        }
        let revoked = tokens(api, &accessors(api)?, &entity.id)?;
        for accessor in &revoked {
            let ask = json!({"accessor": accessor});
            api.write::<Value>(&["auth", "token", "revoke-accessor"], &ask)?;
        }
        for accessor in revoked {
            if api.token::<Token>(&api.namespace(), &accessor)?.is_some() {
                left.push(format!("token `{accessor}` can still be looked up"));
            }
        }
        api.delete(&["identity", "entity", "id", &entity.id])?;
    }
    // What was declared may be out of use for so long that it is none any more.
    if let Ok(login) = Login::new(&prior.name, &prior.attributes) {
        let others = others(api, &login)?.into_iter();
        left.extend(others.map(|role| format!("{role} lets in the same tokens")));
    }
    if left.is_empty() {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "The identity `{}` is deleted and its tokens are revoked, but {}.",
        prior.name,
        left.join(", and ")
    ))
    .remedy(
        "Take the subject out of these and run it again; or set `force_reason` on the identity, apply, and remove it then.",
    ))
}

fn accessors(api: &Api<'_>) -> Result<Vec<String>, Failure> {
    api.list(&api.namespace(), &["auth", "token", "accessors"])
}

/// The accessors of an entity's tokens.
fn tokens(api: &Api<'_>, accessors: &[String], entity: &str) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for accessor in accessors {
        let token = api.token::<Token>(&api.namespace(), accessor)?;
        found.extend(
            token
                .filter(|token| token.entity_id == entity)
                .map(|token| token.accessor),
        );
    }
    Ok(found)
}

/// Roles of the same method, other than the identity's own, that let in the tokens of its subject.
fn others(api: &Api<'_>, login: &Login) -> Result<Vec<String>, Failure> {
    let namespace = api.namespace();
    let Some((mount, own)) = login.path.split_once("/role/") else {
        return Ok(Vec::new());
    };
    let mount = mount_of(&namespace, mount);
    let Some(names) = api.list_if_served(&namespace, &mount.below(&["role"]))? else {
        // With its method everything that it let in is gone.
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for name in names.iter().filter(|name| *name != own) {
        if lets_in(api, &mount, name, &login.subject)? {
            found.push(format!("role {}/role/{name}", mount.path));
        }
    }
    Ok(found)
}
