//! GitHub: permissions on repositories, and the identities that their workflows have elsewhere.
//!
//! The object of a permission is `repo:<owner>/<name>`; a workflow's identity is the pipeline `ci:github:<owner>/<name>`
//! and its runs. A trust that holds for a pattern of subjects, such as `ci:github:acme/*`, is an edge from that pattern.

use crate::Platform;
use crate::Relation::{self, ActsAsViaCompute as Computes, EditsTrust as Trusts};
use crate::rules::{Reach, Rule};

const fn row(
    id: &'static str,
    needs: &'static [&'static str],
    relation: Relation,
    reach: Reach,
    does: &'static str,
    _source: &'static str,
) -> Rule {
    let (platform, same_object) = (Platform::Github, true);
    Rule {
        id,
        platform,
        relation,
        needs,
        same_object,
        reach,
        does,
    }
}

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    row("gha-workflow-write", &["contents:write", "workflows|workflows:write"], Computes, Reach::Identities, "edits the workflows of", "GitHub: hardening with OpenID Connect"),
    row("gha-pr-target", &["pull_request_target:checkout-head"], Computes, Reach::Identities, "has its code run by the workflows of", "GitHub Security Lab: preventing pwn requests"),
    row("oidc-sub-wildcard", &[], Trusts, Reach::Built, "", "GitHub: OpenID Connect, subject claims"),
];
