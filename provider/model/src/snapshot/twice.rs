//! Nodes that two sources report and whose devices cannot be told apart.

use std::collections::{BTreeMap, BTreeSet};

use super::record::{IdKind, Record};
use super::{SourceState, SourceStatus};
use crate::{Grade, NodeName, Reason};

/// One source's view of a node that has devices.
struct Sight {
    node: u32,
    source: u16,
    grade: Grade,
    /// Whether every device has a UUID, so that it is recognised under any source.
    told_apart: bool,
}

/// Leaves a node to the better source where two report it without UUIDs.
///
/// Counting both could count one machine twice and say a wrong yes. The other source becomes partial: if
/// they are two machines of one name, what is left out is a maybe, never a no.
pub(super) fn leave_to_one(
    sources: &mut [SourceState],
    nodes: &[(u16, NodeName)],
    records: &mut Vec<Record>,
) {
    let mut dropped = BTreeSet::new();
    let mut said: BTreeMap<u16, (u16, &NodeName, usize)> = BTreeMap::new();
    for (name, mut sights) in sights(nodes, records) {
        if sights.len() < 2 || sights.iter().all(|sight| sight.told_apart) {
            continue;
        }
        sights.sort_by(|one, two| two.grade.cmp(&one.grade).then(one.source.cmp(&two.source)));
        let mut sights = sights.into_iter();
        let kept = sights.next().map_or(0, |kept| kept.source);
        for sight in sights {
            dropped.insert(sight.node);
            said.entry(sight.source).or_insert((kept, name, 0)).2 += 1;
        }
    }
    records.retain(|record| !dropped.contains(&record.node));
    for (source, (kept, node, count)) in said {
        let kept = sources
            .get(usize::from(kept))
            .map(|kept| kept.name.to_string());
        let Some(state) = sources.get_mut(usize::from(source)) else {
            continue;
        };
        if state.status == SourceStatus::Complete {
            let reason = reason(state.name.as_str(), &kept.unwrap_or_default(), node, count);
            state.status = SourceStatus::Partial(reason);
        }
    }
}

fn sights<'a>(
    nodes: &'a [(u16, NodeName)],
    records: &[Record],
) -> BTreeMap<&'a NodeName, Vec<Sight>> {
    let mut sights: BTreeMap<&NodeName, Vec<Sight>> = BTreeMap::new();
    for devices in records.chunk_by(|one, two| one.node == two.node) {
        let Some(first) = devices.first() else {
            continue;
        };
        let Some((source, name)) = nodes.get(first.node as usize) else {
            continue;
        };
        sights.entry(name).or_default().push(Sight {
            node: first.node,
            source: *source,
            grade: devices
                .iter()
                .map(|device| device.grade)
                .fold(first.grade, Grade::max),
            told_apart: devices.iter().all(|device| device.id_kind == IdKind::Uuid),
        });
    }
    sights
}

fn reason(source: &str, kept: &str, node: &NodeName, count: usize) -> Reason {
    let more = match count {
        1 => " is".to_owned(),
        2 => " and one more are".to_owned(),
        _ => format!(" and {} more are", count - 1),
    };
    Reason {
        code: "node-reported-twice".into(),
        summary: "A node is reported by two sources".into(),
        asked: format!("Took the GPUs of source `{source}`."),
        found: format!(
            "Node `{node}`{more} reported by source `{kept}` too, and without UUIDs the devices cannot be \
             told apart: they count once, under `{kept}`."
        ),
        remedy: "Report device UUIDs, name nodes differently, or leave one of the sources out."
            .into(),
    }
}
