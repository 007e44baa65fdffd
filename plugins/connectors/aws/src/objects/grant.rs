//! A split in the account: a role that deployers take on, with its policy, and a policy of each role of the workload.

use std::collections::BTreeMap;

use portcullis_plugin::objects::{Document, Told, declared};
use portcullis_plugin::{Change, Desired, Failure, Managed, Stamp};
use serde_json::{Map, Value};

use super::compile::{Compiled, compile, policy_name};
use super::role::{self, Role, canonical, name_of};
use super::split::{self, Split};
use super::wanted::Wanted;
use super::{GRANT, mark, offboarding, trust};
use crate::access::{Held, is_token, permissions, trusted};
use crate::api::Service;
use crate::policy::{Effect, Policy};

const ROLE_POLICY: &str = "RolePolicy";

/// A split as it is wanted in this account.
#[derive(Debug)]
pub(super) struct Grant {
    name: String,
    declared: Map<String, Value>,
    split: Split,
    compiled: Compiled,
    /// Of the deploy role.
    arn: String,
}

/// A policy of a role.
#[derive(Debug)]
struct RolePolicy {
    /// ARN of the role.
    role: String,
    content: Value,
}

impl Grant {
    /// What attributes ask for, those of a desired object or of a change.
    ///
    /// # Errors
    /// When `settings` cannot be used.
    pub(super) fn of(name: &str, attributes: &str) -> Result<Self, Failure> {
        let declared = declared(attributes)?;
        let split = split::parse(name, &declared)?;
        let (account, _) = split
            .settings
            .provider
            .split_once(":oidc-provider/")
            .unwrap_or_default();
        Ok(Self {
            arn: format!("{account}:role{}{}", path(name), split.settings.deploy_role),
            compiled: compile(name, &split),
            name: name.to_owned(),
            declared,
            split,
        })
    }

    pub(super) fn plan(
        &self,
        iam: &Service<'_>,
        prior: Option<&Managed>,
        desired: &Desired,
    ) -> Result<Change, Failure> {
        let moves = prior.is_some_and(|prior| prior.id != self.arn);
        if (prior.is_none() || moves)
            && let Some(found) = role::get(iam, name_of(&self.arn))?
        {
            self.wanted(&mark::Tags::new(), &self.trust())
                .check(&found, None)?;
        }
        let boundary = self.split.settings.boundary.as_deref();
        let wanted = self.attributes(&self.trust(), boundary, &self.policies())?;
        let action = match prior {
            None => "create",
            Some(_) if moves => "replace",
            Some(prior) if serde_json::from_str::<Value>(&prior.attributes)? == wanted => "none",
            Some(_) => "update",
        };
        let mut change = Change::new(action, desired);
        change.attributes = wanted.to_string();
        if moves {
            change.replaced_by = vec![
                "settings.deploy_role".to_owned(),
                "settings.provider".to_owned(),
            ];
        }
        Ok(change)
    }

    /// The deploy role with its denials comes first, then what allows, then what is not wanted any more goes.
    pub(super) fn apply(
        &self,
        iam: &Service<'_>,
        prior: Option<&Managed>,
        stamp: &Stamp,
    ) -> Result<Managed, Failure> {
        let tags = mark::tags(&self.name, &self.declared, stamp)?;
        let trust = self.trust();
        self.wanted(&tags, &trust).ensure(iam, stamp)?;
        let name = policy_name(&self.name);
        let wanted = self.policies();
        for policy in &wanted {
            put(iam, &policy.role, &name, &policy.content)?;
        }
        for role in prior.map(roles_of).transpose()?.unwrap_or_default() {
            if !wanted.iter().any(|policy| policy.role == role) {
                take(iam, &role, &name)?;
            }
        }
        if let Some(prior) = prior.filter(|prior| prior.id != self.arn) {
            offboarding::delete(iam, prior, stamp)?;
        }
        let made = read(iam, &self.arn, &self.name)?;
        made.ok_or_else(|| {
            Failure::unreachable(format!(
                "The role of the split `{}` was made and is not there yet.",
                self.name
            ))
            .remedy("Apply again in a minute.")
        })
    }

