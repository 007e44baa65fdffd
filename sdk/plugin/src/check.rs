//! A check judges a plan.

use serde::de::DeserializeOwned;

use crate::{Config, Failure, Finding, Manifest, Plan};

/// Judges plans. Implement it on a unit struct and name that struct in [`export_check!`](crate::export_check).
pub trait Check {
    /// Who the check is. It becomes a section of the component, readable without running it.
    const MANIFEST: Manifest;

    /// What `config` in HCL holds. Its shape becomes part of the manifest.
    type Config: Config + DeserializeOwned;

    /// Gives what the plan should not do; an empty list is a pass. The same input gives the same findings.
    ///
    /// # Errors
    /// When the plan cannot be judged at all, which is neither a pass nor a finding.
    fn run(plan: &Plan<'_>, config: &Self::Config) -> Result<Vec<Finding>, Failure>;
}

/// What the component's `run` does around [`Check::run`].
///
/// # Errors
/// When one of the two texts cannot be read, and whatever the check says.
pub fn run_check<C: Check>(plan: &str, config: &str) -> Result<Vec<Finding>, Failure> {
    let config = crate::config::read(config)?;
    // A check's memory is thrown away whole when it has answered, so giving the tree back piece by piece is lost time.
    let plan = std::mem::ManuallyDrop::new(Plan::from_json(plan)?);
    C::run(&plan, &config)
}
