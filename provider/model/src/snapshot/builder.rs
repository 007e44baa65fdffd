//! Sources' answers become one snapshot.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::index::{NodeIndex, NodeNames};
use super::record::{self, IdKind, Place, Record};
use super::sites::Sites;
use super::{Snapshot, SourceState, SourceStatus, conflict, twice};
use crate::{
    Device, DeviceId, Fabric, GpuModel, Grade, MigProfile, Name, NodeName, NodeRoom, PartOf,
    Reason, Site, SourceReport, Supply,
};

/// Sources' answers on their way into one [`Snapshot`].
#[derive(Debug, Default)]
pub struct SnapshotBuilder {
    sources: BTreeMap<Name, Answer>,
}

#[derive(Debug)]
struct Answer {
    state: SourceState,
    nodes: Vec<NodeName>,
    rooms: Vec<(NodeName, NodeRoom)>,
    devices: Vec<Device>,
    supply: Supply,
}

impl SnapshotBuilder {
    /// Adds what a source reports; a second report under one name replaces the first.
    #[must_use]
    pub fn report(mut self, name: Name, report: SourceReport) -> Self {
        let SourceReport {
            grade,
            observed_at,
            partial,
            nodes,
            rooms,
            devices,
            supply,
        } = report;
        let status = partial.map_or(SourceStatus::Complete, SourceStatus::Partial);
        let state = SourceState {
            name: name.clone(),
            grade,
            observed_at,
            status,
        };
        self.sources.insert(
            name,
            Answer {
                state,
                nodes,
                rooms,
                devices,
                supply,
            },
        );
        self
    }

    /// Records that a source did not answer: it is never silently empty.
    #[must_use]
    pub fn unavailable(
        mut self,
        name: Name,
        grade: Grade,
        asked_at: Timestamp,
        reason: Reason,
    ) -> Self {
        let status = SourceStatus::Unavailable(reason);
        let state = SourceState {
            name: name.clone(),
            grade,
            observed_at: asked_at,
            status,
        };
        self.sources.insert(
            name,
            Answer {
                state,
                nodes: Vec::new(),
                rooms: Vec::new(),
                devices: Vec::new(),
                supply: Supply::default(),
            },
        );
        self
    }

    /// Packs everything, in an order that does not depend on that of the calls or the reports.
    #[must_use]
    pub fn build(self) -> Snapshot {
        let mut sources = Vec::with_capacity(self.sources.len());
        let mut nodes = Vec::new();
        let mut rooms = Vec::new();
        let mut devices = Vec::new();
        let (mut offers, mut quotas) = (Vec::new(), Vec::new());
        // A configuration with more than 65,535 connectors does not exist; were there one, the rest
        // would be left out of the snapshot and not be miscounted.
        for (index, answer) in (0..=u16::MAX).zip(self.sources.into_values()) {
            sources.push(answer.state);
            nodes.extend(answer.nodes.into_iter().map(|node| (index, node)));
            let of_source = answer.rooms.into_iter();
            rooms.extend(of_source.map(|(node, room)| (index, node, room)));
            devices.extend(answer.devices.into_iter().map(|device| (index, device)));
            let Supply {
                offers: own,
                quotas: allowed,
            } = answer.supply;
            offers.extend(own.into_iter().map(|offer| (index, offer)));
            quotas.extend(allowed.into_iter().map(|quota| (index, quota)));
        }
        by_source(&mut offers, |offer| &offer.name);
        by_source(&mut quotas, |quota| &quota.name);
        let several = sources.len() > 1;
        let mut tables = Tables::new(nodes, &devices);
        let mut records: Vec<Record> = devices
            .iter()
            .filter_map(|(source, device)| tables.pack(*source, device))
            .collect();
        let holders = tables.holders(&devices);
        let parts = tables.parts(&devices);
        drop(devices);
        records.sort_by(before);
        let reported = records.len();
        let sites = &mut tables.sites;
        merge_neighbours(&mut records, sites, |one, two| one.order() == two.order());
        conflict::leave_out(&mut sources, &tables.nodes, &tables.models, &mut records);
        if several {
            merge_uuids(&mut records, sites);
            twice::leave_to_one(&mut sources, &tables.nodes, &mut records);
        }
        let duplicates = reported - records.len();
        let rooms = tables.rooms(rooms);
        let Tables {
            nodes,
            sites,
            fabrics,
            models,
            mig_profiles,
            other_ids,
        } = tables;
        let runs = records.iter().map(|record| (record.node, 1));
        Snapshot {
            sources,
            index: NodeIndex::new(NodeNames::new(&nodes), runs),
            nodes,
            rooms,
            sites: sites.into_all(),
            fabrics,
            models,
            mig_profiles,
            other_ids,
            records,
            holders,
            parts,
            offers,
            quotas,
            duplicates,
        }
    }
}

