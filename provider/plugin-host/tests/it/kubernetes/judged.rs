//! Generated roles and bindings, read by the connector and asked of the server itself: what the facts say directly is what
//! `SubjectAccessReview` says, for every question.

use std::collections::BTreeSet;

use kubernetes_server::Client;
use portcullis_plugin_host::AccessFacts;
use serde_json::{Value, json};

use super::{MINUTE, account, binding, cluster_role, connector, create, namespace, role, shared};
use crate::support::Folder;

const ACCOUNTS: usize = 60;
const QUESTIONS: usize = 60;
const NAMESPACES: [&str; 2] = ["judged-a", "judged-b"];

/// Numbers that look random and are the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound).unwrap()).unwrap()
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    /// One or two different ones.
    fn some(&mut self, from: &[&str]) -> Vec<String> {
        let picked: BTreeSet<&str> = (0..=self.below(2)).map(|_| self.pick(from)).collect();
        picked.into_iter().map(str::to_owned).collect()
    }
}

fn rules(dice: &mut Dice, with_urls: bool) -> Value {
    let rule = |dice: &mut Dice| {
        if with_urls && dice.below(4) == 0 {
            let urls = ["/healthz", "/healthz/*", "*", "/logs/*"];
            return json!({"verbs": dice.some(&["get", "*"]), "nonResourceURLs": dice.some(&urls)});
        }
        let resources = [
            "pods",
            "pods/exec",
            "pods/*",
            "deployments",
            "deployments/scale",
            "*/scale",
            "secrets",
            "nodes",
            "*",
        ];
        let names = match dice.below(4) {
            0 => dice.some(&["x", "y", "*"]),
            _ => Vec::new(),
        };
        json!({
            "verbs": dice.some(&["get", "list", "create", "patch", "*"]),
            "apiGroups": dice.some(&["", "apps", "*"]),
            "resources": dice.some(&resources),
            "resourceNames": names,
        })
    };
    json!(
        (0..=dice.below(2))
            .map(|_| rule(dice))
            .collect::<Vec<Value>>()
    )
}

/// Roles of an account, bound in the ways that there are; some cluster roles are bound here for it and everywhere for
/// another.
fn roles_of(dice: &mut Dice, name: &str, other: &str) -> Vec<Value> {
    let bound =
        |name: &str| json!([{"kind": "ServiceAccount", "name": name, "namespace": NAMESPACES[0]}]);
    let subjects = || bound(name);
    let mut objects = Vec::new();
    for number in 0..=dice.below(3) {
        let named = format!("{name}-{number}");
        let here = dice.pick(&NAMESPACES);
        match dice.below(3) {
            0 => objects.extend([
                role(here, &named, rules(dice, false)),
                binding(Some(here), &named, ("Role", &named), subjects()),
            ]),
            1 => objects.extend([
                cluster_role(&named, rules(dice, true)),
                binding(Some(here), &named, ("ClusterRole", &named), subjects()),
                binding(
                    None,
                    &format!("{named}-too"),
                    ("ClusterRole", &named),
                    bound(other),
                ),
            ]),
            _ => objects.extend([
                cluster_role(&named, rules(dice, true)),
                binding(None, &named, ("ClusterRole", &named), subjects()),
            ]),
        }
    }
    objects
}

/// Something that somebody may or may not do.
#[derive(Clone, Debug)]
enum Question {
    Resource {
        verb: &'static str,
        group: &'static str,
        resource: &'static str,
        subresource: &'static str,
        namespace: &'static str,
        name: &'static str,
    },
    Url {
        verb: &'static str,
        path: &'static str,
    },
}

impl Question {
    fn any(dice: &mut Dice) -> Self {
        let verb = dice.pick(&["get", "list", "create", "patch", "delete"]);
        if dice.below(8) == 0 {
            let path = dice.pick(&["/healthz", "/healthz/etcd", "/logs/a", "/metrics"]);
            return Self::Url { verb, path };
        }
        let (group, resource, subresource) = dice.pick(&[
            ("", "pods", ""),
            ("", "pods", "exec"),
            ("", "pods", "log"),
            ("", "secrets", ""),
            ("", "nodes", ""),
            ("apps", "deployments", ""),
            ("apps", "deployments", "scale"),
            ("batch", "jobs", ""),
        ]);
        let namespace = match resource {
            "nodes" => "",
            _ => dice.pick(&[NAMESPACES[0], NAMESPACES[1], ""]),
        };
        let name = dice.pick(&["", "x", "z", "*"]);
        Self::Resource {
            verb,
            group,
            resource,
            subresource,
            namespace,
            name,
        }
    }

