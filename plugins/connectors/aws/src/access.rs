//! The part `access`: who may do what, from `GetAccountAuthorizationDetails`.
//!
//! It is read in two rounds: groups and policies first, since users and roles name them by less than they are told by. Between
//! them come the policies of the organization, when its address is configured, and after them secrets with their own policies, when
//! that of AWS Secrets Manager is.

mod details;
mod holder;
mod organization;
mod permission;
mod pipeline;
mod resource_policy;
mod secrets;
mod trust;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use permission::{Held, permissions};
pub(crate) use trust::{edges as trusted, is_token};

use portcullis_plugin::{AccessPage, Failure, now};
use serde::{Deserialize, Serialize};

use crate::Config;
use crate::api::Service;
use crate::xml::{self, Element};
use organization::Limits;

const OPERATION: &str = "GetAccountAuthorizationDetails";
const GROUPS_AND_POLICIES: [&str; 3] = ["Group", "LocalManagedPolicy", "AWSManagedPolicy"];
const USERS_AND_ROLES: [&str; 2] = ["User", "Role"];

/// What is read together.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
enum Round {
    #[default]
    GroupsAndPolicies,
    UsersAndRoles,
    Secrets,
}

/// How far the reading has come, and what the rest of it needs to know.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Progress {
    round: Round,
    /// Where the next page begins; empty for the first one of a round.
    marker: String,
    known: Known,
}

/// What was told so far and is named by what follows.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Known {
    /// ARNs of groups by their names, which are unique in an account.
    groups: BTreeMap<String, String>,
    /// ARNs of managed policies.
    policies: BTreeSet<String>,
    /// ARNs of those that bound somebody.
    boundaries: BTreeSet<String>,
    /// ARNs of policies that groups have and that were not told yet.
    owed: BTreeSet<String>,
    /// What the organization leaves; none before it was asked.
    limits: Option<Limits>,
}

/// The page at `cursor`, the first one without.
pub(crate) fn page(config: &Config, cursor: Option<&str>) -> Result<AccessPage, Failure> {
    let mut progress: Progress = match cursor {
        Some(cursor) => serde_json::from_str(cursor)?,
        None => Progress::default(),
    };
    let mut page = AccessPage::empty(now());
    if let (Round::Secrets, Some(url)) = (progress.round, &config.secrets_manager) {
        let marker = secrets::page(url, config, &progress.marker, &mut page);
        let next = marker.map(|marker| Progress { marker, ..progress });
        page.next = next.map(|next| serde_json::to_string(&next)).transpose()?;
        return Ok(page);
    }
    let text = read(config, &progress)?;
    let document = xml::parse(&text, OPERATION)?;
    let root = Element::root(&document);
    let result = root
        .child("GetAccountAuthorizationDetailsResult")
        .ok_or_else(|| {
            Failure::malformed(format!(
                "`{OPERATION}` was answered with something else than account details."
            ))
            .remedy("Check that `iam` in `config` is the address of IAM.")
        })?;
    if progress.round == Round::UsersAndRoles {
        bind(result, config, &mut progress.known, &mut page);
        details::users_and_roles(result, config, &progress.known, &mut page)?;
    } else {
        details::groups_and_policies(result, &mut progress.known, &mut page)?;
    }
    let next = next(result, config, progress)?;
    page.next = next.map(|next| serde_json::to_string(&next)).transpose()?;
    Ok(page)
}

/// Asks the organization what it leaves, once it is known whose account this is, and binds the groups, which are told already.
fn bind(result: Element<'_>, config: &Config, known: &mut Known, page: &mut AccessPage) {
    let account = details::account(result);
    let (Some(url), Some(account), None) = (&config.organizations, account, &known.limits) else {
        return;
    };
    let limits = Limits::read(url, account, page);
    for (name, arn) in &known.groups {
        limits.bind(&format!("group:{arn}"), arn, &format!("group {name}"), page);
    }
    known.limits = Some(limits);
}

fn read(config: &Config, progress: &Progress) -> Result<String, Failure> {
    let filters: &[&str] = match progress.round {
        Round::GroupsAndPolicies => &GROUPS_AND_POLICIES,
        _ => &USERS_AND_ROLES,
    };
    let most = config.page_size.to_string();
    let names: Vec<String> = (1..=filters.len())
        .map(|number| format!("Filter.member.{number}"))
        .collect();
    let mut parameters: Vec<(&str, &str)> = names
        .iter()
        .zip(filters)
        .map(|(name, filter)| (name.as_str(), *filter))
        .collect();
    parameters.push(("MaxItems", &most));
    if !progress.marker.is_empty() {
        parameters.push(("Marker", &progress.marker));
    }
    Service::iam(&config.iam).get(OPERATION, &parameters)
}

/// What is left to read after a page; none after the last one.
fn next(
    result: Element<'_>,
    config: &Config,
    progress: Progress,
) -> Result<Option<Progress>, Failure> {
    match result.needed("IsTruncated")? {
        "true" => {
            let marker = result.needed("Marker")?.to_owned();
            if marker == progress.marker {
                return Err(Failure::malformed(format!(
                    "`{OPERATION}` names a page as next that was read already."
                )));
            }
            Ok(Some(Progress { marker, ..progress }))
        }
        "false" if progress.round != Round::GroupsAndPolicies => {
            let secrets = || Progress {
                round: Round::Secrets,
                ..Progress::default()
            };
            Ok(config.secrets_manager.is_some().then(secrets))
        }
        "false" => {
            if let Some(policy) = progress.known.owed.first() {
                return Err(untold(policy));
            }
            Ok(Some(Progress {
                round: Round::UsersAndRoles,
                marker: String::new(),
                known: progress.known,
            }))
        }
        other => Err(Failure::malformed(format!(
            "`{OPERATION}` says `{other}` where it says whether there is more: `true` or `false`."
        ))),
    }
}

/// A policy that somebody has and whose document nobody told: it could allow anything.
fn untold(policy: &str) -> Failure {
    Failure::malformed(format!(
        "The policy `{policy}` is attached, and `{OPERATION}` does not tell what it says."
    ))
    .remedy("Plan again: the account may have changed while it was read.")
}
