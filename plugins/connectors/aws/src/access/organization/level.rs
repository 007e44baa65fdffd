//! One level of an organization, and what is said there.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use portcullis_plugin::{AccessPage, Failure, Permission};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{refused, unread};
use crate::access::permission::{Held, permissions};
use crate::api::JsonService;
use crate::policy::{Effect, Policy};

const KIND: &str = "SERVICE_CONTROL_POLICY";
/// What is denied to whom the organization binds, as facts call it.
pub(super) const DENIED: &str = "policy:organization#denied";
/// Pages of what is attached at one level, which are ten policies at most.
const PAGES_MAX: usize = 20;

/// Where policies are attached.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub(super) struct Level {
    id: String,
    kind: String,
}

/// How much of a level was told.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told {
    /// At least one policy.
    pub(super) some: bool,
    /// All of them, and there are some.
    pub(super) whole: bool,
}

/// The documents that were read, by the id of their policy.
pub(super) type Documents = BTreeMap<String, Policy>;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attached {
    policies: Vec<Summary>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Summary {
    id: String,
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    policy: Content,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    content: String,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.id)
    }
}

impl Level {
    pub(super) fn account(id: &str) -> Self {
        Self::new("account", id)
    }

    /// A level of the type that AWS calls `ROOT` or `ORGANIZATIONAL_UNIT`.
    pub(super) fn above(id: &str, kind: &str) -> Self {
        match kind {
            "ROOT" => Self::new("root", id),
            _ => Self::new("unit", id),
        }
    }

    fn new(kind: &str, id: &str) -> Self {
        Self {
            id: id.to_owned(),
            kind: kind.to_owned(),
        }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn is_root(&self) -> bool {
        self.kind == "root"
    }

    /// What it allows, as facts call it.
    pub(super) fn boundary(&self) -> String {
        format!("boundary:organization/{}", self.id)
    }

    /// Tells what the policies that are attached here allow and deny.
    pub(super) fn tell(
        &self,
        service: &JsonService<'_>,
        documents: &mut Documents,
        page: &mut AccessPage,
    ) -> Told {
        let attached = match self.attached(service) {
            Ok(attached) => attached,
            Err(failure) => {
                refused(&format!("those of the {self}"), &failure);
                return Told::default();
            }
        };
        if attached.is_empty() {
            // Where they are in force, one at least is attached to everything.
            let why = "none is attached there, as where they are not in force.";
            unread(&format!("those of the {self}"), why);
        }
        let mut told = Told {
            some: false,
            whole: !attached.is_empty(),
        };
        for policy in attached {
            match self.facts(&policy, service, documents) {
                Ok(facts) => {
                    page.permissions.extend(facts);
                    told.some = true;
                }
                Err(failure) => {
                    refused(&format!("`{}` of the {self}", policy.name), &failure);
                    told.whole = false;
                }
            }
        }
        told
    }

    fn facts(
        &self,
        policy: &Summary,
        service: &JsonService<'_>,
        documents: &mut Documents,
    ) -> Result<Vec<Permission>, Failure> {
        let through = format!("service control policy {} of the {self}", policy.name);
        let document = match documents.entry(policy.id.clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let asked = json!({"PolicyId": policy.id});
                let Described { policy } = service.read("DescribePolicy", &asked)?;
                place.insert(Policy::parse(&policy.content, &through)?)
            }
        };
        let boundary = self.boundary();
        let say = |by: &str, effect| {
            let held = Held {
                by,
                through: &through,
            };
            permissions(document, effect, held)
        };
        let mut facts = say(&boundary, Effect::Allow)?;
        facts.extend(say(DENIED, Effect::Deny)?);
        Ok(facts)
    }

    fn attached(&self, service: &JsonService<'_>) -> Result<Vec<Summary>, Failure> {
        let mut attached = Vec::new();
        let mut asked = json!({"TargetId": self.id, "Filter": KIND});
        for _ in 0..PAGES_MAX {
            let page: Attached = service.read("ListPoliciesForTarget", &asked)?;
            attached.extend(page.policies);
            let Some(token) = page.next_token.filter(|token| !token.is_empty()) else {
                return Ok(attached);
            };
            asked = json!({"TargetId": self.id, "Filter": KIND, "NextToken": token});
        }
        Err(Failure::malformed(format!(
            "`ListPoliciesForTarget` has more than {PAGES_MAX} pages of what is attached to the {self}."
        )))
    }
}