/// The order of records: of those of one device the best grade comes first.
fn before(one: &Record, two: &Record) -> Ordering {
    one.order()
        .cmp(&two.order())
        .then(two.grade.cmp(&one.grade))
        .then(one.model.cmp(&two.model))
        .then(one.site.cmp(&two.site))
        .then(one.fabric.cmp(&two.fabric))
}

/// Sorts by source, then by name.
fn by_source<T>(told: &mut [(u16, T)], name: impl Fn(&T) -> &String) {
    told.sort_by(|one, two| (one.0, name(&one.1)).cmp(&(two.0, name(&two.1))));
}

/// Every text once, sorted.
struct Tables {
    nodes: Vec<(u16, NodeName)>,
    sites: Sites,
    fabrics: Vec<Fabric>,
    models: Vec<GpuModel>,
    mig_profiles: Vec<MigProfile>,
    other_ids: Vec<Arc<str>>,
}

impl Tables {
    fn new(mut nodes: Vec<(u16, NodeName)>, devices: &[(u16, Device)]) -> Self {
        let mut sites: Vec<Site> = Vec::new();
        let mut fabrics: Vec<Fabric> = Vec::new();
        let mut models: Vec<GpuModel> = Vec::new();
        let mut mig_profiles = Vec::new();
        let mut other_ids = Vec::new();
        for (source, device) in devices {
            // Devices of a node mostly come together: look back before storing.
            if nodes
                .last()
                .is_none_or(|(last, node)| (last, node) != (source, &device.node))
            {
                nodes.push((*source, device.node.clone()));
            }
            if sites.last() != Some(&device.site) {
                sites.push(device.site.clone());
            }
            if device.fabric.is_some() && fabrics.last() != device.fabric.as_ref() {
                fabrics.extend(device.fabric.clone());
            }
            if models.last() != Some(&device.model) {
                models.push(device.model.clone());
            }
            if device.mig_profile.is_some() && mig_profiles.last() != device.mig_profile.as_ref() {
                mig_profiles.extend(device.mig_profile);
            }
            if let DeviceId::Other(text) = &device.id {
                other_ids.push(Arc::clone(text));
            }
        }
        nodes.sort_unstable();
        nodes.dedup();
        fabrics.sort_unstable();
        fabrics.dedup();
        models.sort_unstable();
        models.dedup();
        mig_profiles.sort_unstable();
        mig_profiles.dedup();
        other_ids.sort_unstable();
        other_ids.dedup();
        Self {
            nodes,
            sites: Sites::new(sites),
            fabrics,
            models,
            mig_profiles,
            other_ids,
        }
    }

    /// What each node has free, in the order of the nodes; nothing where no source tells it of any.
    fn rooms(&self, told: Vec<(u16, NodeName, NodeRoom)>) -> Vec<NodeRoom> {
        if told.is_empty() {
            return Vec::new();
        }
        let mut rooms: Vec<NodeRoom> = vec![NodeRoom::default(); self.nodes.len()];
        for (source, node, room) in told {
            let node = self.nodes.binary_search(&(source, node)).ok();
            if let Some(known) = node.and_then(|node| rooms.get_mut(node)) {
                *known = known.least(room);
            }
        }
        rooms
    }

