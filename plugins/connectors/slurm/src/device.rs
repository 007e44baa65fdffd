//! Devices of one node: which of them are free, and what else Slurm makes known.

use portcullis_plugin::{Device, Failure};
use serde::{Deserialize, Serialize};

use crate::Config;
use crate::gres::{Gres, parse};
use crate::node::Node;
use crate::reservation::Hold;
use crate::standing::Standing;

/// More than this no node has; a server that says so is not believed.
const MOST_DEVICES: u32 = 4096;
/// What a model is called that nobody tells.
const UNREPORTED: &str = "unreported";

/// A node with its devices, as it travels from page to page.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Machine {
    #[serde(rename = "n")]
    name: String,
    #[serde(rename = "s", default)]
    standing: Standing,
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    hold: Option<Hold>,
    /// Whether nobody can say which of the devices that no job holds can be had.
    #[serde(rename = "d", default)]
    is_doubtful: bool,
    #[serde(rename = "c", default)]
    has_no_cpu: bool,
    #[serde(rename = "o")]
    offers: Vec<Offer>,
}

/// Type, devices, and those of them that jobs hold.
#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
struct Offer(String, u32, Vec<u32>);

impl Machine {
    /// None without GPUs, and of a node that is not there.
    ///
    /// # Errors
    /// When an amount of devices makes no sense.
    pub(crate) fn of(node: &Node, hold: Option<Hold>) -> Result<Option<Self>, Failure> {
        let standing = node.standing();
        let nonsense = |text: &str| {
            let shown: String = text.chars().take(80).collect();
            Failure::malformed(format!(
                "Node `{}` has an amount of GPUs that makes no sense: `{shown}`.",
                node.name
            ))
        };
        let all = parse(&node.gres).ok_or_else(|| nonsense(&node.gres))?;
        let used = parse(&node.gres_used).ok_or_else(|| nonsense(&node.gres_used))?;
        let gpus: Vec<&Gres<'_>> = all.iter().filter(|gres| gres.name == "gpu").collect();
        let count = gpus
            .iter()
            .fold(0_u32, |sum, gres| sum.saturating_add(gres.count));
        if count > MOST_DEVICES {
            return Err(nonsense(&node.gres));
        }
        if count == 0 || standing == Standing::Absent {
            return Ok(None);
        }
        // A share of a device keeps the whole of it from others, and which device that is is not said.
        let is_shared = used
            .iter()
            .any(|gres| matches!(gres.name, "shard" | "mps") && gres.count > 0);
        let is_hidden = hold.is_none() && node.is_flagged_reserved();
        Ok(Some(Self {
            name: node.name.clone(),
            is_doubtful: is_shared
                || is_hidden
                || hold == Some(Hold::Part)
                || standing == Standing::Doubtful,
            has_no_cpu: node.has_no_cpu(),
            offers: offers(&gpus, &used),
            standing,
            hold,
        }))
    }

    /// The devices as the contract has them, seen at `seen`.
    pub(crate) fn devices(self, config: &Config, seen: u32) -> Vec<Device> {
        let mut devices = Vec::new();
        let mut begin = 0_u32;
        for Offer(kind, count, held) in &self.offers {
            for index in begin..begin.saturating_add(*count) {
                devices.push(self.device(config, kind, index, held.contains(&index), seen));
            }
            begin = begin.saturating_add(*count);
        }
        devices
    }

