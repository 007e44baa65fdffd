//! The part `access`, step by step: who is bound to what, what that allows, what admission may refuse of it, which secrets
//! there are, what runs as whom.
//!
//! Each page of the host's is one step. A collection is read whole within one step; what is more than a page can hold
//! travels to the next step in the cursor.

mod admission;
mod aggregate;
mod binding;
mod bound;
mod grant;
mod issuer;
mod refusal;
mod role;
mod rule;
mod secret;
mod subject;
mod workload;

use portcullis_plugin::{AccessPage, Failure, now};
use serde::{Deserialize, Serialize};

use crate::Config;
use crate::api::Api;
use crate::needs::Needs;
use grant::Grants;
use refusal::Refusals;
pub(crate) use rule::Rule;
use workload::Workloads;

/// Facts of one page, roughly: with 200 bytes each a page stays below the host's 8 MiB of output.
const FACTS: usize = 16_000;

const NEEDS: Needs = Needs {
    role: "portcullis-access",
    resources: "namespaces,serviceaccounts,secrets,pods,replicationcontrollers,deployments.apps,statefulsets.apps,\
                daemonsets.apps,replicasets.apps,jobs.batch,cronjobs.batch,roles.rbac.authorization.k8s.io,\
                rolebindings.rbac.authorization.k8s.io,clusterroles.rbac.authorization.k8s.io,\
                clusterrolebindings.rbac.authorization.k8s.io",
};

/// What is left to tell.
#[derive(Debug, Deserialize, Serialize)]
enum Step {
    Grants(Grants),
    Admission,
    Refusals(Refusals),
    Secrets,
    Workloads(Workloads),
}

/// The page at `cursor`, the first one without.
pub(crate) fn page(config: &Config, cursor: Option<&str>) -> Result<AccessPage, Failure> {
    let api = Api::new(config, NEEDS);
    let mut page = AccessPage::empty(now());
    let step = cursor.map(serde_json::from_str).transpose()?;
    let next = match step {
        None => {
            let grants = bound::read(&api, config, &mut page)?;
            Some(Step::Grants(grants))
        }
        Some(Step::Grants(mut grants)) => {
            page.permissions = grants.take(FACTS);
            Some(if grants.is_empty() {
                Step::Admission
            } else {
                Step::Grants(grants)
            })
        }
        Some(Step::Admission) => Some(refuse(admission::read(&api, config)?, &mut page)),
        Some(Step::Refusals(refusals)) => Some(refuse(refusals, &mut page)),
        Some(Step::Secrets) => {
            page.objects = secret::objects(&api)?;
            Some(Step::Workloads(Workloads::default()))
        }
        Some(Step::Workloads(mut workloads)) => {
            workloads.take(&api, FACTS / 2, &mut page)?;
            (!workloads.is_over()).then_some(Step::Workloads(workloads))
        }
    };
    page.next = next.map(|step| serde_json::to_string(&step)).transpose()?;
    Ok(page)
}

/// Puts refusals on the page; what is left to tell after it.
fn refuse(mut refusals: Refusals, page: &mut AccessPage) -> Step {
    page.permissions = refusals.take(FACTS);
    if refusals.is_empty() {
        Step::Secrets
    } else {
        Step::Refusals(refusals)
    }
}
