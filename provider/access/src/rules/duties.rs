//! Portcullis' own words for duties, which a source of no known platform may use: directories, registries, approval
//! systems.
//!
//! The object of a permission is the id of the subject that it is about, or a pattern of ids.

use crate::Platform;
use crate::Relation::{
    self, ActsAsViaCompute as Computes, Assumes, CanGrant as Grants, ControlsOwnerOf as Owns,
    EditsTrust as Trusts, MemberOf, ReadsSecretOf as Reads,
};
use crate::rules::Reach::{self, Built, Identities, Orphans};
use crate::rules::Rule;

const fn row(
    id: &'static str,
    needs: &'static [&'static str],
    relation: Relation,
    reach: Reach,
    does: &'static str,
) -> Rule {
    let (platform, same_object) = (Platform::Other, true);
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
    row("portcullis-same-principal", &[], MemberOf, Built, ""),
    row("portcullis-group-nesting", &[], MemberOf, Built, ""),
    row("portcullis-assume-chain", &[], Assumes, Built, ""),
    row("portcullis-trust-edit", &["edit trust"], Trusts, Identities, "edits the trust of"),
    row("portcullis-image-swap", &["deploy"], Computes, Identities, "picks the image of"),
    row("portcullis-config-secret-env", &["set environment"], Computes, Identities, "sets the environment of"),
    row("portcullis-exec-debug", &["exec|attach|port-forward"], Computes, Identities, "runs commands in"),
    row("portcullis-read-secret", &["read secret"], Reads, Identities, "reads the secret of"),
    row("portcullis-mint-token", &["mint token|exchange token"], Assumes, Identities, "mints tokens of"),
    row("portcullis-approve-own", &["request change", "approve change"], Grants, Identities, "approves its own changes of"),
    row("portcullis-owner-edit", &["edit owners"], Owns, Identities, "edits the owners of"),
    row("portcullis-policy-edit", &["edit policy"], Grants, Identities, "edits the split policy of"),
    row("portcullis-ledger-write", &["write ledger"], Grants, Identities, "writes the ledger behind"),
    row("portcullis-plugin-install", &["change plugin"], Grants, Identities, "changes the plugin that answers for"),
    row("portcullis-runtime-to-deploy", &["write registry|write repository|write pipeline"], Computes, Identities, "writes what is deployed by"),
    row("portcullis-pool-to-node", &["node access"], Computes, Identities, "has the node of"),
    row("portcullis-wildcard-future", &["*"], Grants, Identities, "does everything to"),
    row("portcullis-unknown-at-plan", &[], Grants, Built, ""),
    row("portcullis-break-glass-permanent", &[], Assumes, Built, ""),
    row("portcullis-offboarded-owner", &["request change"], Owns, Orphans, "changes, with nobody left to approve,"),
];
