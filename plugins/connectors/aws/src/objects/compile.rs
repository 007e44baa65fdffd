//! From a split to policies: pure, so that the same split gives the same documents wherever it is compiled.

use portcullis_plugin::objects::{Clause, Term};
use serde_json::{Value, json};

use super::role::name_of;
use super::split::{Split, issuer, roles};

const GITHUB: &str = "token.actions.githubusercontent.com";

/// What a split compiles to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Compiled {
    /// Who may take the deploy role on; `None` when nobody that AWS can name may deploy.
    pub(super) trust: Option<Value>,
    /// The policy of the deploy role.
    pub(super) deploy: Value,
    /// The policy of each role of the workload; `None` when it says nothing.
    pub(super) runtime: Option<Value>,
    /// Every clause of the split, once.
    pub(super) clauses: Vec<Clause>,
}

/// The name of the policies of a split: its key with a dot for the slash.
pub(super) fn policy_name(split: &str) -> String {
    format!("portcullis.{}", split.replace('/', "."))
}

/// Compiles the split of that name.
pub(super) fn compile(name: &str, split: &Split) -> Compiled {
    let mut clauses = Vec::new();
    let (trust, unnamed) = trust(split);
    let deploy = deploy(name, split, trust.is_some(), &unnamed, &mut clauses);
    let runtime = runtime(name, split, &mut clauses);
    Compiled {
        trust,
        deploy,
        runtime,
        clauses,
    }
}

/// Who may take the deploy role on, and whom AWS cannot name.
fn trust(split: &Split) -> (Option<Value>, String) {
    let settings = &split.settings;
    let issuer = issuer(&settings.provider).unwrap_or_default();
    let (mut tokens, mut principals, mut unnamed) = (Vec::new(), Vec::new(), Vec::new());
    for subject in &split.deploy.subjects {
        let arn = ["role:", "user:"]
            .iter()
            .find_map(|kind| subject.strip_prefix(kind))
            .filter(|arn| arn.starts_with("arn:"));
        match (arn, of_github(subject)) {
            (Some(arn), _) => principals.push(arn),
            (None, Some(token)) if issuer == GITHUB => tokens.push(token),
            _ => unnamed.push(format!("`{subject}`")),
        }
    }
    let mut statements = Vec::new();
    if !tokens.is_empty() {
        let is_pattern = tokens.iter().any(|token| token.contains('*'));
        let operator = if is_pattern {
            "StringLike"
        } else {
            "StringEquals"
        };
        let mut condition = json!({"StringEquals": {format!("{issuer}:aud"): settings.audience}});
        if let Some(conditions) = condition.as_object_mut() {
            let mut claims = conditions
                .get(operator)
                .cloned()
                .unwrap_or_else(|| json!({}));
            if let Some(claims) = claims.as_object_mut() {
                claims.insert(format!("{issuer}:sub"), json!(tokens));
            }
            conditions.insert(operator.to_owned(), claims);
        }
        statements.push(json!({
            "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": {"Federated": settings.provider}, "Condition": condition,
        }));
    }
    if !principals.is_empty() {
        statements.push(json!({
            "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": principals},
        }));
    }
    let trust = json!({"Version": "2012-10-17", "Statement": statements});
    let unnamed = match unnamed.as_slice() {
        [] => String::new(),
        names => format!(
            "it does not hold for {}, whom this account cannot name",
            names.join(", ")
        ),
    };
    ((!statements.is_empty()).then_some(trust), unnamed)
}

/// The subject of a pipeline's tokens: `repo:acme/fraud:ref:refs/heads/main`.
fn of_github(subject: &str) -> Option<String> {
    let rest = subject.strip_prefix("ci:github:")?;
    Some(match rest.split_once(':') {
        None => format!("repo:{rest}:*"),
        Some((project, run)) => match run.strip_prefix("ref:") {
            Some(branch) if !branch.starts_with("refs/") => {
                format!("repo:{project}:ref:refs/heads/{branch}")
            }
            _ => format!("repo:{project}:{run}"),
        },
    })
}

