//! The way from an account up to the root of its organization.

use portcullis_plugin::{Failure, log};
use serde::Deserialize;
use serde_json::json;

use super::level::Level;
use super::{refused, unread};
use crate::api::JsonService;

/// Organizational units stand at most five deep, below the root and above the account.
const LEVELS_MAX: usize = 7;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    organization: Organization,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Organization {
    master_account_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parents {
    parents: Vec<Parent>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parent {
    id: String,
    r#type: String,
}

/// The levels whose policies bind an account, from itself to the root; none in the account that manages the organization, and
/// where there is no organization. What lies above a level whose parent is not told is left out, and logged.
///
/// # Errors
/// When it is not told which account manages the organization.
pub(super) fn levels(service: &JsonService<'_>, account: &str) -> Result<Vec<Level>, Failure> {
    let described: Option<Described> = service.find("DescribeOrganization", &json!({}))?;
    let Some(Described { organization }) = described else {
        log::info(&format!(
            "the account {account} is in no organization: no service control policy binds it"
        ));
        return Ok(Vec::new());
    };
    if organization.master_account_id == account {
        log::info(&format!(
            "the account {account} manages its organization: no service control policy binds it"
        ));
        return Ok(Vec::new());
    }
    let mut levels = Vec::new();
    let mut level = Level::account(account);
    loop {
        let above = (!level.is_root()).then(|| parent(service, &level));
        levels.push(level);
        level = match above {
            None => return Ok(levels),
            Some(Ok(above)) if levels.len() < LEVELS_MAX => above,
            Some(Ok(above)) => {
                let why = "organizations are not as deep as that.";
                unread(&format!("those of the {above}"), why);
                return Ok(levels);
            }
            Some(Err(failure)) => {
                refused("those further up", &failure);
                return Ok(levels);
            }
        };
    }
}

fn parent(service: &JsonService<'_>, child: &Level) -> Result<Level, Failure> {
    let asked = json!({"ChildId": child.id()});
    let Parents { parents } = service.read("ListParents", &asked)?;
    match parents.as_slice() {
        [parent] => Ok(Level::above(&parent.id, &parent.r#type)),
        others => Err(Failure::malformed(format!(
            "`ListParents` names {} parents of the {child}, where each has one.",
            others.len()
        ))),
    }
}
