//! A program that holds one account's token and tries to become others, by requests that the server answers.

use std::collections::BTreeSet;

use kubernetes_server::{Client, Cluster};
use serde_json::{Value, json};

use crate::role_set::{Account, RoleSet, deployment, pod};

const JSON: (&str, &str) = ("content-type", "application/json");
const MERGE: (&str, &str) = ("content-type", "application/merge-patch+json");

/// Somebody with the token of one account of a role set.
pub(crate) struct Attacker<'a> {
    client: Client,
    own: &'a Account,
    set: &'a RoleSet,
}

impl<'a> Attacker<'a> {
    pub(crate) fn new(cluster: &Cluster, own: &'a Account, set: &'a RoleSet) -> Self {
        let token = cluster.account_token(&own.namespace, &own.name).unwrap();
        let client = cluster.admin().unwrap().with_token(Some(&token));
        Self { client, own, set }
    }

    /// The accounts of the set as which it comes to act by itself.
    pub(crate) fn becomes(&self) -> BTreeSet<Account> {
        let mut become_one = BTreeSet::new();
        for victim in &self.set.accounts {
            let attempts = [
                Self::mints,
                Self::impersonates,
                Self::reads,
                Self::enters,
                Self::replaces,
            ];
            if attempts.iter().any(|attempt| attempt(self, victim)) {
                become_one.insert(victim.clone());
            }
        }
        for namespace in &self.set.namespaces {
            let attempts = [Self::runs, Self::lists, Self::empowers_itself];
            if attempts.iter().any(|attempt| attempt(self, namespace)) {
                let inside = self.set.accounts.iter();
                become_one.extend(inside.filter(|one| one.namespace == *namespace).cloned());
            }
        }
        become_one.remove(self.own);
        become_one
    }

    fn status(&self, method: &str, path: &str, header: (&str, &str), body: &Value) -> u16 {
        let body = body.to_string();
        let answer = self.client.send(method, path, &[header], body.as_bytes());
        answer.unwrap().status
    }

    /// Asks the server for a token of the victim.
    fn mints(&self, victim: &Account) -> bool {
        let Account { namespace, name } = victim;
        let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token");
        let ask = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 600}});
        self.status("POST", &path, JSON, &ask) == 201
    }

    /// Says that it is the victim, in a request that everybody may make.
    fn impersonates(&self, victim: &Account) -> bool {
        let user = format!("system:serviceaccount:{}:{}", victim.namespace, victim.name);
        let review = json!({
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": {"verb": "get", "resource": "pods"}},
        });
        let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        let body = review.to_string();
        let headers = [JSON, ("impersonate-user", user.as_str())];
        let answer = self.client.send("POST", path, &headers, body.as_bytes());
        answer.unwrap().status == 201
    }

    /// Reads the secret with the victim's token.
    fn reads(&self, victim: &Account) -> bool {
        let Account { namespace, name } = victim;
        let path = format!("/api/v1/namespaces/{namespace}/secrets/token-{name}");
        self.client
            .get(&path)
            .is_ok_and(|secret| secret["data"]["token"].is_string())
    }

    /// Runs a command in the victim's pod: the server lets it through to a node that is not there, or does not.
    fn enters(&self, victim: &Account) -> bool {
        let Account { namespace, name } = victim;
        let path =
            format!("/api/v1/namespaces/{namespace}/pods/pod-{name}/exec?command=id&stdout=true");
        self.client.send("POST", &path, &[], b"").unwrap().status != 403
    }

    /// Has the victim's pod run another image.
    fn replaces(&self, victim: &Account) -> bool {
        let Account { namespace, name } = victim;
        let path = format!("/api/v1/namespaces/{namespace}/pods/pod-{name}?dryRun=All");
        let mut containers = pod(victim)["spec"]["containers"].clone();
        containers[0]["image"] = json!("mine");
        let change = json!({"spec": {"containers": containers}});
        self.status("PATCH", &path, MERGE, &change) == 200
    }

    /// Has something run as an account of its choice.
    fn runs(&self, namespace: &String) -> bool {
        let victim = Account {
            namespace: namespace.clone(),
            name: "x".to_owned(),
        };
        let mut fresh = pod(&victim);
        fresh["metadata"]["name"] = json!("fresh");
        let template = deployment(namespace, "fresh", "x");
        let job = json!({
            "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "fresh", "namespace": namespace},
            "spec": {"template": {"spec": {
                "serviceAccountName": "x", "restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}],
            }}},
        });
        let created = [
            ("api/v1", "pods", &fresh),
            ("apis/apps/v1", "deployments", &template),
            ("apis/batch/v1", "jobs", &job),
        ];
        let patched = json!({"spec": {"template": {"spec": {"serviceAccountName": "x"}}}});
        let web = format!("/apis/apps/v1/namespaces/{namespace}/deployments/web?dryRun=All");
        created.iter().any(|(api, kind, object)| {
            let path = format!("/{api}/namespaces/{namespace}/{kind}?dryRun=All");
            self.status("POST", &path, JSON, object) == 201
        }) || self.status("PATCH", &web, MERGE, &patched) == 200
    }

    /// Reads every secret of a namespace at once.
    fn lists(&self, namespace: &String) -> bool {
        let path = format!("/api/v1/namespaces/{namespace}/secrets");
        self.client.get(&path).is_ok_and(|secrets| {
            let secrets = secrets["items"].as_array().unwrap();
            secrets
                .iter()
                .any(|secret| secret["data"]["token"].is_string())
        })
    }

    /// Binds itself to the strongest role, or makes a role that it is bound to stronger.
    fn empowers_itself(&self, namespace: &String) -> bool {
        let rbac = "rbac.authorization.k8s.io";
        let binding = json!({
            "apiVersion": format!("{rbac}/v1"), "kind": "RoleBinding",
            "metadata": {"name": "fresh", "namespace": namespace},
            "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": "cluster-admin"},
            "subjects": [{"kind": "ServiceAccount", "name": self.own.name, "namespace": self.own.namespace}],
        });
        let bindings = format!("/apis/{rbac}/v1/namespaces/{namespace}/rolebindings?dryRun=All");
        let stronger = json!({"rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]});
        let mut roles = self
            .set
            .roles
            .iter()
            .filter(|(place, _)| place == namespace);
        self.status("POST", &bindings, JSON, &binding) == 201
            || roles.any(|(place, name)| {
                let path = format!("/apis/{rbac}/v1/namespaces/{place}/roles/{name}?dryRun=All");
                self.status("PATCH", &path, MERGE, &stronger) == 200
            })
    }
}
