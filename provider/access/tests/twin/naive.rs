//! Who crosses, by walking from everybody in turn and asking of every fact what it lets them become: no classes, no
//! distances, no numbers.

use std::collections::BTreeSet;

use portcullis_access::{SourceFacts, Through};
use portcullis_model::Subject;

use super::Asked;

pub(crate) const OPERATIONS: &[&str] = &[
    "create deployments.apps",
    "update cronjobs.batch",
    "create pods/exec",
    "patch pods",
    "get secrets",
    "list secrets",
    "create secrets",
    "create serviceaccounts/token",
    "impersonate serviceaccounts",
    "impersonate groups",
    "impersonate users",
    "escalate roles.rbac.authorization.k8s.io",
    "bind clusterroles.rbac.authorization.k8s.io",
    "get nodes/proxy",
    "* *.*",
    "patch namespaces",
    "get configmaps",
    "create deployments",
    "watch pods",
];
pub(crate) const OBJECTS: &[&str] = &[
    "infer/*",
    "build/*",
    "*/*",
    "infer/run",
    "infer/token",
    "*/system:masters",
    "*/a",
    "*/run",
    "nowhere/*",
];

/// One thing somebody can become, what a split must look through to see it, and whether it is authority held at any time.
struct Step {
    to: String,
    through: Option<Through>,
    standing: bool,
}

/// Everybody who can come to one side and has the authority of the other.
pub(crate) fn crossing(asked: &Asked) -> BTreeSet<String> {
    let everybody = everybody(asked);
    let names = |side: &BTreeSet<Subject>| {
        side.iter()
            .map(ToString::to_string)
            .collect::<BTreeSet<_>>()
    };
    let (deploy, runtime) = (names(&asked.split.deploy), names(&asked.split.runtime));
    let mut crossing = BTreeSet::new();
    for somebody in &everybody {
        let standing = reach(somebody, asked, &everybody, true);
        let all = reach(somebody, asked, &everybody, false);
        let forward = !standing.is_disjoint(&deploy) && !all.is_disjoint(&runtime);
        let backward = !standing.is_disjoint(&runtime) && !all.is_disjoint(&deploy);
        if forward || backward {
            crossing.insert(somebody.clone());
        }
    }
    crossing
}

/// Everybody who is named anywhere, in the names that witnesses use.
fn everybody(asked: &Asked) -> BTreeSet<String> {
    let mut all: BTreeSet<String> = asked
        .split
        .deploy
        .iter()
        .chain(&asked.split.runtime)
        .map(ToString::to_string)
        .collect();
    for (group, members) in &asked.groups {
        all.insert(group.to_string());
        all.extend(members.iter().map(ToString::to_string));
    }
    for facts in &asked.sources {
        for edge in &facts.edges {
            all.insert(name(&edge.from, facts));
            all.insert(name(&edge.to, facts));
        }
        for object in &facts.objects {
            for (label, account) in &object.labels {
                if label == "service_account" {
                    all.insert(name(&format!("sa:{account}"), facts));
                }
            }
        }
        for permission in &facts.permissions {
            let (namespace, named) = permission.object.split_once('/').unwrap();
            let resource = permission.operation.split(' ').nth(1).unwrap();
            if resource.starts_with("serviceaccounts") && namespace != "*" && named != "*" {
                all.insert(name(&format!("sa:{namespace}/{named}"), facts));
            }
        }
    }
    for pipeline in all.clone() {
        if let Some(project) = pipeline.strip_suffix(":ref:main") {
            all.insert(project.to_owned());
        }
    }
    all
}

/// `sa:infer/run` of a cluster is `sa:cluster/infer/run`.
fn name(id: &str, facts: &SourceFacts) -> String {
    let source = &facts.source;
    if let Some(account) = id.strip_prefix("user:system:serviceaccount:") {
        return format!("sa:{source}/{}", account.replace(':', "/"));
    }
    let (kind, rest) = id.split_once(':').unwrap();
    let own = match kind {
        "sa" | "clusterrole" => true,
        "role" => !rest.starts_with("arn:"),
        "user" | "group" => rest.starts_with("system:"),
        _ => false,
    };
    if own && facts.platform == portcullis_access::Platform::Kubernetes {
        format!("{kind}:{source}/{rest}")
    } else {
        id.to_owned()
    }
}

