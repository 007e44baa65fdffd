//! Devices of which reports tell different things.

use std::collections::{BTreeMap, BTreeSet};

use super::record::{IdKind, Record, unpack_id};
use super::{SourceState, SourceStatus};
use crate::{GpuModel, NodeName, Reason};

/// Leaves out devices that two reports cannot both be right about: another model, another MIG profile, or two nodes of one
/// source under one UUID.
///
/// Taking either report for the truth could say a wrong yes. Both sources become partial: what is left out is a maybe, never
/// a no.
pub(super) fn leave_out(
    sources: &mut [SourceState],
    nodes: &[(u16, NodeName)],
    models: &[GpuModel],
    records: &mut Vec<Record>,
) {
    let mut uuids: Vec<&Record> = records
        .iter()
        .filter(|record| record.id_kind == IdKind::Uuid)
        .collect();
    uuids.sort_unstable_by_key(|record| (record.id, record.node));
    let mut dropped: BTreeSet<[u8; 16]> = BTreeSet::new();
    let mut said: BTreeMap<u16, (Record, Record, usize)> = BTreeMap::new();
    for reports in uuids.chunk_by(|one, two| one.id == two.id) {
        let Some((one, two)) = conflict(reports, models) else {
            continue;
        };
        dropped.insert(one.id);
        for (own, other) in [(one, two), (two, one)] {
            said.entry(own.source).or_insert((*own, *other, 0)).2 += 1;
        }
    }
    if dropped.is_empty() {
        return;
    }
    let told = Told { nodes, models };
    for (source, (own, other, count)) in said {
        // Both of its reports may be of one source, and each was counted.
        let count = if own.source == other.source {
            count / 2
        } else {
            count
        };
        let other_name = sources
            .get(usize::from(other.source))
            .map(|other| other.name.to_string())
            .unwrap_or_default();
        let Some(state) = sources.get_mut(usize::from(source)) else {
            continue;
        };
        if state.status == SourceStatus::Complete {
            let own_name = state.name.to_string();
            let reason = told.reason((&own_name, &own), (&other_name, &other), count);
            state.status = SourceStatus::Partial(reason);
        }
    }
    records.retain(|record| record.id_kind != IdKind::Uuid || !dropped.contains(&record.id));
}

/// The first two reports of a device that cannot both be right.
fn conflict<'a>(reports: &[&'a Record], models: &[GpuModel]) -> Option<(&'a Record, &'a Record)> {
    let (first, others) = reports.split_first()?;
    let model = |record: &Record| models.get(usize::from(record.model));
    let other = others.iter().find(|other| {
        let alike = match (model(first), model(other)) {
            (Some(one), Some(two)) => {
                one == two
                    || one.might_accept(two)
                    || two.might_accept(one)
                    || [one, two].contains(&&GpuModel::unreported())
            }
            (None, _) | (_, None) => true,
        };
        let moved = first.source == other.source && first.node != other.node;
        !alike || first.mig_profile != other.mig_profile || moved
    })?;
    Some((*first, *other))
}

struct Told<'a> {
    nodes: &'a [(u16, NodeName)],
    models: &'a [GpuModel],
}

impl Told<'_> {
    fn of(&self, record: &Record) -> String {
        let model = self.models.get(usize::from(record.model));
        let node = self.nodes.get(record.node as usize);
        format!(
            "`{}` on node `{}`",
            model.map(ToString::to_string).unwrap_or_default(),
            node.map(|(_, name)| name.to_string()).unwrap_or_default(),
        )
    }

    fn reason(
        &self,
        (own_name, own): (&str, &Record),
        (other_name, other): (&str, &Record),
        count: usize,
    ) -> Reason {
        let more = match count.saturating_sub(1) {
            0 => String::new(),
            1 => " One more device is told of differently.".to_owned(),
            more => format!(" {more} more devices are told of differently."),
        };
        Reason {
            code: "device-reported-differently".into(),
            summary: "A device is reported in two ways".into(),
            asked: format!("Took the GPUs of source `{own_name}`."),
            found: format!(
                "Device `{}` is {} by source `{own_name}`, and {} by source `{other_name}`: which is right is not known, so \
                 that it does not count.{more}",
                unpack_id(own.id_kind, own.id, &[]),
                self.of(own),
                self.of(other),
            ),
            remedy: "Find out which source is wrong; until then leave it out, or name the other one in `sources`.".into(),
        }
    }
}
