//! Azure: operations on scopes.
//!
//! The object of a permission is its scope, `/subscriptions/<id>/...`; it holds for everything below. An identity is a
//! subject `identity:<scope>`, an application `application:<id>` that no scope bounds.

use crate::Platform;
use crate::Relation::{
    self, ActsAsViaCompute as Computes, CanGrant as Grants, EditsTrust as Trusts,
    ReadsSecretOf as Reads,
};
use crate::rules::{Reach, Rule};

const fn row(
    id: &'static str,
    needs: &'static [&'static str],
    relation: Relation,
    reach: Reach,
    does: &'static str,
    _source: &'static str,
) -> Rule {
    let (platform, same_object) = (Platform::Azure, false);
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
    row("azure-01", &["Microsoft.Authorization/roleAssignments/write"], Grants, Reach::Account, "assigns itself any role on", "Azure: resource provider operations"),
    row("azure-02", &["Microsoft.ManagedIdentity/userAssignedIdentities/assign/action", "Microsoft.Compute/virtualMachines/write"], Computes, Reach::Identities, "runs machines as identities of", "Azure: managed identities on machines"),
    row("azure-03", &["Microsoft.Compute/virtualMachines/runCommand/action"], Computes, Reach::Identities, "runs commands on machines of", "Azure: run command"),
    row("azure-04", &["Microsoft.MachineLearningServices/workspaces/computes/write"], Computes, Reach::Identities, "creates machine learning computes in", "Azure: machine learning identities"),
    row("azure-05", &["microsoft.directory/applications/credentials/update"], Reads, Reach::Identities, "adds credentials to applications of", "Entra ID: application permissions"),
    row("azure-06", &["Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write"], Trusts, Reach::Identities, "has outside issuers trusted by identities of", "Azure: workload identity federation"),
];