fn reach(
    start: &str,
    asked: &Asked,
    everybody: &BTreeSet<String>,
    standing: bool,
) -> BTreeSet<String> {
    let mut reached = BTreeSet::from([start.to_owned()]);
    loop {
        let more: BTreeSet<String> = reached
            .iter()
            .flat_map(|here| steps(here, asked, everybody))
            .filter(|step| !standing || step.standing)
            .filter(|step| {
                step.through
                    .is_none_or(|class| asked.split.through.contains(&class))
            })
            .map(|step| step.to)
            .collect();
        let before = reached.len();
        reached.extend(more);
        if reached.len() == before {
            return reached;
        }
    }
}

fn steps(here: &str, asked: &Asked, everybody: &BTreeSet<String>) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut step = |to: &str, through: Option<Through>, standing: bool| {
        steps.push(Step {
            to: to.to_owned(),
            through,
            standing,
        });
    };
    if let Some(project) = here
        .strip_prefix("ci:")
        .and_then(|_| here.strip_suffix(":ref:main"))
    {
        step(project, None, true);
    }
    for (group, members) in &asked.groups {
        if members.iter().any(|member| member.to_string() == here) {
            step(&group.to_string(), Some(Through::Groups), true);
        }
    }
    for facts in &asked.sources {
        for edge in facts
            .edges
            .iter()
            .filter(|edge| name(&edge.from, facts) == here)
        {
            let to = name(&edge.to, facts);
            let (through, standing) = match edge.relation.as_str() {
                "member_of"
                    if to.starts_with("role:cluster/") || to.starts_with("clusterrole:") =>
                {
                    (None, false)
                }
                "member_of" => (Some(Through::Groups), true),
                "acts_as_via_compute" => (Some(Through::PodIdentity), false),
                "runs_as" => (Some(Through::PodIdentity), true),
                "can_grant" | "controls_owner_of" => (Some(Through::Grants), false),
                "edits_trust" => (Some(Through::TrustEdits), false),
                "reads_secret_of" => (Some(Through::Secrets), false),
                _ => (Some(Through::RoleChaining), true),
            };
            step(&to, through, standing);
        }
        if facts.platform == portcullis_access::Platform::Kubernetes {
            for (to, through) in in_cluster(here, facts, everybody) {
                step(&to, through, false);
            }
        }
    }
    steps
}

/// What a cluster lets somebody become.
fn in_cluster(
    here: &str,
    facts: &SourceFacts,
    everybody: &BTreeSet<String>,
) -> Vec<(String, Option<Through>)> {
    let mut steps = Vec::new();
    let source = &facts.source;
    if let Some(account) = here.strip_prefix(&format!("sa:{source}/")) {
        let namespace = account.split('/').next().unwrap();
        for group in [
            format!("system:serviceaccounts:{namespace}"),
            "system:serviceaccounts".to_owned(),
        ] {
            steps.push((format!("group:{source}/{group}"), None));
        }
    }
    let in_group = |group: &str| format!("group:{source}/{group}");
    let is_group_of_accounts = here.starts_with(&in_group("system:serviceaccounts"));
    if here.starts_with("user:") || here.starts_with("sa:") || is_group_of_accounts {
        steps.push((in_group("system:authenticated"), None));
    }
    if here == in_group("system:masters") {
        steps.extend(everything(facts, everybody).map(|one| (one, None)));
    }
    for permission in facts
        .permissions
        .iter()
        .filter(|permission| name(&permission.subject, facts) == here)
    {
        let all = permission.operation == "* *.*";
        let operations = OPERATIONS
            .iter()
            .filter(|one| all || **one == permission.operation);
        for operation in operations {
            let (through, targets) = granted(operation, &permission.object, facts, everybody);
            steps.extend(targets.into_iter().map(|to| (to, Some(through))));
        }
        if all && permission.object == "*/*" {
            steps.extend(everything(facts, everybody).map(|to| (to, None)));
        }
    }
    steps
}

/// Everybody a cluster can make somebody: every account of it, and everybody that it binds.
fn everything(facts: &SourceFacts, everybody: &BTreeSet<String>) -> impl Iterator<Item = String> {
    let mut all: BTreeSet<String> = accounts(facts, everybody, "*", "*").into_iter().collect();
    all.extend(people(facts, everybody, "user:"));
    all.extend(people(facts, everybody, "group:"));
    all.into_iter()
}

