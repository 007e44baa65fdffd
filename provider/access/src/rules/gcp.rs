//! Google Cloud: permissions on resources.
//!
//! The object of a permission is the resource that the binding is on: `serviceAccount:<email>`, `projects/<id>`,
//! `folders/<id>`, `organizations/<id>` or `*`. A project bounds the service accounts whose address names it; a folder or
//! an organisation is taken to hold all of them.

use crate::Platform;
use crate::Relation::{
    self, ActsAsViaCompute as Computes, Assumes, CanGrant as Grants, EditsTrust as Trusts,
    ReadsSecretOf as Reads,
};
use crate::rules::Reach::{self, Account, Identities};
use crate::rules::Rule;

const fn row(
    id: &'static str,
    needs: &'static [&'static str],
    relation: Relation,
    reach: Reach,
    _source: &'static str,
) -> Rule {
    let (platform, same_object, does) = (Platform::Gcp, false, "");
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

// `RS` is the numbered list of Rhino Security Labs' GCP-IAM-Privilege-Escalation.
#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    row("gcp-rhino-01", &["cloudbuilds.builds.create|cloudbuild.builds.create"], Computes, Identities, "RS 1"),
    row("gcp-rhino-02", &["deploymentmanager.deployments.create"], Computes, Account, "RS 2"),
    row("gcp-rhino-03", &["iam.roles.update"], Grants, Account, "RS 3"),
    row("gcp-rhino-04", &["iam.serviceAccounts.getAccessToken"], Assumes, Identities, "RS 4"),
    row("gcp-rhino-05", &["iam.serviceAccountKeys.create"], Reads, Identities, "RS 5"),
    row("gcp-rhino-06", &["iam.serviceAccounts.implicitDelegation"], Assumes, Identities, "RS 6"),
    row("gcp-rhino-07", &["iam.serviceAccounts.signBlob"], Assumes, Identities, "RS 7"),
    row("gcp-rhino-08", &["iam.serviceAccounts.signJwt"], Assumes, Identities, "RS 8"),
    row("gcp-rhino-09", &["iam.serviceAccounts.actAs", "cloudfunctions.functions.create"], Computes, Identities, "RS 9"),
    row("gcp-rhino-10", &["iam.serviceAccounts.actAs", "cloudfunctions.functions.update"], Computes, Identities, "RS 10"),
    row("gcp-rhino-11", &["iam.serviceAccounts.actAs", "compute.instances.create"], Computes, Identities, "RS 11"),
    row("gcp-rhino-12", &["iam.serviceAccounts.actAs", "run.services.create"], Computes, Identities, "RS 12"),
    row("gcp-rhino-13", &["iam.serviceAccounts.actAs", "cloudscheduler.jobs.create"], Computes, Identities, "RS 13"),
    row("gcp-rhino-14", &["orgpolicy.policy.set"], Trusts, Account, "RS 14"),
    row("gcp-rhino-15", &["storage.hmacKeys.create"], Reads, Identities, "RS 15"),
    row("gcp-rhino-16", &["serviceusage.apiKeys.create"], Reads, Identities, "RS 16"),
    row("gcp-rhino-17", &["serviceusage.apiKeys.list"], Reads, Identities, "RS 17"),
    row("gcp-serviceaccounts-setiampolicy", &["iam.serviceAccounts.setIamPolicy"], Trusts, Identities, "Google Cloud: IAM permissions"),
    row("gcp-projects-setiampolicy", &["resourcemanager.projects.setIamPolicy"], Grants, Account, "Google Cloud: IAM permissions"),
    row("gcp-folders-setiampolicy", &["resourcemanager.folders.setIamPolicy"], Grants, Account, "Google Cloud: IAM permissions"),
    row("gcp-organizations-setiampolicy", &["resourcemanager.organizations.setIamPolicy"], Grants, Account, "Google Cloud: IAM permissions"),
    row("gcp-serviceaccounts-getopenidtoken", &["iam.serviceAccounts.getOpenIdToken"], Assumes, Identities, "Google Cloud: IAM permissions"),
    row("gcp-vertex-customjob", &["iam.serviceAccounts.actAs", "aiplatform.customJobs.create"], Computes, Identities, "Vertex AI: custom service accounts"),
];