    fn device(&self, config: &Config, kind: &str, index: u32, is_held: bool, seen: u32) -> Device {
        let (model, profile) = model(config, kind);
        let fault = match (&self.standing, &self.hold) {
            (Standing::Failed(fault), _) => fault.clone(),
            (_, Some(Hold::Maintenance(name))) => {
                format!("the node is in the reservation `{name}` for maintenance")
            }
            _ => String::new(),
        };
        let others = match &self.hold {
            Some(Hold::Others(name)) => Some(name),
            _ => None,
        };
        let allocation = match (
            is_held || others.is_some() || self.has_no_cpu,
            self.is_doubtful,
        ) {
            (true, _) => "used",
            (false, true) => "unknown",
            (false, false) => "free",
        };
        let holder = others
            .filter(|_| !is_held)
            .map(|name| format!("reservation {name}"));
        let labels = [("cluster", config.cluster.clone()), ("holder", holder)];
        Device {
            node: self.name.clone(),
            index: Some(index),
            mig_profile: profile.map(str::to_owned),
            allocation: allocation.to_owned(),
            // Of a device itself Slurm knows nothing.
            health: (if fault.is_empty() {
                "unknown"
            } else {
                "failed"
            })
            .to_owned(),
            health_reason: fault,
            grade: (if self.hold == Some(Hold::Ours) {
                "firm"
            } else {
                "counted"
            })
            .to_owned(),
            observed_at: seen,
            labels: labels
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?)))
                .collect(),
            ..Device::new(format!("{}:gpu:{index}", self.name), model)
        }
    }
}

/// What jobs hold of each kind: the devices that Slurm names, else as many from the first on.
fn offers(all: &[&Gres<'_>], used: &[Gres<'_>]) -> Vec<Offer> {
    let mut begin = 0_u32;
    let mut offers = Vec::new();
    for gres in all {
        let end = begin.saturating_add(gres.count);
        let used = used
            .iter()
            .filter(|used| used.name == "gpu" && used.kind == gres.kind);
        let mut held: Vec<u32> = Vec::new();
        for used in used {
            let named = used.index.as_deref().unwrap_or_default();
            let are_named = u32::try_from(named.len()) == Ok(used.count)
                && named.iter().all(|index| (begin..end).contains(index));
            if are_named {
                held.extend(named);
            } else {
                held.extend(begin..begin.saturating_add(used.count).min(end));
            }
        }
        offers.push(Offer(gres.kind.to_owned(), gres.count, held));
        begin = end;
    }
    offers
}

/// The model and, where the type ends as one, the profile of a GPU instance: `a100_3g.20gb`.
fn model<'t>(config: &'t Config, kind: &'t str) -> (&'t str, Option<&'t str>) {
    let name = if kind.is_empty() { "gpu" } else { kind };
    let profiled = kind.rsplit_once('_').filter(|(_, end)| is_profile(end));
    let (kind, profile) = profiled.map_or((kind, None), |(kind, profile)| (kind, Some(profile)));
    let given = config.models.get(name).map(String::as_str);
    let told = if kind.is_empty() { UNREPORTED } else { kind };
    (given.unwrap_or(told), profile)
}

/// `1g.10gb`, `1g.10gb+me`.
fn is_profile(text: &str) -> bool {
    let Some((slices, rest)) = text.split_once("g.") else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let memory = rest.split_once("gb").map(|(memory, _)| memory);
    digits(slices) && memory.is_some_and(digits)
}

#[cfg(test)]
mod tests {
    use super::{Config, Hold, Machine};
    use serde_json::{Value, json};

    fn config(models: &Value) -> Config {
        serde_json::from_value(json!({"url": "http://a", "models": models})).unwrap()
    }

    /// It documents every label.
    const CONTRACT: &str = include_str!("../../../../sdk/wit/v0.1/guest.wit");

    fn told_with(members: &Value, hold: Option<Hold>) -> Vec<String> {
        let mut node = json!({"name": "n", "state": "mixed", "cpus": 8, "alloc_cpus": 1});
        for (name, value) in members.as_object().unwrap() {
            node[name] = value.clone();
        }
        let node = serde_json::from_value(node).unwrap();
        let Some(machine) = Machine::of(&node, hold).unwrap() else {
            return Vec::new();
        };
        let text = serde_json::to_string(&machine).unwrap();
        let machine: Machine = serde_json::from_str(&text).unwrap();
        let config = config(&json!({"big": "NVIDIA H200"}));
        let devices = machine.devices(&config, 7);
        for (label, _) in devices.iter().flat_map(|device| &device.labels) {
            assert!(CONTRACT.contains(&format!("`{label}`")), "{label}");
        }
        devices
            .iter()
            .map(|device| {
                let profile = device.mig_profile.as_deref().unwrap_or("-");
                format!(
                    "{} {} {profile} {} {}",
                    device.uuid, device.model, device.allocation, device.health
                )
            })
            .collect()
    }