fn deploy(
    name: &str,
    split: &Split,
    is_somebody: bool,
    unnamed: &str,
    clauses: &mut Vec<Clause>,
) -> Value {
    let settings = &split.settings;
    let by = format!("RolePolicy {}/{}", settings.deploy_role, policy_name(name));
    let mut statements = Vec::new();
    for verb in &split.deploy.may {
        let clause = &Term::DeployMay(verb);
        let (actions, resource): (&[&str], Result<String, &str>) = match verb.as_str() {
            "rollout" | "rollback" | "scale" => (
                &["ecs:DescribeServices", "ecs:UpdateService"],
                settings.service.clone().ok_or("service"),
            ),
            "read_logs" => (
                &["logs:FilterLogEvents", "logs:GetLogEvents"],
                settings
                    .logs
                    .as_ref()
                    .map(|logs| format!("{logs}:*"))
                    .ok_or("logs"),
            ),
            _ => {
                let reason = "this connector has no permission of AWS that means it";
                clauses.push(Clause::advisory(clause, reason));
                continue;
            }
        };
        clauses.push(match resource {
            Err(setting) => Clause::advisory(
                clause,
                format!("`{setting}` in `settings` names nothing to allow it on"),
            ),
            Ok(_) if !is_somebody => Clause::advisory(clause, unnamed),
            Ok(resource) => {
                let allow = json!({"Effect": "Allow", "Action": actions, "Resource": resource});
                if !statements.contains(&allow) {
                    statements.push(allow);
                }
                Clause::enforced(clause, &by, unnamed)
            }
        });
    }
    clauses.push(stay_out(split, &by, &mut statements));
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// Keeps the deploy role away from the roles of the workload, whatever else it is given. What a service runs as is decided
/// by whoever registers task definitions.
fn stay_out(split: &Split, by: &str, statements: &mut Vec<Value>) -> Clause {
    let roles = roles(split);
    // Without a role of the workload every role is kept away from; a policy has to say something.
    let resources = if roles.is_empty() { vec!["*"] } else { roles };
    statements.push(json!({
        "Effect": "Deny", "Action": ["iam:*", "sts:AssumeRole"], "Resource": resources,
    }));
    Clause::mediated(
        &Term::DeployStaysOut,
        by,
        "a service runs as its task definition says: who registers task definitions decides as whom",
    )
}

fn runtime(name: &str, split: &Split, clauses: &mut Vec<Clause>) -> Option<Value> {
    let roles: Vec<&str> = roles(split).into_iter().map(name_of).collect();
    let by = format!("RolePolicy {}/{}", roles.join(","), policy_name(name));
    let mut statements = Vec::new();
    for used in &split.runtime.uses {
        let clause = Term::Use(&used.pool);
        clauses.push(Clause::advisory(&clause, "AWS counts no GPUs by role"));
    }
    let reads = split.runtime.read.iter();
    let reads = reads.map(|object| ("read", object, Term::Read(object)));
    let calls = split.runtime.call.iter();
    let calls = calls.map(|object| ("call", object, Term::Call(object)));
    for (verb, object, clause) in reads.chain(calls) {
        let clause = &clause;
        let arn = split.settings.resources.get(object);
        let action = arn.and_then(|arn| action(verb, arn));
        clauses.push(match (arn, action) {
            _ if roles.is_empty() => {
                Clause::advisory(clause, "the workload has no role in this account")
            }
            (Some(arn), Some(action)) => {
                let resource = match action {
                    "s3:GetObject" => format!("{arn}/*"),
                    _ => arn.clone(),
                };
                statements.push(json!({"Effect": "Allow", "Action": action, "Resource": resource}));
                Clause::enforced(clause, &by, "")
            }
            (Some(arn), None) => Clause::advisory(
                clause,
                format!("this connector has no permission to {verb} `{arn}`"),
            ),
            (None, _) => Clause::advisory(clause, "`resources` in `settings` names no ARN for it"),
        });
    }
    for subject in &split.runtime.subjects {
        let reason =
            "who takes a role of the workload on is said by the trust policy of its identity";
        clauses.push(Clause::advisory(&Term::ActAs(subject), reason));
    }
    let says_something = !statements.is_empty();
    says_something.then(|| json!({"Version": "2012-10-17", "Statement": statements}))
}

/// The action that reads or calls what an ARN names.
fn action(verb: &str, arn: &str) -> Option<&'static str> {
    let service = arn.split(':').nth(2)?;
    Some(match (verb, service) {
        ("read", "secretsmanager") => "secretsmanager:GetSecretValue",
        ("read", "ssm") => "ssm:GetParameter",
        ("read", "s3") => "s3:GetObject",
        ("read", "kms") => "kms:Decrypt",
        ("call", "lambda") => "lambda:InvokeFunction",
        ("call", "sagemaker") => "sagemaker:InvokeEndpoint",
        ("call", "execute-api") => "execute-api:Invoke",
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
