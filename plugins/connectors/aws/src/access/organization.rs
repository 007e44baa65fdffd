//! What the account's organization leaves of what policies allow: service control policies.
//!
//! They are attached at levels: the account, each organizational unit above it, the root. Every level has to allow a request,
//! by any of its policies; what one of them denies is denied. They bind the users and roles of the account alone, not the roles
//! that services keep for themselves, and nobody in the account that manages the organization.
//!
//! They only take away. What is not read of them therefore closes no path, and is logged.

mod level;
mod tree;

use portcullis_plugin::{AccessPage, Edge, Failure, log};
use serde::{Deserialize, Serialize};

use crate::api::JsonService;
use level::Level;

/// What a service keeps for itself: no policy of an organization binds it.
const OF_SERVICES: &str = ":role/aws-service-role/";

/// The levels that bind an account, as its users, groups and roles are told them.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(super) struct Limits {
    /// Whether some of their policies were read, of which each may deny.
    are_read: bool,
    /// Those of which all policies were read.
    levels: Vec<Level>,
}

impl Limits {
    /// Reads the levels above an account from AWS Organizations at `url`, with what they allow and deny.
    pub(super) fn read(url: &str, account: &str, page: &mut AccessPage) -> Self {
        let service = JsonService::organizations(url);
        match tree::levels(&service, account) {
            Ok(levels) => Self::of(levels, &service, page),
            Err(failure) => {
                refused(&format!("those of the account {account}"), &failure);
                Self::default()
            }
        }
    }

    fn of(levels: Vec<Level>, service: &JsonService<'_>, page: &mut AccessPage) -> Self {
        let mut limits = Self::default();
        let mut documents = level::Documents::new();
        for level in levels {
            let told = level.tell(service, &mut documents, page);
            limits.are_read |= told.some;
            if told.whole {
                limits.levels.push(level);
            }
        }
        limits
    }

    /// Binds a user, group or role by its ARN, if these bind it. A group is nobody, and all who can be in it are bound.
    pub(super) fn bind(&self, id: &str, arn: &str, shown: &str, page: &mut AccessPage) {
        if arn.contains(OF_SERVICES) {
            return;
        }
        let mut edge = |relation: &str, to: &str, source: String| {
            page.edges.push(Edge {
                source,
                ..Edge::new(id, relation, to)
            });
        };
        for level in &self.levels {
            let source = format!("service control policies of the {level}, for {shown}");
            edge("bounded_by", &level.boundary(), source);
        }
        if self.are_read {
            let source = format!("service control policies of the organization, for {shown}");
            edge("member_of", level::DENIED, source);
        }
    }
}

/// Says of which of them nothing is known since AWS Organizations does not tell.
fn refused(which: &str, failure: &Failure) {
    let Failure {
        message, remedy, ..
    } = failure;
    unread(which, format!("{message} {remedy}").trim_end());
}

/// Says what is not known of them.
fn unread(which: &str, why: &str) {
    log::warn(&format!(
        "service control policies are not read, {which}: {why} What they forbid is still shown as allowed."
    ));
}
