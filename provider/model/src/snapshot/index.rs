//! Finding devices by key.

use std::ops::Range;

use super::{Snapshot, record};
use crate::{DeviceKey, Name, NodeName};

/// Where the nodes of a snapshot are found by name, and the devices of each: about two bytes a device on nodes of eight.
///
/// Nodes are kept in buckets by a hash of their names, sorted in each, so that names made to collide cost a binary search
/// and no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NodeIndex {
    /// Where each bucket begins in `order`, and where the last one ends. The number of buckets is a power of two.
    buckets: Vec<u32>,
    /// The nodes by bucket, rising in each.
    order: Vec<u32>,
    /// Where each node's records begin, and where those of the last one end.
    records: Vec<u32>,
}

impl NodeIndex {
    /// The index of sorted nodes and of records sorted by node.
    pub(super) fn new(
        nodes: &[(u16, NodeName)],
        node_of_record: impl Iterator<Item = u32>,
    ) -> Self {
        let count = nodes.len().max(1).next_power_of_two();
        let hashes: Vec<usize> = nodes
            .iter()
            .map(|(source, node)| bucket(*source, node, count))
            .collect();
        let buckets = beginnings(hashes.iter().copied(), count);
        let mut next = buckets.clone();
        let mut order = vec![0; nodes.len()];
        for (node, hash) in (0_u32..).zip(hashes) {
            if let Some(place) = next.get_mut(hash) {
                if let Some(slot) = order.get_mut(*place as usize) {
                    *slot = node;
                }
                *place += 1;
            }
        }
        Self {
            buckets,
            order,
            records: beginnings(node_of_record.map(|node| node as usize), nodes.len()),
        }
    }

    pub(super) fn size_bytes(&self) -> usize {
        size_of_val(self.buckets.as_slice())
            + size_of_val(self.order.as_slice())
            + size_of_val(self.records.as_slice())
    }

    fn bucket(&self, source: u16, node: &NodeName) -> Range<usize> {
        range(&self.buckets, bucket(source, node, self.buckets.len() - 1))
    }
}

/// Where the members of each of `count` groups begin when they stand in the order of their groups.
fn beginnings(groups: impl Iterator<Item = usize>, count: usize) -> Vec<u32> {
    let mut beginnings = vec![0_u32; count + 1];
    for group in groups {
        if let Some(after) = beginnings.get_mut(group + 1) {
            *after += 1;
        }
    }
    let mut sum = 0;
    for beginning in &mut beginnings {
        sum += *beginning;
        *beginning = sum;
    }
    beginnings
}

fn range(beginnings: &[u32], group: usize) -> Range<usize> {
    let at = |group| beginnings.get(group).map_or(0, |at: &u32| *at as usize);
    at(group)..at(group + 1)
}

