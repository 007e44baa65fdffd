//! The first step: namespaces, accounts, roles and bindings, which only together say who has what.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_plugin::{AccessPage, Edge, Failure, Object, log};

use super::aggregate;
use super::binding::{Binding, BoundRole};
use super::grant::Grants;
use super::issuer;
use super::refusal::EVERYBODY;
use super::role::Role;
use super::rule::Rule;
use super::subject::{Subjects, account_id};
use crate::Config;
use crate::api::Api;
use crate::collection::Collection;
use crate::listing::Listing;
use crate::metadata::{Metadata, Named};

const CORE: &str = "/api/v1";
const RBAC: &str = "/apis/rbac.authorization.k8s.io/v1";

const NAMESPACES: Collection = Collection::of_cluster(CORE, "namespaces");
const ACCOUNTS: Collection = Collection::namespaced(CORE, "serviceaccounts");
const ROLES: Collection = Collection::namespaced(RBAC, "roles");
const ROLE_BINDINGS: Collection = Collection::namespaced(RBAC, "rolebindings");
const CLUSTER_ROLES: Collection = Collection::of_cluster(RBAC, "clusterroles");
const CLUSTER_ROLE_BINDINGS: Collection = Collection::of_cluster(RBAC, "clusterrolebindings");

/// Annotations by which clouds give an account an identity of theirs, and what the label is called.
const CLOUD_IDENTITIES: [(&str, &str); 2] = [
    ("eks.amazonaws.com/role-arn", "role_arn"),
    ("iam.gke.io/gcp-service-account", "gcp_service_account"),
];

/// Puts subjects, namespaces and edges on the page, and gives what the roles allow.
///
/// # Errors
/// When the server does not let one of the collections be listed, and when something in one is not known.
pub(crate) fn read(
    api: &Api<'_>,
    config: &Config,
    page: &mut AccessPage,
) -> Result<Grants, Failure> {
    page.objects = namespaces(api, config)?;
    page.objects.extend(issuer::object(api)?);
    let mut subjects = Subjects::default();
    // What admission refuses, it refuses to anybody.
    subjects.group(EVERYBODY);
    for account in list::<Named>(api, ACCOUNTS)? {
        subjects.account(
            &account.metadata.path(),
            cloud_identities(&account.metadata),
        );
    }
    assumed_by(config, &mut subjects, &mut page.edges)?;
    // Bindings before roles: a role that is made between the two is known, and not one that is bound and unknown.
    let mut bindings: Vec<Binding> = list(api, ROLE_BINDINGS)?;
    bindings.extend(list::<Binding>(api, CLUSTER_ROLE_BINDINGS)?);
    let roles: Vec<Role> = list(api, ROLES)?;
    let cluster_roles: Vec<Role> = list(api, CLUSTER_ROLES)?;
    let mut bound: BTreeSet<BoundRole> = BTreeSet::new();
    for binding in &bindings {
        let role = binding.role()?;
        page.edges.extend(binding.edges(&role.id(), &mut subjects)?);
        bound.insert(role);
    }
    let grants = grants(
        roles,
        &aggregate::resolve(&cluster_roles),
        bound,
        &mut subjects,
    );
    page.subjects = subjects.into_vec();
    Ok(grants)
}

fn list<T: serde::de::DeserializeOwned>(
    api: &Api<'_>,
    collection: Collection,
) -> Result<Vec<T>, Failure> {
    api.list(&Listing::all(collection))
}

/// Every role of a namespace, bound or not, and cluster roles where they are bound.
fn grants(
    roles: Vec<Role>,
    cluster_roles: &BTreeMap<&str, Vec<Rule>>,
    bound: BTreeSet<BoundRole>,
    subjects: &mut Subjects,
) -> Grants {
    let mut grants = Grants::default();
    for role in roles {
        let named = BoundRole::Role {
            namespace: role.metadata.namespace,
            name: role.metadata.name,
        };
        subjects.role(&named.id(), &named.words());
        grants.add_role(&named, role.rules);
    }
    for role in bound {
        subjects.role(&role.id(), &role.words());
        if let BoundRole::ClusterRole { name, .. } = &role {
            // A role that is bound and not there allows nothing, until somebody makes it.
            let rules = cluster_roles.get(name.as_str());
            grants.add_cluster_role(&role, rules.map_or(&[], Vec::as_slice));
        }
    }
    grants
}

/// Namespaces with their labels, which say among other things what pods may do there.
fn namespaces(api: &Api<'_>, config: &Config) -> Result<Vec<Object>, Failure> {
    let found: Vec<Named> = list(api, NAMESPACES)?;
    let is_read = |name: &String| match &config.namespaces {
        None => true,
        Some(names) => names.contains(name),
    };
    let missing = config.namespaces.iter().flatten();
    let missing = missing.filter(|name| !found.iter().any(|found| found.metadata.name == **name));
    for name in missing {
        log::warn(&format!(
            "`namespaces` in `config` names `{name}`, which the cluster does not have"
        ));
    }
    let read = found
        .into_iter()
        .filter(|found| is_read(&found.metadata.name));
    Ok(read
        .map(|Named { metadata }| Object {
            name: metadata.name.clone(),
            labels: metadata.labels.into_iter().collect(),
            ..Object::new(&format!("namespace:{}", metadata.name), "namespace")
        })
        .collect())
}

fn cloud_identities(account: &Metadata) -> Vec<(String, String)> {
    let labels = CLOUD_IDENTITIES.iter().filter_map(|(annotation, label)| {
        let identity = account.annotations.get(*annotation)?;
        Some(((*label).to_owned(), identity.clone()))
    });
    labels.collect()
}

/// Those outside the cluster who hold an account's credentials, as only the configuration can say.
fn assumed_by(
    config: &Config,
    subjects: &mut Subjects,
    edges: &mut Vec<Edge>,
) -> Result<(), Failure> {
    for (account, outsiders) in &config.assumed_by {
        let path = account.strip_prefix("sa:").unwrap_or_default();
        let parts = path.split_once('/').unwrap_or_default();
        if parts.0.is_empty() || parts.1.is_empty() || parts.1.contains('/') {
            return Err(Failure::config(format!(
                "`assumed_by` in `config` has `{account}`, which is not `sa:<namespace>/<name>`."
            ))
            .remedy("Write the service account as `sa:infer/fraud-deploy`."));
        }
        let id = account_id(path);
        if !subjects.has(&id) {
            log::warn(&format!(
                "`assumed_by` in `config` has `{account}`, which the cluster does not have"
            ));
            subjects.account(path, Vec::new());
        }
        for outsider in outsiders {
            subjects.outsider(outsider);
            edges.push(Edge {
                source: "config assumed_by".to_owned(),
                ..Edge::new(outsider, "assumes", &id)
            });
        }
    }
    Ok(())
}