    /// What the server says.
    fn review(&self, admin: &Client, account: &str) -> bool {
        let mut spec =
            json!({"user": format!("system:serviceaccount:{}:{account}", NAMESPACES[0])});
        match self {
            Self::Url { verb, path } => {
                spec["nonResourceAttributes"] = json!({"verb": verb, "path": path})
            }
            Self::Resource {
                verb,
                group,
                resource,
                subresource,
                namespace,
                name,
            } => {
                spec["resourceAttributes"] = json!({
                    "verb": verb, "group": group, "resource": resource, "subresource": subresource,
                    "namespace": namespace, "name": name,
                });
            }
        }
        let review = json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec});
        admin.create(&review).unwrap()["status"]["allowed"]
            .as_bool()
            .unwrap()
    }

    /// What the facts say.
    fn is_told(&self, facts: &AccessFacts, account: &str) -> bool {
        let id = format!("sa:{}/{account}", NAMESPACES[0]);
        let edges = facts
            .edges
            .iter()
            .filter(|edge| edge.from == id && edge.relation == "member_of");
        let roles: BTreeSet<&str> = edges.map(|edge| edge.to.as_str()).collect();
        facts
            .permissions
            .iter()
            .filter(|permission| roles.contains(permission.subject.as_str()))
            .any(|permission| self.is_allowed(&permission.operation, &permission.object))
    }

    fn is_allowed(&self, operation: &str, object: &str) -> bool {
        let (allowed, of) = operation.split_once(' ').unwrap();
        match self {
            Self::Url { verb, path } => {
                let fits = match object.strip_suffix('*') {
                    Some(beginning) => path.starts_with(beginning),
                    None => *path == object,
                };
                of == "url" && matches(allowed, verb) && fits
            }
            Self::Resource {
                verb,
                group,
                resource,
                subresource,
                namespace,
                name,
            } => {
                if of == "url" {
                    return false;
                }
                let (of, sub) = of.split_once('/').unwrap_or((of, ""));
                let (kind, of_group) = of.split_once('.').unwrap_or((of, ""));
                let (place, called) = object.split_once('/').unwrap();
                let same_kind = match (kind, sub) {
                    ("*", "") => true,
                    ("*", sub) => sub == *subresource,
                    (kind, sub) => kind == *resource && sub == *subresource,
                };
                let fits_name = called == "*" || called.replace("%2A", "*") == *name;
                same_kind
                    && matches(allowed, verb)
                    && matches(of_group, group)
                    && matches(place, namespace)
                    && fits_name
            }
        }
    }
}

fn matches(pattern: &str, value: &str) -> bool {
    pattern == "*" || pattern == value
}

#[tokio::test]
async fn what_is_told_directly_is_what_the_server_says() {
    let Some(cluster) = shared() else { return };
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    create(&cluster, &json!(NAMESPACES.map(namespace)));
    let names: Vec<String> = (0..ACCOUNTS)
        .map(|number| format!("judged-{number}"))
        .collect();
    for (name, other) in names.iter().zip(names.iter().rev()) {
        create(&cluster, &json!([account(NAMESPACES[0], name)]));
        create(&cluster, &json!(roles_of(&mut dice, name, other)));
    }
    let folder = Folder::new();
    let connector = connector(&folder, &cluster, cluster.admin_token(), json!({}));
    let facts = connector.list_access(MINUTE).await.unwrap();
    let admin = cluster.admin().unwrap();
    let mut disagreements = Vec::new();
    let mut allowed = 0;
    for name in &names {
        for _ in 0..QUESTIONS {
            let question = Question::any(&mut dice);
            let told = question.is_told(&facts, name);
            let mut said = question.review(&admin, name);
            if said != told {
                // The server's authorizer learns of a role a moment after it is stored.
                tokio::time::sleep(std::time::Duration::from_millis(500)).await;
                said = question.review(&admin, name);
            }
            allowed += usize::from(said);
            if said != told {
                disagreements.push(format!(
                    "{name} {question:?}: the server says {said}, the facts {told}"
                ));
            }
        }
    }
    assert!(
        disagreements.is_empty(),
        "{} of them:\n{}",
        disagreements.len(),
        disagreements.join("\n")
    );
    let all = ACCOUNTS * QUESTIONS;
    assert!(
        (all / 20..all / 2).contains(&allowed),
        "{allowed} of {all} allowed: the questions decide little"
    );
    println!("{all} questions, {allowed} allowed, no disagreement");
}