/// The bucket of a node's name, by FNV-1a.
fn bucket(source: u16, node: &NodeName, count: usize) -> usize {
    let bytes = source
        .to_le_bytes()
        .into_iter()
        .chain(node.as_str().bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    // The high bits depend on every byte; below 2^32 nodes, 32 of them are enough.
    usize::try_from(hash >> 32).unwrap_or(0) & (count - 1)
}

impl Snapshot {
    /// The positions of devices that are where their keys say.
    ///
    /// One step for all keys after the other, and not all steps for one key after the other: what a step reads lies all
    /// over memory, and so the processor waits for many keys at once.
    pub(super) fn positions_by_node(&self, keys: &[&DeviceKey]) -> Vec<Option<usize>> {
        let mut last: Option<(&Name, Option<u16>)> = None;
        let mut source_of = |name| match last {
            Some((known, source)) if known == name => source,
            _ => {
                let source = self.source_number(name);
                last = Some((name, source));
                source
            }
        };
        let buckets: Vec<(u16, Range<usize>)> = keys
            .iter()
            .map(|key| match source_of(&key.source) {
                Some(source) => (source, self.index.bucket(source, &key.node)),
                None => (0, 0..0),
            })
            .collect();
        let nodes: Vec<Option<u32>> = keys
            .iter()
            .zip(buckets)
            .map(|(key, (source, bucket))| self.node_in(bucket, source, &key.node))
            .collect();
        let ranges: Vec<Range<usize>> = nodes
            .iter()
            .map(|node| match node {
                Some(node) => range(&self.index.records, *node as usize),
                None => 0..0,
            })
            .collect();
        keys.iter()
            .zip(ranges)
            .map(|(key, range)| self.record_in(range, key))
            .collect()
    }

    fn source_number(&self, name: &Name) -> Option<u16> {
        let source = self
            .sources
            .binary_search_by(|state| state.name.cmp(name))
            .ok()?;
        u16::try_from(source).ok()
    }

    fn node_in(&self, bucket: Range<usize>, source: u16, name: &NodeName) -> Option<u32> {
        let numbers = self.index.order.get(bucket)?;
        let order = |number: &u32| {
            let node = self.nodes.get(*number as usize);
            node.map(|(of, node)| (*of, node))
                .cmp(&Some((source, name)))
        };
        let found = numbers.binary_search_by(order).ok()?;
        numbers.get(found).copied()
    }

    fn record_in(&self, range: Range<usize>, key: &DeviceKey) -> Option<usize> {
        let start = range.start;
        let records = self.records.get(range)?;
        let (kind, id) = record::pack_id(&key.id, &self.other_ids)?;
        let found = records
            .binary_search_by(|record| (record.id_kind, &record.id).cmp(&(kind, &id)))
            .ok()?;
        Some(start + found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(texts: &[&str]) -> Vec<(u16, NodeName)> {
        texts
            .iter()
            .map(|text| (0, text.parse().unwrap()))
            .collect()
    }

    #[test]
    fn every_node_is_in_its_bucket_once_and_has_its_records() {
        for count in 0..40_u32 {
            let texts: Vec<String> = (0..count).map(|number| format!("n{number:02}")).collect();
            let nodes = named(&texts.iter().map(String::as_str).collect::<Vec<_>>());
            let records = (0..count).flat_map(|node| (0..node % 3).map(move |_| node));
            let index = NodeIndex::new(&nodes, records);
            let mut seen = 0;
            for (number, (source, node)) in nodes.iter().enumerate() {
                let here = &index.order[index.bucket(*source, node)];
                assert!(here.is_sorted());
                let own = here.iter().filter(|one| **one as usize == number);
                assert_eq!(own.count(), 1, "{count}: {number}");
                assert_eq!(range(&index.records, number).len(), number % 3);
                seen += range(&index.records, number).len();
            }
            assert_eq!(index.records.last().map(|end| *end as usize), Some(seen));
        }
    }

    #[test]
    fn names_of_one_bucket_are_told_apart() {
        let texts = (0..4_000).map(|number| format!("n{number:04}"));
        let of_bucket = |text: &String| bucket(0, &text.parse().unwrap(), 64) == 7;
        let texts: Vec<String> = texts.filter(of_bucket).take(64).collect();
        let mut report = crate::SourceReport {
            grade: crate::Grade::Counted,
            observed_at: jiff::Timestamp::UNIX_EPOCH,
            partial: None,
            nodes: Vec::new(),
            rooms: Vec::new(),
            devices: Vec::new(),
            supply: crate::Supply::default(),
        };
        report.nodes = texts.iter().map(|text| text.parse().unwrap()).collect();
        let source: Name = "a".parse().unwrap();
        let snapshot = super::super::SnapshotBuilder::default()
            .report(source, report)
            .build();
        for (number, (_, node)) in (0_u32..).zip(&snapshot.nodes) {
            let here = snapshot.index.bucket(0, node);
            assert_eq!(here.len(), 64);
            assert_eq!(snapshot.node_in(here, 0, node), Some(number));
        }
    }
}
