//! GPUs that a source offers together, where they cannot be told one by one.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{GpuModel, Grade, Price};

/// GPUs of one kind that a source offers together: an instance type in a region, a node group, a line of a catalogue.
///
/// An offer is no device: nothing of it can be reserved, and no verdict counts it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The source's own name, unique among its offers.
    pub name: String,
    /// What its GPUs are.
    pub model: GpuModel,
    /// GPUs that one node has, at least 1.
    pub gpus_per_node: u32,
    /// Nodes that could be had now; `None` where the source gives no number.
    pub nodes_available: Option<u32>,
    /// Nodes that there are, had or not; `None` where the source gives no number.
    pub nodes_total: Option<u32>,
    /// How far it can be trusted.
    pub grade: Grade,
    /// When the source saw it.
    pub observed_at: Timestamp,
    /// What one of its GPUs costs for an hour.
    pub price: Option<Price>,
    /// What else the source says, such as `region`, `zone`, `instance_type` and `level`.
    pub labels: BTreeMap<String, String>,
}

impl Offer {
    /// GPUs that could be had now; `None` where the source gives no number.
    #[must_use]
    pub fn gpus_available(&self) -> Option<u64> {
        let nodes = self.nodes_available?;
        Some(u64::from(nodes) * u64::from(self.gpus_per_node))
    }

    /// What the source says under that name; `None` where it says nothing.
    #[must_use]
    pub fn label(&self, name: &str) -> Option<&str> {
        let text = self.labels.get(name)?;
        (!text.is_empty()).then_some(text)
    }

    /// Sorts the best offer first: what can be had before what is gone, then by trust, then by price, then by how many
    /// there are. Prices of different currencies cannot be compared and stand by currency; no price stands last.
    #[must_use]
    pub fn rank(&self) -> impl Ord + use<> {
        (
            self.nodes_available == Some(0),
            std::cmp::Reverse(self.grade),
            self.price.is_none(),
            self.price,
            std::cmp::Reverse(self.gpus_available()),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(grade: Grade, nodes: Option<u32>, milli: Option<u32>) -> Offer {
        Offer {
            name: "a".to_owned(),
            model: "H200".parse().unwrap(),
            gpus_per_node: 8,
            nodes_available: nodes,
            nodes_total: None,
            grade,
            observed_at: Timestamp::UNIX_EPOCH,
            price: milli.and_then(|milli| Price::from_milli(milli, "USD")),
            labels: BTreeMap::new(),
        }
    }

    #[test]
    fn trust_comes_before_price_and_what_is_gone_comes_last() {
        let ranked = [
            offer(Grade::Firm, Some(1), None),
            offer(Grade::Counted, Some(1), Some(1)),
            offer(Grade::Counted, Some(9), Some(2)),
            offer(Grade::Counted, Some(1), Some(2)),
            offer(Grade::Counted, Some(9), None),
            offer(Grade::Listed, None, Some(0)),
            offer(Grade::Firm, Some(0), Some(0)),
        ];
        assert!(ranked.is_sorted_by(|one, two| one.rank() < two.rank()));
    }

    #[test]
    fn the_largest_numbers_are_counted() {
        let mut offer = offer(Grade::Listed, Some(u32::MAX), None);
        offer.gpus_per_node = u32::MAX;
        assert_eq!(offer.gpus_available(), Some(18_446_744_065_119_617_025));
    }
}
