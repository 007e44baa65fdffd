//! The part `supply`: how many GPUs the queues of Kueue may still admit, whatever hardware there is.

mod cohort;
mod queue;

use std::collections::{BTreeMap, BTreeSet};

use portcullis_plugin::{Failure, Quota, SupplyPage, log, now};

use crate::Config;
use crate::api::Api;
use crate::collection::Collection;
use crate::listing::Listing;
use crate::needs::Needs;
use cohort::{Held, Room};
use queue::{ClusterQueue, Flavor, LocalQueue};

/// Where queues and flavors are, in the versions that this connector reads.
const GROUP: &str = "kueue.x-k8s.io";
const VERSIONS: [(&str, &str); 2] = [
    ("v1beta2", "/apis/kueue.x-k8s.io/v1beta2"),
    ("v1beta1", "/apis/kueue.x-k8s.io/v1beta1"),
];
const NEEDS: Needs = Needs {
    role: "portcullis-supply",
    resources: "clusterqueues.kueue.x-k8s.io,resourceflavors.kueue.x-k8s.io,localqueues.kueue.x-k8s.io",
};

/// All quotas, in one page; none where Kueue is not installed.
///
/// # Errors
/// When the server refuses, has versions of Kueue that are not known, or an amount makes no sense.
pub(crate) fn page(config: &Config) -> Result<SupplyPage, Failure> {
    let api = Api::new(config, NEEDS);
    let served = api.versions(GROUP)?;
    let nothing = SupplyPage {
        pools: Vec::new(),
        quotas: Vec::new(),
        next: None,
    };
    if served.is_empty() {
        return Ok(nothing);
    }
    let known = VERSIONS
        .iter()
        .find(|(version, _)| served.iter().any(|served| served == version));
    let Some((_, root)) = known else {
        return Err(Failure::malformed(format!(
            "`{}` serves `{GROUP}` in the versions {} alone, which this connector does not read.",
            config.url,
            served.join(", ")
        ))
        .remedy("Use a version of this connector that is made for this version of Kueue."));
    };
    let of_cluster = |resource| Listing::all(Collection::of_cluster(root, resource));
    let queues: Vec<ClusterQueue> = api.list(&of_cluster("clusterqueues"))?;
    let flavors: Vec<Flavor> = api.list(&of_cluster("resourceflavors"))?;
    let asked = match &config.local_queue {
        None => None,
        Some(asked) => Some(behind(&api, root, asked)?),
    };
    Ok(SupplyPage {
        quotas: quotas(&queues, &flavors, asked.as_ref())?,
        ..nothing
    })
}

/// The queue of the cluster behind a queue of a namespace, and whether the latter admits anything.
struct Asked {
    queue: String,
    is_stopped: bool,
}

fn behind(api: &Api<'_>, root: &'static str, asked: &str) -> Result<Asked, Failure> {
    let queues = Collection::namespaced(root, "localqueues");
    let queues: Vec<LocalQueue> = api.list_everywhere(&Listing::all(queues))?;
    let found = queues.iter().find(|queue| queue.metadata.path() == asked);
    let found = found.ok_or_else(|| {
        Failure::config(format!(
            "`local_queue` in `config` is `{asked}`, and Kueue has no such queue."
        ))
        .remedy("Write it as `<namespace>/<name>`, as `kubectl get localqueues -A` shows it.")
    })?;
    Ok(Asked {
        queue: found.spec.cluster_queue.clone(),
        is_stopped: found.spec.is_stopped(),
    })
}

/// One quota for each model of each queue. Flavors of one model are counted together, since a workload may be given
/// either; where a flavor does not say which model it is, all of its queue are.
fn quotas(
    queues: &[ClusterQueue],
    flavors: &[Flavor],
    asked: Option<&Asked>,
) -> Result<Vec<Quota>, Failure> {
    let models: BTreeMap<&str, &str> = flavors
        .iter()
        .filter_map(|flavor| Some((flavor.metadata.name.as_str(), flavor.model()?)))
        .collect();
    let rooms = cohort::rooms(queues)?;
    let observed_at = now();
    let mut quotas = Vec::new();
    for queue in queues {
        let name = queue.metadata.name.as_str();
        if asked.is_some_and(|asked| asked.queue != name) {
            continue;
        }
        let is_stopped = queue.is_stopped() || asked.is_some_and(|asked| asked.is_stopped);
        let of_queue = rooms.iter().filter(|room| room.queue == name);
        let of_queue: Vec<&Room<'_>> = of_queue.collect();
        let are_known = of_queue.iter().all(|room| models.contains_key(room.flavor));
        if !are_known {
            log::warn(&format!(
                "flavors of the queue `{name}` do not say which GPU they are (label `{}`): their quotas count together",
                queue::PRODUCT
            ));
        }
        let mut by_model: BTreeMap<&str, (Held, BTreeSet<&str>)> = BTreeMap::new();
        for room in of_queue {
            let model = models.get(room.flavor).copied().filter(|_| are_known);
            let (sum, flavors) = by_model.entry(model.unwrap_or_default()).or_default();
            sum.used = sum.used.saturating_add(room.held.used);
            sum.left = sum.left.saturating_add(room.held.left);
            flavors.insert(room.flavor);
        }
        quotas.extend(by_model.into_iter().map(|(model, (held, flavors))| {
            let left = if is_stopped { 0 } else { held.left };
            let number = |of: u64| u32::try_from(of).unwrap_or(u32::MAX);
            let label = |name: &str, value: String| (name.to_owned(), value);
            let flavors: Vec<&str> = flavors.into_iter().collect();
            Quota {
                name: format!("{name}/{}", if model.is_empty() { "gpu" } else { model }),
                unit: "devices".to_owned(),
                model: model.to_owned(),
                limit: number(held.used.saturating_add(left)),
                used: number(held.used),
                observed_at,
                labels: vec![
                    label("queue", name.to_owned()),
                    label("flavors", flavors.join(",")),
                ],
            }
        }));
    }
    Ok(quotas)
}

