//! A workload's identity: a role that its tokens take on, inside a boundary.

use std::collections::BTreeMap;

use portcullis_plugin::objects::{self, Document, Mark, Told, declared};
use portcullis_plugin::{Change, Desired, Failure, Managed, Stamp};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::mark;
use super::role::{self, Role, canonical, is_name, name_of};
use super::trust::WebIdentity;
use super::wanted::Wanted;
use super::{IDENTITY, offboarding};
use crate::access::{is_token, trusted};
use crate::api::Service;
use crate::policy::Policy;

/// How `settings` are written.
const HINT: &str = "Write `settings = { role = \"...\", provider = \"arn:...\", subject = \"...\" }`, with `audience` and \
                    `boundary` where they are needed.";

/// `settings` of an identity.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// Name of the role.
    role: String,
    /// ARN of the identity provider.
    provider: String,
    /// The subject that the workload's tokens have.
    subject: String,
    /// Whom they are for; the audiences of the workload without it.
    audience: Option<String>,
    /// ARN of the policy that limits what the role may ever do.
    boundary: Option<String>,
}

/// A role as it is wanted.
#[derive(Debug)]
pub(super) struct Identity {
    workload: String,
    settings: Settings,
    arn: String,
    trust: Value,
    /// The attributes that the host desired.
    declared: Map<String, Value>,
}

impl Identity {
    /// What attributes ask for, those of a desired object or of a change.
    ///
    /// # Errors
    /// When `settings` describe no role, or one wider than the identity.
    pub(super) fn of(workload: &str, attributes: &str) -> Result<Self, Failure> {
        let declared = declared(attributes)?;
        let objects::Identity {
            settings,
            audiences,
            max_ttl_seconds,
            expires_at,
            ..
        } = objects::Identity::<Settings>::parse(workload, &declared, HINT)?;
        if !is_name(&settings.role) {
            return Err(Failure::config(format!(
                "`role` in `settings` is `{}`, which is no name of a role.",
                settings.role.escape_debug()
            ))
            .remedy("Write letters, digits and `_+=,.@-`, at most 64."));
        }
        let audiences = match &settings.audience {
            Some(audience) => vec![audience.clone()],
            None => audiences,
        };
        let trust = WebIdentity {
            provider: &settings.provider,
            subject: &settings.subject,
            audiences: &audiences,
            max_ttl_seconds,
            expires_at,
        };
        let trust = trust.compile()?;
        let (account, _) = settings
            .provider
            .split_once(":oidc-provider/")
            .unwrap_or_default();
        Ok(Self {
            arn: format!("{account}:role{}{}", path(workload), settings.role),
            workload: workload.to_owned(),
            settings,
            trust,
            declared,
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
            && let Some(found) = role::get(iam, &self.settings.role)?
        {
            self.wanted(&mark::Tags::new()).check(&found, None)?;
        }
        let wanted = self.attributes()?;
        let action = match prior {
            None => "create",
            Some(_) if moves => "replace",
            Some(prior) if serde_json::from_str::<Value>(&prior.attributes)? == wanted => "none",
            Some(_) => "update",
        };
        let mut change = Change::new(action, desired);
        change.attributes = wanted.to_string();
        if moves {
            change.replaced_by = vec!["settings.role".to_owned(), "settings.provider".to_owned()];
        }
        Ok(change)
    }

    pub(super) fn apply(
        &self,
        iam: &Service<'_>,
        prior: Option<&Managed>,
        stamp: &Stamp,
    ) -> Result<Managed, Failure> {
        let tags = mark::tags(&self.workload, &self.declared, stamp)?;
        let made = self.wanted(&tags).ensure(iam, stamp)?;
        if let Some(prior) = prior.filter(|prior| prior.id != self.arn) {
            offboarding::delete(iam, prior, stamp)?;
        }
        managed(&made)?.ok_or_else(|| {
            Failure::internal("A role does not carry the mark that was just written.")
        })
    }

    fn wanted<'a>(&'a self, tags: &'a mark::Tags) -> Wanted<'a> {
        Wanted {
            owner: &self.workload,
            arn: &self.arn,
            trust: &self.trust,
            boundary: self.settings.boundary.as_deref(),
            tags,
        }
    }

    fn attributes(&self) -> Result<Value, Failure> {
        let boundary = self.settings.boundary.as_deref();
        attributes(&self.arn, &self.trust, boundary, self.declared.clone())
    }
}

/// The role of an identity, by the id or else the name. One that is not ours, or not of that name, is not there for the host.
///
/// # Errors
/// When the service refuses, or two roles are that workload's.
pub(super) fn read(iam: &Service<'_>, id: &str, name: &str) -> Result<Option<Managed>, Failure> {
    let names = match id {
        "" => role::names_under(iam, &path(name))?,
        id => vec![name_of(id).to_owned()],
    };
    let mut found = Vec::new();
    for role in names {
        let role = role::get(iam, &role)?.filter(|role| {
            // A split's role is ours as well, and lies elsewhere.
            let is_it = |mark: Mark| {
                (name.is_empty() || mark.workload == name)
                    && role.arn.contains(&format!(":role{}", path(&mark.workload)))
            };
            (id.is_empty() || role.arn == id) && mark::of(&role.tags).is_some_and(is_it)
        });
        found.extend(role);
    }
    match found.as_slice() {
        [] => Ok(None),
        [role] => managed(role),
        [one, other, ..] => Err(Failure::refused(format!(
            "Two roles are marked as `{name}`: `{}` and `{}`.",
            one.arn, other.arn
        ))
        .remedy("Delete the one that is not used any more.")),
    }
}

/// A role as an object; none when it is not ours.
fn managed(role: &Role) -> Result<Option<Managed>, Failure> {
    let Some(Mark {
        workload, declared, ..
    }) = mark::of(&role.tags)
    else {
        return Ok(None);
    };
    let attributes = attributes(&role.arn, &role.trust, role.boundary.as_deref(), declared)?;
    Managed::new(IDENTITY, &role.arn, &workload, attributes).map(Some)
}

/// What was declared, the account by which facts about access know it, who may take it on, and what was written.
fn attributes(
    arn: &str,
    trust: &Value,
    boundary: Option<&str>,
    declared: Map<String, Value>,
) -> Result<Value, Failure> {
    let account = format!("role:{arn}");
    let source = format!("trust policy of role {}", name_of(arn));
    let policy = Policy::parse(&trust.to_string(), &source)?;
    let edges = trusted(&policy, &account, &source, &BTreeMap::new())?;
    let allows: Vec<String> = edges
        .iter()
        .filter(|edge| !is_token(&edge.from))
        .map(|edge| {
            let who = match edge.from.strip_prefix("group:") {
                Some(provider) => format!("whoever has tokens of {provider}"),
                None => edge.from.clone(),
            };
            match edge.condition.as_str() {
                "" => format!("{who} may take {account} on"),
                condition => format!("{who} may take {account} on if {condition}"),
            }
        })
        .collect();
    let text = canonical(trust).to_string();
    let mut documents = vec![Document::new("TrustPolicy", arn, text)];
    documents.extend(boundary.map(|boundary| Document::new("PermissionsBoundary", arn, boundary)));
    let told = Told {
        account: Some(account),
        allows,
        clauses: None,
        documents,
    };
    Ok(told.over(declared))
}

/// Where the roles of a workload lie.
fn path(workload: &str) -> String {
    format!("/portcullis/{workload}/")
}
