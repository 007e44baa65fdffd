//! What runs, and as whom.

use portcullis_plugin::{AccessPage, Edge, Failure, Subject};
use serde::{Deserialize, Serialize};

use super::subject::account_id;
use crate::api::Api;
use crate::collection::Collection;
use crate::listing::Listing;
use crate::metadata::Name;

const CORE: &str = "/api/v1";
const APPS: &str = "/apis/apps/v1";
const BATCH: &str = "/apis/batch/v1";
/// Cron jobs were here before Kubernetes 1.21.
const OLD_BATCH: &str = "/apis/batch/v1beta1";
/// A pod that has ended runs as nobody.
const RUNNING: &str = "status.phase!=Succeeded,status.phase!=Failed";

/// A kind of workloads.
struct Kind {
    name: &'static str,
    /// In this order; the first that the server has.
    collections: &'static [Collection],
    fields: &'static str,
}

impl Kind {
    const fn new(name: &'static str, collections: &'static [Collection]) -> Self {
        Self {
            name,
            collections,
            fields: "",
        }
    }
}

const KINDS: [Kind; 8] = [
    Kind::new("Deployment", &[Collection::namespaced(APPS, "deployments")]),
    Kind::new(
        "StatefulSet",
        &[Collection::namespaced(APPS, "statefulsets")],
    ),
    Kind::new("DaemonSet", &[Collection::namespaced(APPS, "daemonsets")]),
    Kind::new("ReplicaSet", &[Collection::namespaced(APPS, "replicasets")]),
    Kind::new(
        "ReplicationController",
        &[Collection::namespaced(CORE, "replicationcontrollers")],
    ),
    Kind::new("Job", &[Collection::namespaced(BATCH, "jobs")]),
    Kind::new(
        "CronJob",
        &[
            Collection::namespaced(BATCH, "cronjobs"),
            Collection::namespaced(OLD_BATCH, "cronjobs"),
        ],
    ),
    Kind {
        name: "Pod",
        collections: &[Collection::namespaced(CORE, "pods")],
        fields: RUNNING,
    },
];

/// Workloads that are still to be told.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Workloads {
    /// Position of the kind that is being told.
    kind: usize,
    /// Those of that kind which were read and did not fit on the page: path and account, the last first.
    left: Vec<(String, String)>,
}

impl Workloads {
    pub(crate) fn is_over(&self) -> bool {
        self.kind >= KINDS.len()
    }

    /// Puts workloads of one kind on the page, all that are left of it or `most`.
    ///
    /// # Errors
    /// When the server does not let the kind be listed.
    pub(crate) fn take(
        &mut self,
        api: &Api<'_>,
        most: usize,
        page: &mut AccessPage,
    ) -> Result<(), Failure> {
        let Some(kind) = KINDS.get(self.kind) else {
            return Ok(());
        };
        if self.left.is_empty() {
            self.left = read(api, kind)?;
            self.left.reverse();
        }
        while page.subjects.len() < most
            && let Some((path, account)) = self.left.pop()
        {
            tell(kind, &path, &account, page);
        }
        if self.left.is_empty() {
            self.kind += 1;
        }
        Ok(())
    }
}

/// Path and account of every workload of a kind.
fn read(api: &Api<'_>, kind: &Kind) -> Result<Vec<(String, String)>, Failure> {
    for collection in kind.collections {
        let listing = Listing {
            fields: kind.fields,
            ..Listing::all(*collection)
        };
        if let Some(found) = api.list_if_served::<Workload>(&listing)? {
            let found = found.iter();
            return Ok(found
                .map(|workload| (workload.metadata.path(), workload.account()))
                .collect());
        }
    }
    // A server that has no such kind has no such workload.
    Ok(Vec::new())
}

fn tell(kind: &Kind, path: &str, account: &str, page: &mut AccessPage) {
    let id = format!("{}:{path}", kind.name.to_lowercase());
    page.edges.push(Edge {
        source: format!("{} {path}", kind.name),
        ..Edge::new(&id, "runs_as", &account_id(account))
    });
    page.subjects.push(Subject {
        name: path.to_owned(),
        ..Subject::new(&id, "other")
    });
}

#[derive(Debug, Deserialize)]
struct Workload {
    metadata: Name,
    spec: Option<Spec>,
}

/// Of a pod, of what has a template of pods, or of what has a template of jobs.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    service_account_name: Option<String>,
    /// What the name above was called first; a server sets both.
    service_account: Option<String>,
    template: Option<Box<Template>>,
    job_template: Option<Box<Template>>,
}

#[derive(Debug, Deserialize)]
struct Template {
    spec: Option<Spec>,
}

impl Workload {
    /// `<namespace>/<name>` of the account that its pods run as.
    fn account(&self) -> String {
        let named = self.spec.as_ref().and_then(Spec::account);
        format!("{}/{}", self.metadata.namespace, named.unwrap_or("default"))
    }
}

impl Spec {
    fn account(&self) -> Option<&str> {
        let inner = self.job_template.as_ref().or(self.template.as_ref());
        if let Some(template) = inner {
            return template.spec.as_ref()?.account();
        }
        let names = [&self.service_account_name, &self.service_account];
        names
            .into_iter()
            .flatten()
            .map(String::as_str)
            .find(|name| !name.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::Workload;
    use serde_json::{Value, json};

    #[test]
    fn the_account_is_where_each_kind_has_it_and_default_where_none_is_named() {
        let pod = || json!({"serviceAccountName": "fraud"});
        for (spec, account) in [
            (pod(), "infer/fraud"),
            (json!({"template": {"spec": pod()}}), "infer/fraud"),
            (
                json!({"jobTemplate": {"spec": {"template": {"spec": pod()}}}}),
                "infer/fraud",
            ),
            (json!({"serviceAccount": "old"}), "infer/old"),
            (
                json!({"serviceAccountName": "", "serviceAccount": ""}),
                "infer/default",
            ),
            (json!({"template": {"spec": {}}}), "infer/default"),
            (json!({"template": null}), "infer/default"),
            (Value::Null, "infer/default"),
        ] {
            let workload: Workload = serde_json::from_value(json!({
                "metadata": {"name": "a", "namespace": "infer"}, "spec": spec,
            }))
            .unwrap();
            assert_eq!(workload.account(), account, "{spec}");
        }
    }
}
