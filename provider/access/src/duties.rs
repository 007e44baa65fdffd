//! Duties that do not belong to the deploy side.

use std::collections::BTreeSet;

use portcullis_model::{DeployVerb, Duty};

/// The verbs among `may` whose duty the deploy side must not hold, with that duty: whoever ships a workload may not
/// change its credentials, scaling, routing or model, grant or approve.
#[must_use]
pub fn foreign_duties(may: &BTreeSet<DeployVerb>) -> Vec<(DeployVerb, Duty)> {
    let duties = may.iter().map(|verb| (*verb, verb.duty()));
    duties.filter(|(_, duty)| *duty != Duty::Deploy).collect()
}
