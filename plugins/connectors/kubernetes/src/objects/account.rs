//! A workload's identity: a service account.

use std::collections::BTreeMap;

use portcullis_plugin::objects::{Document, Identity, Mark, Told, declared};
use portcullis_plugin::{Change, Desired, Failure, Managed, Stamp};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::mark::{self, Owner};
use super::place::{Place, SERVICE_ACCOUNT, is_name, set};
use super::store::Store;
use super::{IDENTITY, offboarding};

/// Annotations by which a cloud lets the pods of an account act as somebody there. Nobody adds one unnoticed.
const CLOUD_ROLES: [&str; 3] = [
    "eks.amazonaws.com/role-arn",
    "iam.gke.io/gcp-service-account",
    "azure.workload.identity/client-id",
];

/// How `settings` are written.
const HINT: &str = "Write `settings = { namespace = \"...\", service_account = \"...\" }`, with `annotations` where the account \
                    needs some.";

/// `settings` of an identity.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// An existing namespace.
    namespace: String,
    service_account: String,
    /// Annotations that the account has, such as the role of a cloud that its pods may act as.
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

/// A service account as it is wanted.
#[derive(Debug)]
pub(super) struct Account {
    workload: String,
    place: Place,
    annotations: BTreeMap<String, String>,
    /// The attributes that the host desired.
    declared: Map<String, Value>,
}

impl Account {
    /// # Errors
    /// When `settings` name no service account.
    pub(super) fn of(desired: &Desired) -> Result<Self, Failure> {
        Self::new(&desired.name, declared(&desired.attributes)?)
    }

    /// What a change leads to: its attributes without those that planning added.
    ///
    /// # Errors
    /// As [`Account::of`].
    pub(super) fn of_change(change: &Change) -> Result<Self, Failure> {
        Self::new(&change.name, declared(&change.attributes)?)
    }

    fn new(workload: &str, declared: Map<String, Value>) -> Result<Self, Failure> {
        let identity: Identity<Settings> = Identity::parse(workload, &declared, HINT)?;
        let settings = identity.settings;
        for (attribute, name) in [
            ("namespace", &settings.namespace),
            ("service_account", &settings.service_account),
        ] {
            if !is_name(name) {
                return Err(Failure::config(format!(
                    "`{attribute}` in `settings` is `{}`, which is no name that Kubernetes gives.",
                    name.escape_debug()
                ))
                .remedy("Write lower-case letters, digits, `-` and `.`, at most 253."));
            }
        }
        let ours = |name: &&String| name.starts_with(mark::PREFIX);
        if let Some(name) = settings.annotations.keys().find(ours) {
            return Err(Failure::config(format!(
                "`annotations` in `settings` has `{name}`; names that begin with `{}` are this connector's own.",
                mark::PREFIX
            ))
            .remedy("Remove it."));
        }
        Ok(Self {
            workload: workload.to_owned(),
            place: place(&settings.namespace, &settings.service_account),
            annotations: settings.annotations,
            declared,
        })
    }

    pub(super) fn plan(
        &self,
        store: &Store<'_>,
        prior: Option<&Managed>,
        desired: &Desired,
    ) -> Result<Change, Failure> {
        let moves = prior.is_some_and(|prior| prior.id != self.place.id());
        if (prior.is_none() || moves)
            && let Some(found) = store.get(&self.place)?
        {
            mark::check(&self.place, &found, &self.workload, None)?;
        }
        let action = match prior {
            None => "create",
            Some(_) if moves => "replace",
            Some(prior) if self.is(prior)? => "none",
            Some(_) => "update",
        };
        let mut change = Change::new(action, desired);
        change.attributes = self.attributes(&self.wanted_roles()).to_string();
        if moves {
            change.replaced_by = ["settings.namespace", "settings.service_account"]
                .map(str::to_owned)
                .to_vec();
        }
        Ok(change)
    }

    pub(super) fn apply(
        &self,
        store: &Store<'_>,
        prior: Option<&Managed>,
        stamp: &Stamp,
    ) -> Result<Managed, Failure> {
        let owner = Owner {
            workload: &self.workload,
            declared: &self.declared,
        };
        let made = store.ensure(&self.place, &owner, stamp, &|account| {
            self.put_annotations(account);
        })?;
        if let Some(prior) = prior.filter(|prior| prior.id != self.place.id()) {
            offboarding::delete(store, prior, stamp)?;
        }
        managed(&self.place, &made)
    }

    /// The annotations that are wanted; those of cloud roles that are not wanted go, all others stay.
    fn put_annotations(&self, account: &mut Value) {
        let there = account.pointer_mut("/metadata/annotations");
        if let Some(there) = there.and_then(Value::as_object_mut) {
            for role in CLOUD_ROLES {
                there.shift_remove(role);
            }
        }
        for (name, value) in &self.annotations {
            set(account, &["metadata", "annotations", name], json!(value));
        }
    }

    /// Whether the object that was read is the wanted one already.
    fn is(&self, prior: &Managed) -> Result<bool, Failure> {
        let prior: Value = serde_json::from_str(&prior.attributes)?;
        Ok(prior == self.attributes(&self.wanted_roles()))
    }

    fn wanted_roles(&self) -> Vec<(&str, &str)> {
        let wanted = self.annotations.iter();
        let wanted = wanted.map(|(name, value)| (name.as_str(), value.as_str()));
        wanted
            .filter(|(name, _)| CLOUD_ROLES.contains(name))
            .collect()
    }

    fn attributes(&self, roles: &[(&str, &str)]) -> Value {
        attributes(&self.place, self.declared.clone(), roles)
    }
}