    fn told(gres: &str, used: &str) -> Vec<String> {
        told_with(&json!({"gres": gres, "gres_used": used}), None)
    }

    #[test]
    fn devices_that_jobs_hold_are_the_named_ones() {
        assert_eq!(
            told(
                "gpu:big:2,gpu:l4:2(S:0-1)",
                "gpu:big:1(IDX:1),gpu:l4:1(IDX:3)"
            ),
            [
                "n:gpu:0 NVIDIA H200 - free unknown",
                "n:gpu:1 NVIDIA H200 - used unknown",
                "n:gpu:2 l4 - free unknown",
                "n:gpu:3 l4 - used unknown"
            ]
        );
        // Where they are not named, or not so that it makes sense, as many from the first on.
        for used in ["gpu:1", "gpu:1(IDX:N/A)", "gpu:1(IDX:7)", "gpu:1(IDX:0-1)"] {
            assert_eq!(
                told("gpu:2", used),
                [
                    "n:gpu:0 unreported - used unknown",
                    "n:gpu:1 unreported - free unknown"
                ],
                "{used}"
            );
        }
        assert_eq!(
            told("gpu:1", "gpu:9"),
            ["n:gpu:0 unreported - used unknown"]
        );
    }

    #[test]
    fn a_gpu_instance_has_its_profile() {
        assert_eq!(
            told(
                "gpu:nvidia_a100_3g.20gb:1,gpu:a100_1g.10gb+me:1,gpu:x_1g.gb:1",
                "gpu:0"
            ),
            [
                "n:gpu:0 nvidia_a100 3g.20gb free unknown",
                "n:gpu:1 a100 1g.10gb+me free unknown",
                "n:gpu:2 x_1g.gb - free unknown"
            ]
        );
    }

    #[test]
    fn what_cannot_be_had_is_not_free() {
        let gpu = |members: &Value, hold| {
            let mut node = json!({"gres": "gpu:l4:1", "gres_used": "gpu:l4:0"});
            for (name, value) in members.as_object().unwrap() {
                node[name] = value.clone();
            }
            told_with(&node, hold).join("")
        };
        let others = || Some(Hold::Others("r".to_owned()));
        for (members, hold, expected) in [
            (json!({}), None, "free unknown"),
            (json!({}), Some(Hold::Ours), "free unknown"),
            (json!({}), Some(Hold::Part), "unknown unknown"),
            (json!({}), others(), "used unknown"),
            (
                json!({}),
                Some(Hold::Maintenance("m".to_owned())),
                "free failed",
            ),
            (json!({"alloc_cpus": 8}), None, "used unknown"),
            (json!({"state": "DOWN"}), None, "free failed"),
            (
                json!({"state": ["IDLE", "POWERED_DOWN"]}),
                None,
                "unknown unknown",
            ),
            (
                json!({"state": ["IDLE", "RESERVED"]}),
                None,
                "unknown unknown",
            ),
            (
                json!({"state": ["IDLE", "RESERVED"]}),
                Some(Hold::Ours),
                "free unknown",
            ),
            (
                json!({"gres": "gpu:l4:1,shard:8", "gres_used": "gpu:l4:0,shard:2(2/8)"}),
                None,
                "unknown unknown",
            ),
        ] {
            let found = gpu(&members, hold);
            assert_eq!(found, format!("n:gpu:0 l4 - {expected}"), "{members}");
        }
        assert_eq!(gpu(&json!({"state": "FUTURE"}), None), "");
        assert_eq!(gpu(&json!({"gres": ""}), None), "");
    }

    #[test]
    fn amounts_that_make_no_sense_are_named() {
        for gres in [
            "gpu:l4:-1",
            "gpu:l4:4097",
            "gpu:a:4000,gpu:b:4000",
            "gpu:\u{202e}",
        ] {
            let node = serde_json::from_value(json!({"name": "n", "gres": gres})).unwrap();
            let failure = Machine::of(&node, None).unwrap_err();
            assert_eq!(failure.kind, "malformed");
            assert!(failure.message.contains("Node `n`"), "{}", failure.message);
        }
    }
}
