//! From a split to roles, bindings and admission policies: pure, so that the same split gives the same documents wherever it
//! is compiled.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_plugin::objects::{Clause, Term};
use serde_json::{Value, json};

use super::admission;
use super::place::{Place, ROLE, ROLE_BINDING};
use super::split::{Bound, Split, account_names};

/// What the cluster is like, as far as it decides what a split compiles to.
#[derive(Clone, Debug)]
pub(super) struct Ground<'g> {
    /// Whether it has ValidatingAdmissionPolicy, which came with Kubernetes 1.30.
    pub(super) has_admission: bool,
    /// Who holds the credentials of which account.
    pub(super) assumed_by: &'g BTreeMap<String, Vec<String>>,
}

/// One document: where it is, and what is in it beside kind and metadata.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Document {
    pub(super) place: Place,
    pub(super) content: Value,
}

/// What a split compiles to.
#[derive(Clone, Debug)]
pub(super) struct Compiled {
    /// In the order in which they are written: what restricts comes before what allows.
    pub(super) documents: Vec<Document>,
    /// Every clause of the split, once.
    pub(super) clauses: Vec<Clause>,
}

/// What the objects of a split are called: its key with a dot for the slash, which no name of a workload has.
pub(super) fn base(name: &str) -> String {
    name.replace('/', ".")
}

/// Every place where a split may have a document, whatever it says.
pub(super) fn places(name: &str, namespace: &str) -> Vec<Place> {
    let base = base(name);
    let mut places = admission::places(&base, namespace).to_vec();
    for part in [DEPLOY, RUNTIME, ACT_AS] {
        for kind in [&ROLE_BINDING, &ROLE] {
            places.push(Place::namespaced(
                kind,
                namespace,
                &format!("{base}.{part}"),
            ));
        }
    }
    places
}

const DEPLOY: &str = "deploy";
const RUNTIME: &str = "runtime";
const ACT_AS: &str = "act-as";

/// Compiles the split of that name.
pub(super) fn compile(name: &str, split: &Split, ground: &Ground<'_>) -> Compiled {
    let compiler = Compiler {
        base: base(name),
        split,
        ground,
    };
    let mut compiled = Compiled {
        documents: Vec::new(),
        clauses: Vec::new(),
    };
    compiler.deploy(&mut compiled);
    compiler.runtime(&mut compiled);
    compiler.act_as(&mut compiled);
    compiled
}

struct Compiler<'c> {
    base: String,
    split: &'c Split,
    ground: &'c Ground<'c>,
}

