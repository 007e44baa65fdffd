//! Finding devices by key.

use std::cmp::Ordering;

use super::{Snapshot, record};
use crate::{DeviceKey, NodeName};

/// Finds devices by key; fast for keys in rising order, which are looked for from the last one on.
pub(super) struct Search<'a> {
    snapshot: &'a Snapshot,
    /// The positions of the last key's node and device.
    node: usize,
    record: usize,
}

impl<'a> Search<'a> {
    pub(super) fn new(snapshot: &'a Snapshot) -> Self {
        Self {
            snapshot,
            node: 0,
            record: 0,
        }
    }

    /// The position of the device that a key names, if it is where the key says.
    pub(super) fn position(&mut self, key: &DeviceKey) -> Option<usize> {
        let Snapshot {
            sources,
            nodes,
            other_ids,
            records,
            ..
        } = self.snapshot;
        let source = sources.binary_search_by(|state| state.name.cmp(&key.source));
        let source = u16::try_from(source.ok()?).ok()?;
        let by_name =
            |(of, node): &(u16, NodeName)| of.cmp(&source).then_with(|| node.cmp(&key.node));
        self.node = gallop(nodes, self.node, by_name)?;
        let node = u32::try_from(self.node).ok()?;
        let (kind, id) = record::pack_id(&key.id, other_ids)?;
        self.record = gallop(records, self.record, |record| {
            record.order().cmp(&(node, kind, &id))
        })?;
        Some(self.record)
    }
}

/// The position of what is looked for in a sorted list: looks around `from` in steps that double.
fn gallop<T>(list: &[T], from: usize, order: impl Fn(&T) -> Ordering) -> Option<usize> {
    let from = match list.get(from).map(&order) {
        Some(Ordering::Equal) => return Some(from),
        Some(Ordering::Less) => from,
        Some(Ordering::Greater) | None => 0,
    };
    let mut step = 1;
    while list
        .get(from + step)
        .is_some_and(|at| order(at) == Ordering::Less)
    {
        step *= 2;
    }
    let start = from + step / 2;
    let end = list.len().min(from + step + 1);
    let found = list.get(start..end)?.binary_search_by(order).ok()?;
    Some(start + found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_found_from_everywhere() {
        for length in 0..20_usize {
            let list: Vec<usize> = (0..length).map(|at| at * 2).collect();
            for from in 0..=length {
                for wanted in 0..=length * 2 {
                    let expected = list.iter().position(|at| *at == wanted);
                    assert_eq!(gallop(&list, from, |at| at.cmp(&wanted)), expected);
                }
            }
        }
    }
}