#[cfg(test)]
mod tests {
    use super::{Asked, quotas};
    use serde_json::{Value, json};

    /// A queue of one flavor or two.
    fn queue(
        name: &str,
        cohort: Option<&str>,
        flavors: &[(&str, &str, Option<&str>, u32)],
    ) -> Value {
        let groups: Vec<Value> = flavors
            .iter()
            .map(|(flavor, nominal, borrowing, _)| {
                json!({"name": flavor, "resources": [
                    {"name": "cpu", "nominalQuota": "9"},
                    {"name": "nvidia.com/gpu", "nominalQuota": nominal, "borrowingLimit": borrowing}]})
            })
            .collect();
        let held: Vec<Value> = flavors
            .iter()
            .map(|(flavor, _, _, used)| {
                json!({"name": flavor, "resources": [{"name": "nvidia.com/gpu", "total": used.to_string()}]})
            })
            .collect();
        json!({
            "metadata": {"name": name},
            "spec": {"cohort": cohort, "resourceGroups": [{"coveredResources": ["cpu", "nvidia.com/gpu"], "flavors": groups}]},
            "status": {"flavorsReservation": held},
        })
    }

    /// It documents every label.
    const CONTRACT: &str = include_str!("../../../../sdk/wit/v0.1/guest.wit");

    fn told(queues: &[Value], asked: Option<&Asked>) -> Vec<String> {
        let flavor = |name: &str, product: Option<&str>| json!({"metadata": {"name": name}, "spec": {"nodeLabels": {"nvidia.com/gpu.product": product.unwrap_or("")}}});
        let flavors = json!([
            flavor("h200", Some("NVIDIA-H200")),
            flavor("h200-spot", Some("NVIDIA-H200-SHARED")),
            flavor("l4", Some("NVIDIA-L4")),
            flavor("any", None)
        ]);
        let read = |value: &Value| serde_json::from_value(value.clone()).unwrap();
        let queues: Vec<_> = queues.iter().map(read).collect();
        let flavors: Vec<_> = serde_json::from_value(flavors).unwrap();
        let quotas = quotas(&queues, &flavors, asked).unwrap();
        for (label, _) in quotas.iter().flat_map(|quota| &quota.labels) {
            assert!(CONTRACT.contains(&format!("`{label}`")), "{label}");
        }
        let line = |quota: &super::Quota| {
            format!(
                "{} [{}] {} of {}",
                quota.name, quota.model, quota.used, quota.limit
            )
        };
        quotas.iter().map(line).collect()
    }

    #[test]
    fn flavors_of_one_model_count_together() {
        let one = queue(
            "a",
            None,
            &[
                ("h200", "8", None, 3),
                ("h200-spot", "4", None, 0),
                ("l4", "2", None, 2),
            ],
        );
        assert_eq!(
            told(&[one], None),
            [
                "a/NVIDIA-H200 [NVIDIA-H200] 3 of 12",
                "a/NVIDIA-L4 [NVIDIA-L4] 2 of 2"
            ]
        );
        let unknown = queue("a", None, &[("h200", "8", None, 3), ("any", "4", None, 1)]);
        assert_eq!(told(&[unknown], None), ["a/gpu [] 4 of 12"]);
    }

    #[test]
    fn a_queue_that_is_stopped_admits_nothing_more() {
        let mut one = queue("a", None, &[("h200", "8", None, 3)]);
        one["spec"]["stopPolicy"] = json!("Hold");
        assert_eq!(told(&[one], None), ["a/NVIDIA-H200 [NVIDIA-H200] 3 of 3"]);
        let mut inactive = queue("a", None, &[("h200", "8", None, 3)]);
        inactive["status"]["conditions"] = json!([{"type": "Active", "status": "False"}]);
        assert_eq!(
            told(&[inactive], None),
            ["a/NVIDIA-H200 [NVIDIA-H200] 3 of 3"]
        );
    }

    #[test]
    fn a_queue_of_a_namespace_is_that_of_the_cluster_behind_it() {
        let both = [
            queue("a", None, &[("h200", "8", None, 0)]),
            queue("b", None, &[("h200", "2", None, 0)]),
        ];
        let asked = |is_stopped| Asked {
            queue: "b".to_owned(),
            is_stopped,
        };
        assert_eq!(
            told(&both, Some(&asked(false))),
            ["b/NVIDIA-H200 [NVIDIA-H200] 0 of 2"]
        );
        assert_eq!(
            told(&both, Some(&asked(true))),
            ["b/NVIDIA-H200 [NVIDIA-H200] 0 of 0"]
        );
    }
}