/// The users or groups that somebody can be in a cluster.
fn people(facts: &SourceFacts, everybody: &BTreeSet<String>, kind: &str) -> Vec<String> {
    let named = everybody
        .iter()
        .filter(|name| name.starts_with(kind))
        .cloned();
    // Somebody nobody named is authenticated; and some groups are always there.
    let always = if kind == "group:" {
        "masters"
    } else {
        "authenticated"
    };
    let always = format!("group:{}/system:{always}", facts.source);
    named.chain([always]).collect()
}

/// The accounts of a cluster by namespace and name, and for those of any name the groups that an account nobody named,
/// such as `default`, is in.
fn accounts(
    facts: &SourceFacts,
    everybody: &BTreeSet<String>,
    namespace: &str,
    named: &str,
) -> Vec<String> {
    let is_one = |account: &str| {
        account.split_once('/').is_some_and(|(inside, account)| {
            (namespace == "*" || inside == namespace) && (named == "*" || account == named)
        })
    };
    let (own, group) = (
        format!("sa:{}/", facts.source),
        format!("group:{}/system:serviceaccounts", facts.source),
    );
    let is_group = |one: &str| match one.strip_prefix(&group) {
        Some("") => true,
        Some(of) => namespace == "*" || of == format!(":{namespace}"),
        None => false,
    };
    let chosen = everybody.iter().filter(|one| {
        one.strip_prefix(&own).is_some_and(is_one) || (named == "*" && is_group(one))
    });
    let authenticated = format!("group:{}/system:authenticated", facts.source);
    chosen
        .cloned()
        .chain((named == "*").then_some(authenticated))
        .collect()
}

fn granted(
    operation: &str,
    object: &str,
    facts: &SourceFacts,
    everybody: &BTreeSet<String>,
) -> (Through, Vec<String>) {
    let (namespace, named) = object.split_once('/').unwrap();
    let of_namespace = || accounts(facts, everybody, namespace, "*");
    let of_cluster = || everything(facts, everybody).collect::<Vec<_>>();
    // A name that may be in any namespace is any name.
    let of_names = || {
        if namespace == "*" {
            of_namespace()
        } else {
            accounts(facts, everybody, namespace, named)
        }
    };
    let tokens = || {
        let listed = facts.objects.iter().flat_map(|object| {
            object
                .labels
                .iter()
                .map(move |label| (&object.id, &label.1))
        });
        let chosen = listed.filter(|(id, _)| {
            let (inside, secret) = id.strip_prefix("secret:").unwrap().split_once('/').unwrap();
            (namespace == "*" || inside == namespace)
                && (namespace == "*" || named == "*" || secret == named)
        });
        chosen
            .map(|(_, account)| name(&format!("sa:{account}"), facts))
            .collect::<Vec<_>>()
    };
    let person = |kind: &str| {
        let all = if named == "*" {
            people(facts, everybody, kind)
        } else {
            vec![name(&format!("{kind}{named}"), facts)]
        };
        if namespace == "*" { all } else { Vec::new() }
    };
    match operation {
        "create deployments.apps" | "create secrets" if named != "*" => {
            (Through::Grants, Vec::new())
        }
        "create deployments.apps" | "update cronjobs.batch" | "create pods/exec" | "patch pods" => {
            (Through::PodIdentity, of_namespace())
        }
        "get secrets" | "list secrets" => (Through::Secrets, tokens()),
        "create secrets" => (Through::Secrets, of_namespace()),
        "create serviceaccounts/token" | "impersonate serviceaccounts" => {
            (Through::RoleChaining, of_names())
        }
        "impersonate groups" => (Through::RoleChaining, person("group:")),
        "impersonate users" => (Through::RoleChaining, person("user:")),
        "escalate roles.rbac.authorization.k8s.io"
        | "bind clusterroles.rbac.authorization.k8s.io"
            if namespace == "*" =>
        {
            (Through::Grants, of_cluster())
        }
        "escalate roles.rbac.authorization.k8s.io"
        | "bind clusterroles.rbac.authorization.k8s.io" => (Through::Grants, of_namespace()),
        "patch namespaces" if object == "*/*" => (Through::TrustEdits, of_cluster()),
        "patch namespaces" if namespace == "*" => {
            (Through::TrustEdits, accounts(facts, everybody, named, "*"))
        }
        "patch namespaces" => (Through::TrustEdits, of_namespace()),
        "get nodes/proxy" if namespace == "*" => (Through::PodIdentity, of_namespace()),
        _ => (Through::Grants, Vec::new()),
    }
}
