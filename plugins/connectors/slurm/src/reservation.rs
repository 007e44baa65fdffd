//! Reservations: nodes that are kept for somebody for a time.

use std::collections::BTreeMap;

use portcullis_plugin::{Failure, log};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::hostlist::expand;
use crate::node::or_default;

/// Answer of `reservations`.
#[derive(Debug, Deserialize)]
pub(crate) struct Reservations {
    #[serde(deserialize_with = "or_default")]
    pub(crate) reservations: Vec<Reservation>,
}

/// One reservation, as far as it is read.
#[derive(Debug, Deserialize)]
pub(crate) struct Reservation {
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    node_list: String,
    #[serde(default, deserialize_with = "or_default")]
    flags: Vec<String>,
    /// Of all nodes together.
    #[serde(default, deserialize_with = "or_default")]
    core_count: u64,
    #[serde(default, deserialize_with = "or_default")]
    tres: String,
    /// A number, or since 0.0.40 a table with one.
    #[serde(default)]
    start_time: Value,
    #[serde(default)]
    end_time: Value,
}

/// What a reservation makes of a node.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) enum Hold {
    /// Workloads may use it.
    Ours,
    /// Nobody may; its name.
    Maintenance(String),
    /// Others may; its name.
    Others(String),
    /// Others may use a part of the node, and which devices these are is not said.
    Part,
}

/// When, and which reservations workloads may use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms<'c> {
    pub(crate) now: u32,
    /// How long before its beginning a reservation counts.
    pub(crate) notice_seconds: u64,
    pub(crate) ours: &'c [String],
}

/// What reservations make of nodes. `cores` are those of each node.
///
/// # Errors
/// When a reservation names nodes in a way that is not understood.
pub(crate) fn holds(
    reservations: &[Reservation],
    cores: &BTreeMap<&str, u64>,
    terms: Terms<'_>,
) -> Result<BTreeMap<String, Hold>, Failure> {
    let mut holds: BTreeMap<String, Hold> = BTreeMap::new();
    for name in terms.ours {
        if !reservations
            .iter()
            .any(|reservation| reservation.name == *name)
        {
            log::warn(&format!(
                "`reservations` in `config` has `{name}`, which Slurm does not have now"
            ));
        }
    }
    for reservation in reservations
        .iter()
        .filter(|reservation| reservation.counts(terms))
    {
        let nodes = expand(&reservation.node_list).ok_or_else(|| reservation.nonsense())?;
        let hold = reservation.hold(&nodes, cores, terms);
        for node in nodes {
            // Of several, the one that leaves least: they may overlap.
            let before = holds.remove(&node);
            let worse = match before {
                Some(before) if before.rank() > hold.rank() => before,
                _ => hold.clone(),
            };
            holds.insert(node, worse);
        }
    }
    Ok(holds)
}

impl Hold {
    fn rank(&self) -> u8 {
        match self {
            Self::Ours => 0,
            Self::Part => 1,
            Self::Others(_) => 2,
            Self::Maintenance(_) => 3,
        }
    }
}

impl Reservation {
    /// Whether it has begun, or will within the notice, and has not ended. A time that is not told excludes nothing.
    fn counts(&self, terms: Terms<'_>) -> bool {
        let now = u64::from(terms.now);
        let begins = seconds(&self.start_time).unwrap_or(0);
        let ends = seconds(&self.end_time).unwrap_or(u64::MAX);
        begins <= now.saturating_add(terms.notice_seconds) && now < ends
    }

    fn hold(&self, nodes: &[String], cores: &BTreeMap<&str, u64>, terms: Terms<'_>) -> Hold {
        if terms.ours.contains(&self.name) {
            return Hold::Ours;
        }
        if self
            .flags
            .iter()
            .any(|flag| flag.eq_ignore_ascii_case("MAINT"))
        {
            return Hold::Maintenance(self.name.clone());
        }
        let all: u64 = nodes
            .iter()
            .filter_map(|node| cores.get(node.as_str()))
            .sum();
        if self.core_count < all || self.tres.contains("gres/") {
            return Hold::Part;
        }
        Hold::Others(self.name.clone())
    }

