//! The check `gpu-budget`: no owner plans more GPUs in an environment than the budget grants.
//!
//! `config = { "team:risk-ml" = { production = 16 } }`. An owner or environment that is not listed has no limit.

mod demand;

use std::collections::BTreeMap;

use portcullis_plugin::{Check, Failure, Finding, Manifest, Plan};

use crate::demand::{Deferred, Demand, identities};

/// Owner to environment to the number of GPUs that may be planned at most.
type Budgets = BTreeMap<String, BTreeMap<String, u64>>;

/// The check.
#[derive(Debug)]
pub struct GpuBudget;

impl Check for GpuBudget {
    const MANIFEST: Manifest = Manifest::check(
        "gpu-budget",
        env!("CARGO_PKG_VERSION"),
        "Limits the GPUs that an owner plans in an environment",
    );
    type Config = Budgets;

    fn run(plan: &Plan<'_>, budgets: &Budgets) -> Result<Vec<Finding>, Failure> {
        let mut findings = Vec::new();
        let mut groups: BTreeMap<(&str, &str), Vec<Demand<'_>>> = BTreeMap::new();
        let identities = identities(plan);
        for pool in plan.of_type("portcullis_gpu_pool") {
            match Demand::of(pool, &identities) {
                Ok(demand) => groups
                    .entry((demand.owner, demand.environment))
                    .or_default()
                    .push(demand),
                Err(deferred) => findings.push(undecided(&pool.address, &deferred)),
            }
        }
        for ((owner, environment), demands) in groups {
            let budget = budgets
                .get(owner)
                .and_then(|by_environment| by_environment.get(environment));
            if let Some(&budget) = budget {
                findings.extend(judge(owner, environment, &demands, budget));
            }
        }
        Ok(findings)
    }
}

portcullis_plugin::export_check!(GpuBudget);

/// One finding for each pool that takes the group over its budget. Pools that do not grow are only warned about: a
/// plan that asks for nothing new never fails because a budget was lowered.
fn judge(owner: &str, environment: &str, demands: &[Demand<'_>], budget: u64) -> Vec<Finding> {
    let asked = demands
        .iter()
        .fold(0_u64, |sum, demand| sum.saturating_add(demand.gpus));
    if asked <= budget {
        return Vec::new();
    }
    let over = asked - budget;
    let parts: Vec<String> = demands
        .iter()
        .map(|demand| format!("`{}` {}", demand.address, demand.gpus))
        .collect();
    let detail = format!(
        "`{owner}` asks for {asked} GPUs in `{environment}` ({}); the budget is {budget} GPUs, {over} fewer.",
        parts.join(", ")
    );
    let remedy = format!(
        "Lower `replicas` or `gpus_per_replica` by {over} GPUs in total, or raise \
         `config[\"{owner}\"].{environment}` of this check."
    );
    let grows = demands.iter().any(Demand::grows);
    let at = |demand: &Demand<'_>| {
        let finding = if grows {
            Finding::error("gpu-budget-exceeded", demand.address)
        } else {
            Finding::warning("gpu-budget-exceeded", demand.address)
        };
        finding
            .at("gpu")
            .summary("GPU budget exceeded")
            .detail(&detail)
            .remedy(&remedy)
    };
    demands
        .iter()
        .filter(|demand| demand.grows() || !grows)
        .map(at)
        .collect()
}

/// What cannot be counted yet is neither a pass nor an error.
fn undecided(address: &str, deferred: &Deferred) -> Finding {
    Finding::info("gpu-budget-undecided", address)
        .at(deferred.attribute)
        .summary("GPU budget is decided at apply")
        .detail(format!(
            "`{}` is not known before apply, so the GPUs of `{address}` are not counted yet.",
            deferred.attribute
        ))
        .remedy("Nothing to do: the check runs again at apply.")
}

#[cfg(test)]
mod tests {
    use super::{Budgets, GpuBudget};
    use portcullis_plugin::{Check as _, Finding, Plan};
    use serde_json::{Value, json};

    fn run(resources: &Value, budgets: &Value) -> Vec<Finding> {
        let plan = json!({"schema": 1, "resources": resources}).to_string();
        let budgets: Budgets = serde_json::from_value(budgets.clone()).unwrap();
        GpuBudget::run(&Plan::from_json(&plan).unwrap(), &budgets).unwrap()
    }

    fn pool(name: &str, change: &str, gpus: [u64; 2]) -> Value {
        json!({
            "address": format!("portcullis_gpu_pool.{name}"),
            "type": "portcullis_gpu_pool",
            "change": change,
            "prior": if change == "create" { Value::Null } else { json!({"gpu": {"replicas": gpus[0], "gpus_per_replica": 1}}) },
            "planned": {
                "owner": "team:a", "environment": "production",
                "gpu": {"replicas": gpus[1], "gpus_per_replica": 1},
            },
        })
    }

    #[test]
    fn at_the_budget_is_within_it() {
        let pools = json!([pool("a", "create", [0, 10]), pool("b", "create", [0, 6])]);
        assert!(run(&pools, &json!({"team:a": {"production": 16}})).is_empty());
    }

    #[test]
    fn pools_of_one_owner_are_added_up() {
        let pools = json!([pool("a", "create", [0, 10]), pool("b", "keep", [7, 7])]);
        let findings = run(&pools, &json!({"team:a": {"production": 16}}));
        let [finding] = findings.as_slice() else {
            panic!("{findings:?}")
        };
        assert_eq!(finding.severity, "error");
        assert_eq!(
            (finding.address.as_str(), finding.attribute.as_str()),
            ("portcullis_gpu_pool.a", "gpu")
        );
        assert_eq!(
            finding.detail,
            "`team:a` asks for 17 GPUs in `production` (`portcullis_gpu_pool.a` 10, `portcullis_gpu_pool.b` 7); \
             the budget is 16 GPUs, 1 fewer."
        );
        assert!(
            finding.remedy.contains("by 1 GPUs in total"),
            "{}",
            finding.remedy
        );
    }

    #[test]
    fn a_lowered_budget_warns_about_what_runs() {
        let pools = json!([pool("a", "keep", [10, 10]), pool("b", "update", [9, 8])]);
        let findings = run(&pools, &json!({"team:a": {"production": 4}}));
        assert_eq!(findings.len(), 2);
        assert!(findings.iter().all(|finding| finding.severity == "warning"));
    }

    #[test]
    fn owners_and_environments_without_a_budget_have_no_limit() {
        let pools = json!([pool("a", "create", [0, 1000])]);
        assert!(run(&pools, &json!({"team:b": {"production": 1}})).is_empty());
        assert!(run(&pools, &json!({"team:a": {"staging": 1}})).is_empty());
    }

    #[test]
    fn an_unknown_count_is_neither_a_pass_nor_an_error() {
        let mut pool = pool("a", "create", [0, 1]);
        pool["unknown"] = json!(["gpu.replicas"]);
        let findings = run(&json!([pool]), &json!({"team:a": {"production": 0}}));
        let [finding] = findings.as_slice() else {
            panic!("{findings:?}")
        };
        assert_eq!(
            (finding.severity.as_str(), finding.code.as_str()),
            ("info", "gpu-budget-undecided")
        );
        assert_eq!(finding.attribute, "gpu.replicas");
    }
}
