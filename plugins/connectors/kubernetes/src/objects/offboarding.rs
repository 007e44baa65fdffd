//! What offboarding an identity finds, and the offboarding itself.
//!
//! The account goes first, because with it go all its tokens: the server refuses a token whose account is gone or was made
//! anew. What then still works is what others wrote: bindings that name the account and would be its again the moment
//! anybody makes an account of that name.

use portcullis_plugin::{Failure, Managed, Stamp};
use serde_json::{Value, json};

use super::account;
use super::place::{CLUSTER_ROLE_BINDING, Kind, POD, Place, ROLE_BINDING, SECRET};
use super::store::Store;
use super::{OFFBOARDING, mark};

/// The annotation by which a secret says whose token it is.
const ACCOUNT: &str = "kubernetes.io/service-account.name";
const TOKENS: [(&str, &str); 1] = [("fieldSelector", "type=kubernetes.io/service-account-token")];
/// A pod that has ended runs as nobody.
const RUNNING: (&str, &str) = (
    "fieldSelector",
    "status.phase!=Succeeded,status.phase!=Failed",
);

/// What deleting the identity will find; none when there is no such identity.
///
/// # Errors
/// When the server does not let it be looked up.
pub(super) fn read(store: &Store<'_>, id: &str, name: &str) -> Result<Option<Managed>, Failure> {
    let Some((place, _)) = account::find(store, id, name)? else {
        return Ok(None);
    };
    let mut finds = Vec::new();
    let mut find = |what: String, then: &str| finds.push(json!({"what": what, "then": then}));
    for (secret, _) in tokens(store, &place)? {
        find(
            secret.words(),
            "holds a token of the account, and is deleted with it",
        );
    }
    for pod in store.list(&POD, &[RUNNING])? {
        let text = |at: &str| pod.pointer(at).and_then(Value::as_str).unwrap_or_default();
        let namespace = text("/metadata/namespace");
        if format!("{namespace}/{}", text("/spec/serviceAccountName")) == place.id() {
            find(
                format!("Pod {namespace}/{}", text("/metadata/name")),
                "keeps running as the account, and its token is refused from then on",
            );
        }
    }
    for binding in bindings(store, &place)? {
        find(
            binding,
            "still names the account, and the removal fails until it does not",
        );
    }
    Managed::new(OFFBOARDING, &place.id(), name, json!({"finds": finds})).map(Some)
}

/// Deletes account and tokens, and then looks whether anything of it still works.
///
/// # Errors
/// Of kind `refused`, naming each, when a binding still names the account; when the account is another's; when the server
/// does not let it be looked up.
pub(super) fn delete(store: &Store<'_>, prior: &Managed, stamp: &Stamp) -> Result<(), Failure> {
    let Some(place) = account::place_of(&prior.id) else {
        return Err(Failure::internal(format!(
            "The host asked to delete the identity `{}` by the id `{}`, which is no `<namespace>/<name>`.",
            prior.name,
            prior.id.escape_debug()
        )));
    };
    let found = store.get(&place)?;
    let is_ours =
        |account: &&Value| mark::of(account).is_some_and(|mark| mark.workload == prior.name);
    if let Some(account) = found.as_ref().filter(is_ours) {
        mark::check(&place, account, &prior.name, Some(stamp))?;
        for (secret, found) in tokens(store, &place)? {
            store.delete(&secret, &found)?;
        }
        store.delete(&place, account)?;
    } else if found.is_some() {
        // Somebody made it theirs since; nothing of ours is left, and theirs is not looked into.
        return Ok(());
    }
    let left = bindings(store, &place)?;
    if left.is_empty() {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "The account `{}` is deleted and its tokens are refused, but it is still named by {}: whoever makes an account of \
         that name has what they grant.",
        place.id(),
        left.join(", ")
    ))
    .remedy(
        "Remove the account from these bindings and run it again; or set `force_reason` on the identity, apply, and remove it \
         then.",
    ))
}

/// Secrets with a token of the account: where they are, and their metadata.
fn tokens(store: &Store<'_>, account: &Place) -> Result<Vec<(Place, Value)>, Failure> {
    let found = store.names(&SECRET, &TOKENS)?;
    let of_account = found.into_iter().filter_map(|secret| {
        let text = |at: &str| secret.pointer(at).and_then(Value::as_str);
        let (namespace, name) = (text("/metadata/namespace")?, text("/metadata/name")?);
        let whose = format!("{namespace}/{}", mark::annotation(&secret, ACCOUNT)?);
        let place = Place::namespaced(&SECRET, namespace, name);
        (whose == account.id()).then_some((place, secret))
    });
    Ok(of_account.collect())
}

/// Bindings that name the account, as people call them.
fn bindings(store: &Store<'_>, account: &Place) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for kind in [&ROLE_BINDING, &CLUSTER_ROLE_BINDING] {
        let all = store.list(kind, &[])?;
        let naming = all.iter().filter(|binding| names(binding, account));
        found.extend(naming.map(|binding| called(kind, binding)));
    }
    Ok(found)
}

fn called(kind: &Kind, binding: &Value) -> String {
    let text = |at: &str| binding.pointer(at).and_then(Value::as_str);
    let name = text("/metadata/name").unwrap_or_default();
    match text("/metadata/namespace") {
        Some(namespace) => format!("{} {namespace}/{name}", kind.name),
        None => format!("{} {name}", kind.name),
    }
}

/// Whether a binding names the account, as a service account or as the user that it is.
fn names(binding: &Value, account: &Place) -> bool {
    let own = binding
        .pointer("/metadata/namespace")
        .and_then(Value::as_str);
    let subjects = binding.get("subjects").and_then(Value::as_array);
    subjects.into_iter().flatten().any(|subject| {
        let text = |name: &str| subject.get(name).and_then(Value::as_str);
        let name = text("name").unwrap_or_default();
        match text("kind") {
            Some("ServiceAccount") => {
                let namespace = text("namespace").or(own).unwrap_or_default();
                format!("{namespace}/{name}") == account.id()
            }
            Some("User") => {
                let user = name.strip_prefix("system:serviceaccount:");
                user.is_some_and(|user| user.replacen(':', "/", 1) == account.id())
            }
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::place::{Place, SERVICE_ACCOUNT};
    use super::names;
    use serde_json::json;

    #[test]
    fn a_binding_names_an_account_in_three_ways() {
        let account = Place::namespaced(&SERVICE_ACCOUNT, "infer", "fraud");
        for (subject, expected) in [
            (
                json!({"kind": "ServiceAccount", "name": "fraud", "namespace": "infer"}),
                true,
            ),
            (json!({"kind": "ServiceAccount", "name": "fraud"}), true),
            (
                json!({"kind": "User", "name": "system:serviceaccount:infer:fraud"}),
                true,
            ),
            (
                json!({"kind": "ServiceAccount", "name": "fraud", "namespace": "other"}),
                false,
            ),
            (json!({"kind": "User", "name": "fraud"}), false),
            (
                json!({"kind": "Group", "name": "system:serviceaccounts:infer"}),
                false,
            ),
        ] {
            let binding =
                json!({"metadata": {"name": "b", "namespace": "infer"}, "subjects": [subject]});
            assert_eq!(names(&binding, &account), expected, "{binding}");
        }
    }
}
