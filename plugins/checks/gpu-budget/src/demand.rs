//! How many GPUs a pool asks for, and on whose budget.

use std::collections::BTreeMap;

use portcullis_plugin::{Attribute, Plan, Resource};

/// The identities of a plan by id: looked up once a pool, of which there may be as many.
pub(crate) type Identities<'a> = BTreeMap<&'a str, &'a Resource<'a>>;

/// The GPUs of one pool.
pub(crate) struct Demand<'a> {
    pub(crate) address: &'a str,
    pub(crate) owner: &'a str,
    pub(crate) environment: &'a str,
    /// GPUs after apply.
    pub(crate) gpus: u64,
    /// GPUs before apply.
    held: u64,
}

/// The attribute that has to be known first.
pub(crate) struct Deferred {
    pub(crate) attribute: &'static str,
}

impl<'a> Demand<'a> {
    /// Counts a pool. It weighs on the budget of the workload that it serves; a pool that names no workload, or one
    /// that this plan does not hold, weighs on the budget of its own owner.
    pub(crate) fn of(
        pool: &'a Resource<'a>,
        identities: &Identities<'a>,
    ) -> Result<Self, Deferred> {
        let payer = workload(pool, identities)?.unwrap_or(pool);
        let replicas = count(pool, "gpu.replicas")?;
        let gpus_per_replica = count(pool, "gpu.gpus_per_replica")?;
        Ok(Self {
            address: &pool.address,
            owner: text(payer, "owner")?,
            environment: text(payer, "environment")?,
            gpus: replicas.saturating_mul(gpus_per_replica),
            held: held(pool),
        })
    }

    /// Whether the pool asks for more than it has.
    pub(crate) fn grows(&self) -> bool {
        self.gpus > self.held
    }
}

/// The identities of the plan whose id is known.
pub(crate) fn identities<'a>(plan: &'a Plan<'_>) -> Identities<'a> {
    plan.of_type("portcullis_workload_identity")
        .filter_map(|identity| Some((identity.text("id").known()?, identity)))
        .collect()
}

fn workload<'a>(
    pool: &Resource<'_>,
    identities: &Identities<'a>,
) -> Result<Option<&'a Resource<'a>>, Deferred> {
    match pool.text("workload") {
        Attribute::Null => Ok(None),
        Attribute::Unknown => Err(Deferred {
            attribute: "workload",
        }),
        Attribute::Known(id) => Ok(identities.get(id).copied()),
    }
}

/// A factor of the number of GPUs; one that is not set is 1.
fn count(pool: &Resource<'_>, attribute: &'static str) -> Result<u64, Deferred> {
    match pool.number(attribute) {
        Attribute::Known(count) => Ok(count),
        Attribute::Null => Ok(1),
        Attribute::Unknown => Err(Deferred { attribute }),
    }
}

fn text<'a>(resource: &'a Resource<'_>, attribute: &'static str) -> Result<&'a str, Deferred> {
    match resource.text(attribute) {
        Attribute::Known(text) => Ok(text),
        Attribute::Null => Ok(""),
        Attribute::Unknown => Err(Deferred { attribute }),
    }
}

fn held(pool: &Resource<'_>) -> u64 {
    if pool.prior.is_null() {
        return 0;
    }
    let count = |path| pool.prior.at(path).as_u64().unwrap_or(1);
    count("gpu.replicas").saturating_mul(count("gpu.gpus_per_replica"))
}

#[cfg(test)]
mod tests {
    use super::{Demand, identities};
    use portcullis_plugin::Plan;

    fn plan(workload: &str, unknown: &str) -> String {
        format!(
            r#"{{"schema":1,"resources":[
                {{"address":"portcullis_gpu_pool.p","type":"portcullis_gpu_pool","change":"update",
                  "prior":{{"gpu":{{"replicas":3}}}},
                  "planned":{{"owner":"team:platform","workload":{workload},"gpu":{{"replicas":3,"gpus_per_replica":4}}}},
                  "unknown":{unknown}}},
                {{"address":"portcullis_workload_identity.w","type":"portcullis_workload_identity","change":"keep",
                  "planned":{{"id":"w-1","owner":"team:risk-ml","environment":"production"}}}}]}}"#
        )
    }

    #[test]
    fn the_workload_pays_for_the_pool_that_serves_it() {
        let text = plan(r#""w-1""#, "[]");
        let plan = Plan::from_json(&text).unwrap();
        let demand = Demand::of(&plan.resources[0], &identities(&plan))
            .ok()
            .unwrap();
        assert_eq!(
            (demand.owner, demand.environment),
            ("team:risk-ml", "production")
        );
        assert_eq!((demand.gpus, demand.grows()), (12, true));
    }

    #[test]
    fn a_pool_without_a_workload_in_the_plan_pays_itself() {
        for workload in ["null", r#""elsewhere""#] {
            let text = plan(workload, "[]");
            let plan = Plan::from_json(&text).unwrap();
            let demand = Demand::of(&plan.resources[0], &identities(&plan))
                .ok()
                .unwrap();
            assert_eq!((demand.owner, demand.environment), ("team:platform", ""));
        }
    }

    #[test]
    fn an_unknown_workload_defers() {
        let text = plan("null", r#"["workload"]"#);
        let plan = Plan::from_json(&text).unwrap();
        assert_eq!(
            Demand::of(&plan.resources[0], &identities(&plan))
                .err()
                .unwrap()
                .attribute,
            "workload"
        );
    }
}
