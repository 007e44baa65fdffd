//! Whether the roles of a workload have the policy of its split: without it the policy gives nobody anything.

use portcullis_plugin::Failure;
use portcullis_plugin::objects::{Clause, Term};
use serde_json::Value;

use super::compile::{Split, name_of};
use super::role::JwtRole;
use super::{entity, login};
use crate::api::Api;

/// A role of the workload on this server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Carrier {
    /// `auth/jwt/role/fraud`
    pub(super) path: String,
    pub(super) standing: Standing,
}

/// How a role stands to the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It has it.
    Carries,
    /// It is ours and has it not, as when somebody took it off: applying the split puts it back.
    Lost,
    /// It is somebody else's, or of another kind, and has it not.
    Lacks,
    /// There is no such role yet.
    Absent,
}

impl Carrier {
    /// The roles of the workload as the server has them.
    ///
    /// # Errors
    /// When the server gives no answer.
    pub(super) fn all(api: &Api<'_>, workload: &str, split: &Split) -> Result<Vec<Self>, Failure> {
        let policy = name_of(workload);
        let here = format!("role:{}", api.namespace());
        let accounts = split.accounts.iter();
        let paths = accounts.filter_map(|account| account.strip_prefix(&here));
        let mut carriers = Vec::new();
        for path in paths {
            let standing = match role(api, path)? {
                None => Standing::Absent,
                Some(role) if role.has(&policy) => Standing::Carries,
                Some(_) if is_ours(api, workload, path)? => Standing::Lost,
                Some(_) => Standing::Lacks,
            };
            carriers.push(Self {
                path: path.to_owned(),
                standing,
            });
        }
        Ok(carriers)
    }

    /// The same roles after an apply, which gives ours what they lost.
    pub(super) fn mended(carriers: &[Self]) -> Vec<Self> {
        let mended = |carrier: &Self| Self {
            path: carrier.path.clone(),
            standing: match carrier.standing {
                Standing::Lost => Standing::Carries,
                standing => standing,
            },
        };
        carriers.iter().map(mended).collect()
    }

    /// Gives a role of ours the policy that it lost; does nothing to any other.
    ///
    /// # Errors
    /// When the server refuses.
    pub(super) fn mend(&self, api: &Api<'_>, workload: &str) -> Result<(), Failure> {
        if self.standing != Standing::Lost {
            return Ok(());
        }
        match role(api, &self.path)? {
            None => Ok(()),
            Some(role) => {
                let role = role.with(&name_of(workload));
                api.write_at(&self.path, &Value::Object(role.body().clone()))
            }
        }
    }

    /// Who holds what the policy says.
    pub(super) fn clause(carriers: &[Self], term: &Term<'_>, policy: &str) -> Clause {
        let with = |standing| {
            let with = carriers.iter().filter(move |one| one.standing == standing);
            let paths: Vec<String> = with.map(|one| format!("`{}`", one.path)).collect();
            paths.join(", ")
        };
        let (carry, absent) = (with(Standing::Carries), with(Standing::Absent));
        let mut without = Vec::new();
        for (roles, why) in [
            (with(Standing::Lost), "it was taken off"),
            (
                with(Standing::Lacks),
                "portcullis does not keep that role: add the policy to its `token_policies`",
            ),
        ] {
            if !roles.is_empty() {
                without.push(format!("{roles} has no policy `{policy}`: {why}"));
            }
        }
        let by = format!("policy {policy}");
        if !carry.is_empty() {
            return Clause::enforced(term, &by, without.join("; "));
        }
        if without.is_empty() && !absent.is_empty() {
            let reason = format!(
                "{absent} is not there yet; the workload's identity makes it, with this policy"
            );
            return Clause::mediated(term, &by, reason);
        }
        if without.is_empty() {
            without.push(
                "the workload has no role on this server that could have the policy".to_owned(),
            );
        }
        Clause::advisory(term, without.join("; "))
    }
}

fn role(api: &Api<'_>, path: &str) -> Result<Option<JwtRole>, Failure> {
    let path: Vec<&str> = path.split('/').collect();
    let found: Option<Value> = api.read_if_served(&api.namespace(), &path)?;
    Ok(found.map(|found| JwtRole::of(&found)))
}

fn is_ours(api: &Api<'_>, workload: &str, path: &str) -> Result<bool, Failure> {
    let found = entity::find(api, "", workload)?;
    let role = found.and_then(|(_, mark)| login::role_of(&mark));
    Ok(role.is_some_and(|role| role == path))
}