impl Compiler<'_> {
    fn deploy(&self, compiled: &mut Compiled) {
        let deploy = &self.split.deploy;
        let (bound, reason) = self.bound(&deploy.subjects);
        let role = self.role(DEPLOY);
        let mut rules = Vec::new();
        for verb in &deploy.may {
            let clause = &Term::DeployMay(verb);
            let allowed = self.rules_of(verb);
            compiled.clauses.push(if allowed.is_empty() {
                Clause::advisory(clause, "Kubernetes has no permission that means it")
            } else if bound.is_empty() {
                Clause::advisory(clause, reason.clone())
            } else {
                Clause::enforced(clause, &role.words(), reason.clone())
            });
            rules.extend(
                allowed
                    .into_iter()
                    .filter(|rule| !rules.contains(rule))
                    .collect::<Vec<_>>(),
            );
        }
        let ships = deploy
            .may
            .iter()
            .any(|verb| verb == "rollout" || verb == "rollback");
        self.stay_out(&bound, ships, compiled);
        self.bind(role, &rules, &bound, compiled);
    }

    /// Whether an account of the workload, or a secret that it reads, is where deploy ships to.
    fn shares_namespace(&self) -> bool {
        let secret = format!("secret:{}/", self.split.settings.namespace);
        let mut reads = self.split.runtime.read.iter();
        !account_names(self.split).is_empty() || reads.any(|object| object.starts_with(&secret))
    }

    /// Keeps the pod templates of deploy away from the accounts and secrets of the runtime.
    fn stay_out(&self, bound: &BTreeSet<Bound>, ships: bool, compiled: &mut Compiled) {
        let settings = &self.split.settings;
        let role = self.role(DEPLOY);
        let own = account_names(self.split);
        let named = settings.service_accounts.iter();
        let handed: Vec<&str> = named
            .map(String::as_str)
            .filter(|name| own.contains(name))
            .collect();
        let clause = &Term::DeployStaysOut;
        compiled.clauses.push(if !ships || bound.is_empty() {
            Clause::enforced(clause, &role.words(), "it lets nobody write pod templates")
        } else if !self.shares_namespace() {
            let namespace = &settings.namespace;
            let reason = format!("no account and no secret of the runtime is in `{namespace}`");
            Clause::enforced(clause, &role.words(), reason)
        } else if !self.ground.has_admission {
            Clause::advisory(
                clause,
                "whoever writes a pod template here can name any account of the namespace in it, and this server has no \
                 ValidatingAdmissionPolicy, which came with Kubernetes 1.30",
            )
        } else {
            let policy = admission::policy(&self.base, settings, bound);
            let by = policy.0.place.words();
            compiled.documents.extend([policy.0, policy.1]);
            if handed.is_empty() {
                Clause::enforced(clause, &by, "")
            } else {
                let reason = format!(
                    "`service_accounts` lets pod templates name `{}`, which is the workload's own",
                    handed.join("`, `")
                );
                Clause::advisory(clause, reason)
            }
        });
    }

    fn runtime(&self, compiled: &mut Compiled) {
        let runtime = &self.split.runtime;
        for used in &runtime.uses {
            compiled.clauses.push(Clause::advisory(
                &Term::Use(&used.pool),
                "RBAC does not count devices; the ledger does",
            ));
        }
        let role = self.role(RUNTIME);
        let (bound, reason) = self.bound(&self.split.accounts);
        let mut names: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for object in &runtime.read {
            let clause = &Term::Read(object);
            compiled.clauses.push(match self.own_object(object) {
                Err(why) => Clause::advisory(clause, why),
                Ok(_) if bound.is_empty() => {
                    Clause::advisory(clause, "the workload has no account on this cluster")
                }
                Ok((resource, name)) => {
                    names.entry(resource).or_default().push(name);
                    Clause::enforced(clause, &role.words(), reason.clone())
                }
            });
        }
        for object in &runtime.call {
            compiled.clauses.push(Clause::advisory(
                &Term::Call(object),
                "RBAC decides about the API server and not about calls between pods",
            ));
        }
        let rules: Vec<Value> = names
            .iter()
            .map(|(resource, names)| {
                json!({"apiGroups": [""], "resources": [resource], "resourceNames": names, "verbs": ["get"]})
            })
            .collect();
        if !rules.is_empty() {
            self.bind(role, &rules, &bound, compiled);
        }
    }

    /// Lets those who may act as the workload ask for its tokens.
    fn act_as(&self, compiled: &mut Compiled) {
        let role = self.role(ACT_AS);
        let names = account_names(self.split);
        let mut all = BTreeSet::new();
        for subject in &self.split.runtime.subjects {
            let clause = &Term::ActAs(subject);
            let bound = Bound::of(subject, self.ground.assumed_by);
            compiled.clauses.push(if names.is_empty() {
                Clause::advisory(
                    clause,
                    "the workload has no account in the namespace of the split",
                )
            } else if bound.is_empty() {
                Clause::advisory(clause, nobody(subject))
            } else {
                Clause::enforced(clause, &role.words(), "")
            });
            all.extend(bound);
        }
        if names.is_empty() || all.is_empty() {
            return;
        }
        let rule = json!({
            "apiGroups": [""], "resources": ["serviceaccounts/token"], "resourceNames": names, "verbs": ["create"],
        });
        self.bind(role, &[rule], &all, compiled);
    }

    /// Kind and name of an object of the split's namespace.
    fn own_object<'o>(&self, object: &'o str) -> Result<(&'static str, &'o str), String> {
        let (kind, path) = object.split_once(':').unwrap_or_default();
        let resource = match kind {
            "secret" => "secrets",
            "configmap" => "configmaps",
            _ => {
                return Err(format!(
                    "`{kind}` is no kind of object that this cluster keeps"
                ));
            }
        };
        match path.split_once('/') {
            Some((namespace, name)) if namespace == self.split.settings.namespace => {
                Ok((resource, name))
            }
            _ => Err(format!(
                "it is not in the namespace `{}` of the split",
                self.split.settings.namespace
            )),
        }
    }

    /// Whom the bindings name, and what to say of those whom none can.
    fn bound(&self, subjects: &[String]) -> (BTreeSet<Bound>, String) {
        let (mut bound, mut without) = (BTreeSet::new(), Vec::new());
        for subject in subjects {
            let found = Bound::of(subject, self.ground.assumed_by);
            if found.is_empty() {
                without.push(nobody(subject));
            }
            bound.extend(found);
        }
        (bound, without.join("; "))
    }

    fn role(&self, part: &str) -> Place {
        let name = format!("{}.{part}", self.base);
        Place::namespaced(&ROLE, &self.split.settings.namespace, &name)
    }

    /// A role and, where it is for anybody, its binding.
    fn bind(&self, role: Place, rules: &[Value], bound: &BTreeSet<Bound>, compiled: &mut Compiled) {
        let binding = Place::namespaced(&ROLE_BINDING, &self.split.settings.namespace, role.name());
        let name = role.name().to_owned();
        compiled.documents.push(Document {
            place: role,
            content: json!({"rules": rules}),
        });
        if bound.is_empty() {
            return;
        }
        let subjects: Vec<Value> = bound.iter().map(Bound::subject).collect();
        compiled.documents.push(Document {
            place: binding,
            content: json!({
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
                "subjects": subjects,
            }),
        });
    }

    /// The rules by which Kubernetes lets somebody do what a verb of a split means; none for a verb that has no meaning here.
    fn rules_of(&self, verb: &str) -> Vec<Value> {
        const SHIPPED: [&str; 3] = ["deployments", "statefulsets", "daemonsets"];
        let see = |resources: &[&str]| json!({"apiGroups": ["apps"], "resources": resources, "verbs": ["get", "list", "watch"]});
        let change = match &self.split.settings.workloads {
            Some(names) => json!({
                "apiGroups": ["apps"], "resources": SHIPPED, "resourceNames": names, "verbs": ["patch", "update"],
            }),
            None => json!({
                "apiGroups": ["apps"], "resources": SHIPPED, "verbs": ["create", "patch", "update"],
            }),
        };
        match verb {
            "rollout" => vec![see(&SHIPPED), change],
            "rollback" => vec![
                see(&SHIPPED),
                change,
                see(&["replicasets", "controllerrevisions"]),
            ],
            "read_logs" => vec![
                json!({"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}),
                json!({"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]}),
            ],
            _ => Vec::new(),
        }
    }
}

fn nobody(subject: &str) -> String {
    format!("`{subject}` has no account on this cluster: name one in `assumed_by` of the connector")
}

#[cfg(test)]
mod tests;