/// The service account of an identity, by the id or else the name.
pub(super) fn read(store: &Store<'_>, id: &str, name: &str) -> Result<Option<Managed>, Failure> {
    Ok(match find(store, id, name)? {
        Some((place, account)) => Some(managed(&place, &account)?),
        None => None,
    })
}

/// The service account with its place. One by an id that is not ours, or not of that name, is not there for the host.
pub(super) fn find(
    store: &Store<'_>,
    id: &str,
    name: &str,
) -> Result<Option<(Place, Value)>, Failure> {
    if let Some(place) = place_of(id) {
        let found = store.get(&place)?;
        let is_it = |account: &Value| {
            mark::of(account).is_some_and(|mark| name.is_empty() || mark.workload == name)
        };
        return Ok(found.filter(is_it).map(|account| (place, account)));
    }
    let ours = store.list(&SERVICE_ACCOUNT, &[("labelSelector", mark::SELECTOR)])?;
    let mut named = ours
        .into_iter()
        .filter(|account| mark::of(account).is_some_and(|mark| mark.workload == name));
    let Some(account) = named.next() else {
        return Ok(None);
    };
    let text = |at: &str| account.pointer(at).and_then(Value::as_str);
    let place = place(
        text("/metadata/namespace").unwrap_or_default(),
        text("/metadata/name").unwrap_or_default(),
    );
    if let Some(other) = named.next() {
        let name_of = |at| {
            other
                .pointer(at)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        return Err(Failure::refused(format!(
            "Two service accounts are marked as `{name}`: `{}` and `{}/{}`.",
            place.id(),
            name_of("/metadata/namespace"),
            name_of("/metadata/name"),
        ))
        .remedy("Delete the one that is not used any more."));
    }
    Ok(Some((place, account)))
}

/// Where the account of an id is: `<namespace>/<name>`.
pub(super) fn place_of(id: &str) -> Option<Place> {
    let (namespace, name) = id.split_once('/')?;
    (is_name(namespace) && is_name(name)).then(|| place(namespace, name))
}

fn place(namespace: &str, name: &str) -> Place {
    Place::namespaced(&SERVICE_ACCOUNT, namespace, name)
}

fn managed(place: &Place, account: &Value) -> Result<Managed, Failure> {
    let roles: Vec<(&str, &str)> = CLOUD_ROLES
        .iter()
        .filter_map(|name| Some((*name, mark::annotation(account, name)?)))
        .collect();
    let Mark {
        workload, declared, ..
    } = mark::of(account)
        .ok_or_else(|| Failure::internal("A service account that is ours carries no mark."))?;
    let attributes = attributes(place, declared, &roles);
    let id = place.id();
    let revision = account.pointer("/metadata/resourceVersion");
    Ok(Managed {
        revision: revision
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        ..Managed::new(IDENTITY, &id, &workload, attributes)?
    })
}

/// What was declared, the account by which facts about access know it, and what it lets somebody do.
fn attributes(place: &Place, declared: Map<String, Value>, roles: &[(&str, &str)]) -> Value {
    let account = format!("sa:{}", place.id());
    let allows: Vec<String> = roles
        .iter()
        .map(|(name, role)| format!("{account} may act as {role} ({name})"))
        .collect();
    let document = Document::new("ServiceAccount", place.id(), place.bare().to_string());
    let told = Told {
        account: Some(account),
        allows,
        clauses: None,
        documents: vec![document],
    };
    told.over(declared)
}

#[cfg(test)]
mod tests {
    use super::Account;
    use portcullis_plugin::Desired;
    use serde_json::{Value, json};

    fn account(settings: &Value) -> Result<Account, String> {
        let attributes = json!({"owner": "team:ml", "settings": settings});
        let desired = Desired {
            kind: "identity".to_owned(),
            name: "production/fraud".to_owned(),
            attributes: attributes.to_string(),
        };
        Account::of(&desired).map_err(|failure| format!("{}: {}", failure.kind, failure.message))
    }

    #[test]
    fn settings_name_a_service_account_and_nothing_else() {
        let good = account(&json!({"namespace": "infer", "service_account": "fraud"})).unwrap();
        assert_eq!(good.place.id(), "infer/fraud");
        for (bad, named) in [
            (json!(null), "namespace"),
            (json!({"namespace": "infer"}), "service_account"),
            (
                json!({"namespace": "infer", "service_acount": "a"}),
                "service_acount",
            ),
            (
                json!({"namespace": "../kube-system", "service_account": "a"}),
                "`namespace`",
            ),
            (
                json!({"namespace": "infer", "service_account": "a\n"}),
                "`service_account`",
            ),
            (
                json!({"namespace": "a", "service_account": "b", "annotations": {"portcullis.dev/fence": "0"}}),
                "portcullis.dev/fence",
            ),
        ] {
            let refused = account(&bad).unwrap_err();
            assert!(
                refused.starts_with("config: ") && refused.contains(named),
                "{refused}"
            );
        }
    }

    #[test]
    fn a_role_of_a_cloud_that_nobody_wanted_goes_and_other_annotations_stay() {
        let wanted = account(&json!({
            "namespace": "infer", "service_account": "fraud",
            "annotations": {"iam.gke.io/gcp-service-account": "fraud@acme"},
        }))
        .unwrap();
        let mut object = json!({"metadata": {"annotations": {
            "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/admin", "team": "ml",
        }}});
        wanted.put_annotations(&mut object);
        assert_eq!(
            object["metadata"]["annotations"],
            json!({"team": "ml", "iam.gke.io/gcp-service-account": "fraud@acme"})
        );
    }
}
