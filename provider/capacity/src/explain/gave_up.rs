//! Why no verdict was reached.

use std::collections::BTreeSet;

use portcullis_model::{MigProfile, Reason};

use super::asked::asked;
use crate::{Demand, LAYOUTS_MAX, SEARCH_GANGS_MAX, SEARCH_STEPS_MAX};

/// Neither a placement nor a proof was found.
pub(crate) fn gave_up(demands: &[&Demand], group: &[usize]) -> Reason {
    let members: Vec<&Demand> = group
        .iter()
        .filter_map(|index| demands.get(*index).copied())
        .collect();
    let profiles: BTreeSet<MigProfile> = members
        .iter()
        .filter_map(|demand| demand.to_make())
        .collect();
    let (layouts, remedy) = if profiles.len() > 1 {
        let layouts =
            format!(" Of ways to divide GPUs in MIG mode it tries {LAYOUTS_MAX} at most.");
        let remedy = "Ask for GPU instances of one profile, set `mig_divide` in fewer pools, or plan fewer pools at once.";
        (layouts, remedy)
    } else {
        let remedy =
            "Use replica sizes that divide each other (1, 2, 4, 8), or plan fewer pools at once.";
        (String::new(), remedy)
    };
    Reason {
        code: "placement-search-gave-up".into(),
        summary: "Placement search gave up".into(),
        asked: asked(&members),
        found: format!(
            "Enough GPUs are free on enough nodes, but no arrangement was found and none was ruled out. \
             The search is bounded to {SEARCH_STEPS_MAX} steps and {SEARCH_GANGS_MAX} replicas.{layouts}"
        ),
        remedy: remedy.into(),
    }
}