    fn wanted<'a>(&'a self, tags: &'a mark::Tags, trust: &'a Value) -> Wanted<'a> {
        Wanted {
            owner: &self.name,
            arn: &self.arn,
            trust,
            boundary: self.split.settings.boundary.as_deref(),
            tags,
        }
    }

    fn trust(&self) -> Value {
        let trust = self.compiled.trust.clone();
        trust.unwrap_or_else(trust::nobody)
    }

    /// The policies that are wanted, that of the deploy role first.
    fn policies(&self) -> Vec<RolePolicy> {
        let policy = |role: &str, content: &Value| RolePolicy {
            role: role.to_owned(),
            content: content.clone(),
        };
        let mut policies = vec![policy(&self.arn, &self.compiled.deploy)];
        if let Some(runtime) = &self.compiled.runtime {
            let roles = split::roles(&self.split);
            policies.extend(roles.into_iter().map(|role| policy(role, runtime)));
        }
        policies
    }

    /// What was declared, what was written, what it lets somebody do, and who holds each clause.
    fn attributes(
        &self,
        trust: &Value,
        boundary: Option<&str>,
        policies: &[RolePolicy],
    ) -> Result<Value, Failure> {
        let source = format!("trust policy of role {}", name_of(&self.arn));
        let deploy = format!("role:{}", self.arn);
        let trusting = Policy::parse(&trust.to_string(), &source)?;
        let edges = trusted(&trusting, &deploy, &source, &BTreeMap::new())?;
        let mut allows: Vec<String> = edges
            .iter()
            .filter(|edge| !is_token(&edge.from))
            .map(|edge| format!("{} may take {deploy} on", edge.from))
            .collect();
        let text = canonical(trust).to_string();
        let mut documents = vec![Document::new("TrustPolicy", &self.arn, text)];
        documents.extend(
            boundary.map(|boundary| Document::new("PermissionsBoundary", &self.arn, boundary)),
        );
        let name = policy_name(&self.name);
        for RolePolicy { role, content } in policies {
            let text = canonical(content).to_string();
            let shown = format!("{role}/{name}");
            let by = format!("role:{role}");
            let held = Held {
                by: &by,
                through: &shown,
            };
            let told = permissions(&Policy::parse(&text, &shown)?, Effect::Allow, held)?;
            allows.extend(
                told.iter()
                    .map(|one| format!("{} may {} on {}", one.subject, one.operation, one.object)),
            );
            documents.push(Document::new(ROLE_POLICY, &shown, text));
        }
        let told = Told {
            account: None,
            allows,
            clauses: Some(self.compiled.clauses.clone()),
            documents,
        };
        Ok(told.over(self.declared.clone()))
    }
}

/// The split by the id of its deploy role, or else its name. A role that is not ours is not there for the host.
///
/// # Errors
/// When the service refuses, or two roles are that split's.
pub(super) fn read(iam: &Service<'_>, id: &str, name: &str) -> Result<Option<Managed>, Failure> {
    let names = match id {
        "" => role::names_under(iam, &path(name))?,
        id => vec![name_of(id).to_owned()],
    };
    let mut found: Vec<Role> = Vec::new();
    for role in names {
        let role = role::get(iam, &role)?.filter(|role| {
            let is_split = mark::of(&role.tags).is_some_and(|mark| {
                (name.is_empty() || mark.workload == name)
                    && role.arn.contains(&format!(":role{}", path(&mark.workload)))
            });
            is_split && (id.is_empty() || role.arn == id)
        });
        found.extend(role);
    }
    let [role] = found.as_slice() else {
        return match found.first() {
            None => Ok(None),
            Some(role) => Err(Failure::refused(format!(
                "Two roles are marked as the split `{name}`, `{}` is one of them.",
                role.arn
            ))
            .remedy("Delete the one that is not used any more.")),
        };
    };
    let Some(mark) = mark::of(&role.tags) else {
        return Ok(None);
    };
    let owner = &mark.workload;
    let grant = Grant::of(owner, &Value::Object(mark.declared).to_string())?;
    let policy = policy_name(owner);
    let mut policies = Vec::new();
    for RolePolicy { role, .. } in grant.policies() {
        let there = role::policy(iam, name_of(&role), &policy)?;
        policies.extend(there.map(|content| RolePolicy { role, content }));
    }
    let attributes = grant.attributes(&role.trust, role.boundary.as_deref(), &policies)?;
    Managed::new(GRANT, &role.arn, owner, attributes).map(Some)
}

/// Takes the policies of a split from the roles of the workload, and its deploy role apart; what is gone is a success.
///
/// # Errors
/// When the deploy role is not ours, or something is still there in the end.
pub(super) fn delete(iam: &Service<'_>, prior: &Managed, stamp: &Stamp) -> Result<(), Failure> {
    offboarding::delete(iam, prior, stamp)?;
    let name = policy_name(&prior.name);
    for role in roles_of(prior)? {
        take(iam, &role, &name)?;
        if role::policy(iam, name_of(&role), &name)?.is_some() {
            return Err(Failure::refused(format!(
                "The policy `{name}` of `{role}` is still there after it was deleted."
            ))
            .remedy("Apply again in a minute; if it stays, look at it in IAM."));
        }
    }
    Ok(())
}

/// ARNs of the roles that have a policy of a split.
fn roles_of(managed: &Managed) -> Result<Vec<String>, Failure> {
    let documents = Document::all(&managed.attributes)?.into_iter();
    let policies = documents.filter(|document| document.kind == ROLE_POLICY);
    Ok(policies
        .filter_map(|policy| Some(policy.name.rsplit_once('/')?.0.to_owned()))
        .collect())
}

fn put(iam: &Service<'_>, role: &str, name: &str, content: &Value) -> Result<(), Failure> {
    let content = content.to_string();
    let there = iam.change(
        "PutRolePolicy",
        &[
            ("RoleName", name_of(role)),
            ("PolicyName", name),
            ("PolicyDocument", &content),
        ],
    )?;
    if there {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "The role `{role}` of the workload is not in this account, so that it can be given nothing."
    ))
    .remedy("Apply the workload's identity first."))
}

fn take(iam: &Service<'_>, role: &str, name: &str) -> Result<(), Failure> {
    let parameters = [("RoleName", name_of(role)), ("PolicyName", name)];
    iam.change("DeleteRolePolicy", &parameters).map(drop)
}

/// Where the deploy roles of a split lie.
fn path(split: &str) -> String {
    format!("/portcullis-splits/{split}/")
}