    /// Who uses devices, in the order of the records; of two reports of one device, the first by name counts.
    fn holders(&self, devices: &[(u16, Device)]) -> Vec<(Place, Arc<str>)> {
        let told = devices.iter().filter_map(|(source, device)| {
            let holder = Arc::clone(device.holder.as_ref()?);
            Some((self.pack(*source, device)?.place(), holder))
        });
        let mut holders: Vec<(Place, Arc<str>)> = told.collect();
        holders.sort_unstable();
        holders.dedup_by(|later, first| later.0 == first.0);
        holders
    }

    /// Where GPU instances lie, in the order of the records; of two reports of one instance, the first counts.
    fn parts(&self, devices: &[(u16, Device)]) -> Vec<(Place, PartOf)> {
        let told = devices.iter().filter_map(|(source, device)| {
            let part = device.part_of.clone()?;
            Some((self.pack(*source, device)?.place(), part))
        });
        let mut parts: Vec<(Place, PartOf)> = told.collect();
        parts.sort_unstable();
        parts.dedup_by(|later, first| later.0 == first.0);
        parts
    }

    /// `None` only beyond the numbers that a record can hold: 65,536 models, 65,535 profiles or 4 billion nodes.
    fn pack(&self, source: u16, device: &Device) -> Option<Record> {
        let node = self
            .nodes
            .binary_search_by(|(other, node)| {
                other.cmp(&source).then_with(|| node.cmp(&device.node))
            })
            .ok()?;
        let (id_kind, id) = record::pack_id(&device.id, &self.other_ids)?;
        let mig_profile = match &device.mig_profile {
            None => 0,
            Some(profile) => {
                u16::try_from(self.mig_profiles.binary_search(profile).ok()? + 1).ok()?
            }
        };
        let fabric = match &device.fabric {
            None => 0,
            Some(fabric) => u32::try_from(self.fabrics.binary_search(fabric).ok()? + 1).ok()?,
        };
        Some(Record {
            id,
            site: self.sites.position(&device.site)?,
            fabric,
            node: u32::try_from(node).ok()?,
            memory_mib: device.memory_mib.unwrap_or(0),
            observed_at: u32::try_from(device.observed_at.as_second().max(0)).unwrap_or(u32::MAX),
            model: u16::try_from(self.models.binary_search(&device.model).ok()?).ok()?,
            source,
            mig_profile,
            id_kind,
            grade: device.grade,
            health: device.health,
            mig_mode: device.mig_mode,
            in_use: device.in_use,
        })
    }
}

/// Merges runs of records that are the same device into the first of each run.
fn merge_neighbours(
    records: &mut Vec<Record>,
    sites: &mut Sites,
    same: impl Fn(&Record, &Record) -> bool,
) {
    records.dedup_by(|later, first| {
        let merged = same(later, first);
        if merged {
            first.absorb(later, sites);
        }
        merged
    });
}

/// Counts a device once that several sources report: the best grade stays, with the worst news.
fn merge_uuids(records: &mut Vec<Record>, sites: &mut Sites) {
    let (mut uuids, others): (Vec<Record>, Vec<Record>) = records
        .iter()
        .partition(|record| record.id_kind == IdKind::Uuid);
    uuids.sort_by(|one, two| {
        one.id
            .cmp(&two.id)
            .then(two.grade.cmp(&one.grade))
            .then(one.node.cmp(&two.node))
    });
    merge_neighbours(&mut uuids, sites, |one, two| one.id == two.id);
    uuids.extend(others);
    uuids.sort_by(|one, two| one.order().cmp(&two.order()));
    *records = uuids;
}
