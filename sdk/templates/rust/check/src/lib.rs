//! The check `plugin-name`: no pool has more replicas than `config` allows.
//!
//! ```hcl
//! check "plugin-name" {
//!   plugin = "plugin-name"
//!   config = { replicas_max = 8 }
//! }
//! ```

use portcullis_plugin::{Attribute, Check, Failure, Finding, Manifest, Plan};
use serde::Deserialize;

/// The check.
#[derive(Debug)]
pub struct PluginName;

/// What `config` in HCL holds.
#[derive(Debug, Deserialize, portcullis_plugin::Config)]
pub struct Config {
    /// Most replicas that a pool may have.
    pub replicas_max: u64,
}

impl Check for PluginName {
    const MANIFEST: Manifest = Manifest::check(
        "plugin-name",
        env!("CARGO_PKG_VERSION"),
        env!("CARGO_PKG_DESCRIPTION"),
    );
    type Config = Config;

    fn run(plan: &Plan<'_>, config: &Config) -> Result<Vec<Finding>, Failure> {
        let most = config.replicas_max;
        let pools = plan.of_type("portcullis_gpu_pool");
        let findings = pools.filter_map(|pool| match pool.number("gpu.replicas") {
            Attribute::Known(replicas) if replicas > most => Some(
                Finding::error("plugin-name-exceeded", &pool.address)
                    .at("gpu.replicas")
                    .summary("Pool has too many replicas")
                    .detail(format!(
                        "`gpu.replicas` is {replicas}; at most {most} are allowed."
                    ))
                    .remedy(format!(
                        "Lower `gpu.replicas` to {most}, or raise `replicas_max` of this check."
                    )),
            ),
            // What is decided at apply is judged then: never an error, never a silent yes.
            Attribute::Unknown => Some(
                Finding::info("plugin-name-undecided", &pool.address)
                    .at("gpu.replicas")
                    .summary("Replicas are counted at apply")
                    .detail("`gpu.replicas` is not known before apply.")
                    .remedy("Nothing to do: the check runs again at apply."),
            ),
            Attribute::Known(_) | Attribute::Null => None,
        });
        Ok(findings.collect())
    }
}

portcullis_plugin::export_check!(PluginName);
