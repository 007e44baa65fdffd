//! Finding devices by key.

use std::ops::Range;

use super::{Snapshot, record};
use crate::{DeviceId, DeviceKey, Name, NodeName};

/// Keys that are looked up side by side: what is noted of so many stays in the nearest cache.
const SIDE_BY_SIDE: usize = 256;

/// Where the nodes of a snapshot are found by name, and the devices of each: about two bytes a device on nodes of eight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NodeIndex {
    names: NodeNames,
    /// Where each node's records begin, and where those of the last one end.
    records: Vec<u32>,
}

/// Nodes in buckets by a hash of their names, sorted in each, so that names made to collide cost a binary search and no
/// more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NodeNames {
    /// Where each bucket begins in `entries`, and where the last one ends. The number of buckets is a power of two.
    buckets: Vec<u32>,
    entries: Vec<Entry>,
}

/// A node in its bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    /// What else the hash says of the name, so that another name is seldom looked at.
    tag: u32,
    node: u32,
}

/// Where a name is looked for.
#[derive(Clone, Debug)]
struct Place {
    source: u16,
    tag: u32,
    bucket: Range<usize>,
}

impl NodeIndex {
    /// The index of sorted nodes, of which each run is a node and how many records of it follow one another.
    pub(super) fn new(names: NodeNames, runs: impl Iterator<Item = (u32, u32)>) -> Self {
        let runs = runs.map(|(node, count)| (node as usize, count));
        let records = beginnings(runs, names.entries.len());
        Self { names, records }
    }

    pub(super) fn size_bytes(&self) -> usize {
        size_of_val(self.names.buckets.as_slice())
            + size_of_val(self.names.entries.as_slice())
            + size_of_val(self.records.as_slice())
    }

    fn place(&self, source: u16, node: &NodeName) -> Place {
        let buckets = &self.names.buckets;
        let (bucket, tag) = hash(source, node, buckets.len() - 1);
        Place {
            source,
            tag,
            bucket: range(buckets, bucket),
        }
    }
}

impl NodeNames {
    /// The names of sorted nodes.
    pub(super) fn new(nodes: &[(u16, NodeName)]) -> Self {
        let count = nodes.len().max(1).next_power_of_two();
        let hashes: Vec<(usize, u32)> = nodes
            .iter()
            .map(|(source, node)| hash(*source, node, count))
            .collect();
        let buckets = beginnings(hashes.iter().map(|(bucket, _)| (*bucket, 1)), count);
        let mut next = buckets.clone();
        let mut entries = vec![Entry::default(); nodes.len()];
        for (node, (bucket, tag)) in (0_u32..).zip(hashes) {
            if let Some(place) = next.get_mut(bucket) {
                if let Some(slot) = entries.get_mut(*place as usize) {
                    *slot = Entry { tag, node };
                }
                *place += 1;
            }
        }
        for bucket in 0..count {
            if let Some(entries) = entries.get_mut(range(&buckets, bucket)) {
                entries.sort_unstable();
            }
        }
        Self { buckets, entries }
    }
}

/// Where the members of each of `groups` groups begin when they stand in the order of their groups. A run is a group and
/// how many more members it has.
fn beginnings(runs: impl Iterator<Item = (usize, u32)>, groups: usize) -> Vec<u32> {
    let mut beginnings = vec![0_u32; groups + 1];
    for (group, count) in runs {
        if let Some(after) = beginnings.get_mut(group + 1) {
            *after += count;
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

/// The bucket of a node's name among `count`, and the rest of what FNV-1a makes of it.
fn hash(source: u16, node: &NodeName, count: usize) -> (usize, u32) {
    let bytes = source
        .to_le_bytes()
        .into_iter()
        .chain(node.as_str().bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let half = |bits: u64| u32::try_from(bits & u64::from(u32::MAX)).unwrap_or(0);
    (half(hash >> 32) as usize & (count - 1), half(hash))
}

impl Snapshot {
    /// The positions of devices that are where their keys say.
    ///
    /// One step for many keys after the other, and not all steps for one key after the other: what a step reads lies all
    /// over memory, and so the processor waits for many keys at once.
    pub(super) fn positions_by_node(&self, keys: &[&DeviceKey]) -> Vec<Option<usize>> {
        let mut positions = Vec::with_capacity(keys.len());
        let mut places: Vec<Option<Place>> = Vec::with_capacity(SIDE_BY_SIDE);
        let mut ranges: Vec<Range<usize>> = Vec::with_capacity(SIDE_BY_SIDE);
        let mut last: Option<(&Name, Option<u16>)> = None;
        for keys in keys.chunks(SIDE_BY_SIDE) {
            places.clear();
            for key in keys {
                let source = match last {
                    Some((known, source)) if *known == key.source => source,
                    _ => self.source_number(&key.source),
                };
                last = Some((&key.source, source));
                places.push(source.map(|source| self.index.place(source, &key.node)));
            }
            ranges.clear();
            ranges.extend(keys.iter().zip(&places).map(|(key, place)| {
                let node = place
                    .as_ref()
                    .and_then(|place| self.node_at(place, &key.node));
                node.map_or(0..0, |node| range(&self.index.records, node as usize))
            }));
            let ranges = ranges.drain(..).zip(keys);
            positions.extend(ranges.map(|(range, key)| self.record_in(range, key)));
        }
        positions
    }

    fn source_number(&self, name: &Name) -> Option<u16> {
        let source = self
            .sources
            .binary_search_by(|state| state.name.cmp(name))
            .ok()?;
        u16::try_from(source).ok()
    }

    fn node_at(&self, place: &Place, name: &NodeName) -> Option<u32> {
        let entries = self.index.names.entries.get(place.bucket.clone())?;
        // Nodes with one hash stand in the order of their names.
        let order = |entry: &Entry| {
            entry.tag.cmp(&place.tag).then_with(|| {
                let node = self.nodes.get(entry.node as usize);
                node.map(|(source, node)| (*source, node))
                    .cmp(&Some((place.source, name)))
            })
        };
        let found = entries.binary_search_by(order).ok()?;
        entries.get(found).map(|entry| entry.node)
    }

    fn record_in(&self, range: Range<usize>, key: &DeviceKey) -> Option<usize> {
        let start = range.start;
        let records = self.records.get(range)?;
        let (kind, id) = record::pack_id(&key.id, &self.other_ids)?;
        let is_it = |record: &record::Record| record.id_kind == kind && record.id == id;
        // Where a node counts its devices from 0, the index is the place.
        if let DeviceId::Index(index) = key.id
            && records.get(index as usize).is_some_and(is_it)
        {
            return Some(start + index as usize);
        }
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
            // The records of a node come in one run or in several.
            let runs =
                (0..count).flat_map(|node| [(node, node % 3 / 2), (node, node % 3 - node % 3 / 2)]);
            let index = NodeIndex::new(NodeNames::new(&nodes), runs);
            let mut seen = 0;
            for (number, (source, node)) in nodes.iter().enumerate() {
                let here = &index.names.entries[index.place(*source, node).bucket];
                assert!(here.is_sorted());
                let own = here.iter().filter(|one| one.node as usize == number);
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
        let of_bucket = |text: &String| hash(0, &text.parse().unwrap(), 64).0 == 7;
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
            let place = snapshot.index.place(0, node);
            assert_eq!(place.bucket.len(), 64);
            assert_eq!(snapshot.node_at(&place, node), Some(number));
            // The hash alone does not tell these names apart.
            let alike = Place { tag: 0, ..place };
            assert_eq!(snapshot.node_at(&alike, node), None);
        }
    }
}