    fn nonsense(&self) -> Failure {
        let shown: String = self.node_list.chars().take(80).collect();
        Failure::malformed(format!(
            "Reservation `{}` is of nodes that cannot be read: `{shown}`.",
            self.name
        ))
    }
}

/// `1795392000`, or `{"set": true, "infinite": false, "number": 1795392000}`.
fn seconds(value: &Value) -> Option<u64> {
    match value {
        Value::Object(members) => {
            let is = |name: &str| members.get(name).and_then(Value::as_bool);
            if is("set") == Some(false) || is("infinite") == Some(true) {
                return None;
            }
            members.get("number")?.as_u64()
        }
        number => number.as_u64(),
    }
}

#[cfg(test)]
mod tests {
    use super::{BTreeMap, Hold, Reservations, Terms, holds};
    use serde_json::{Value, json};

    const NOW: u32 = 1_000_000;

    fn held(reservations: &Value, ours: &[&str]) -> BTreeMap<String, Hold> {
        let read: Reservations =
            serde_json::from_value(json!({"reservations": reservations})).unwrap();
        let cores = ["a1", "a2", "b"].map(|name| (name, 8)).into();
        let ours: Vec<String> = ours.iter().map(|&name| name.to_owned()).collect();
        let terms = Terms {
            now: NOW,
            notice_seconds: 3600,
            ours: &ours,
        };
        holds(&read.reservations, &cores, terms).unwrap()
    }

    fn one(members: &Value) -> Option<Hold> {
        let mut reservation = json!({
            "name": "r", "node_list": "a[1-2]", "core_count": 16, "flags": ["SPEC_NODES"], "tres": "cpu=16",
            "start_time": NOW - 5, "end_time": NOW + 5,
        });
        for (name, value) in members.as_object().unwrap() {
            reservation[name] = value.clone();
        }
        held(&json!([reservation]), &[]).remove("a2")
    }

    #[test]
    fn a_reservation_counts_from_its_notice_to_its_end() {
        let others = Some(Hold::Others("r".to_owned()));
        let set = |number: u32| json!({"set": true, "infinite": false, "number": number});
        for (members, expected) in [
            (json!({}), &others),
            (json!({"start_time": NOW + 3600}), &others),
            (json!({"start_time": NOW + 3601}), &None),
            (json!({"end_time": NOW}), &None),
            (
                json!({"start_time": set(NOW - 5), "end_time": set(NOW + 5)}),
                &others,
            ),
            (
                json!({"end_time": {"set": true, "infinite": true, "number": 0}}),
                &others,
            ),
            (json!({"end_time": null}), &others),
        ] {
            assert_eq!(&one(&members), expected, "{members}");
        }
    }

    #[test]
    fn what_is_not_all_of_a_node_is_a_part_of_it() {
        assert_eq!(one(&json!({"core_count": 2})), Some(Hold::Part));
        assert_eq!(one(&json!({"tres": "cpu=16,gres/gpu=4"})), Some(Hold::Part));
        assert_eq!(
            one(&json!({"flags": ["MAINT"]})),
            Some(Hold::Maintenance("r".to_owned()))
        );
    }

    #[test]
    fn of_several_the_one_that_leaves_least_holds_a_node() {
        let reservation = |name: &str, nodes: &str, cores: u32| json!({"name": name, "node_list": nodes, "core_count": cores, "start_time": 0, "end_time": NOW + 1});
        let found = held(
            &json!([
                reservation("mine", "a[1-2],b", 24),
                reservation("theirs", "a2", 8),
                reservation("part", "b", 1)
            ]),
            &["mine", "gone"],
        );
        assert_eq!(found["a1"], Hold::Ours);
        assert_eq!(found["a2"], Hold::Others("theirs".to_owned()));
        assert_eq!(found["b"], Hold::Part);
    }

    #[test]
    fn nodes_that_cannot_be_read_are_named() {
        let read: Reservations =
            serde_json::from_value(json!({"reservations": [{"name": "r", "node_list": "a["}]}))
                .unwrap();
        let terms = Terms {
            now: NOW,
            notice_seconds: 0,
            ours: &[],
        };
        let failure = holds(&read.reservations, &BTreeMap::new(), terms).unwrap_err();
        assert_eq!(failure.kind, "malformed");
        assert!(failure.message.contains("`r`"), "{}", failure.message);
    }
}
