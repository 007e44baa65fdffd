//! A snapshot as bytes, for the next run to start from.
//!
//! Numbers are little-endian. After a list of tables in JSON come the nodes and the devices, which are most of the bytes:
//! neighbours that are alike in everything but id and use stand in one group of at most 64.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::index::{NodeIndex, NodeNames};
use super::record::{IdKind, Place, Record};
use super::{Snapshot, SourceState};
use crate::{
    Fabric, GpuModel, Grade, Health, MigMode, MigProfile, NodeName, NodeRoom, Offer, PartOf, Quota,
    Site,
};

/// The most devices of one group: one bit for each says whether it is in use.
const GROUP_MAX: usize = 64;
/// The fewest bytes that a device takes.
const DEVICE_MIN: usize = 4;
/// The bytes of a node beside its name.
const NODE_MIN: usize = 19;

/// Why bytes are not a snapshot.
#[derive(Debug, PartialEq, Eq)]
pub struct NotPacked;

impl std::error::Error for NotPacked {}

impl std::fmt::Display for NotPacked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the bytes are not those of a snapshot")
    }
}

struct Nodes {
    nodes: Vec<(u16, NodeName)>,
    names: NodeNames,
    /// What each has free; nothing where no source tells it of any.
    rooms: Vec<NodeRoom>,
}

struct Devices {
    records: Vec<Record>,
    /// A node, and how many records of it follow one another.
    runs: Vec<(u32, u32)>,
}

/// Everything but nodes and devices.
#[derive(Serialize, Deserialize)]
struct Tables {
    sources: Vec<SourceState>,
    has_rooms: bool,
    sites: Vec<Site>,
    fabrics: Vec<Fabric>,
    models: Vec<GpuModel>,
    mig_profiles: Vec<MigProfile>,
    other_ids: Vec<Arc<str>>,
    holders: Vec<(Place, Arc<str>)>,
    parts: Vec<(Place, PartOf)>,
    offers: Vec<(u16, Offer)>,
    quotas: Vec<(u16, Quota)>,
    duplicates: usize,
}

impl Snapshot {
    /// The snapshot as bytes, to be read by [`Snapshot::unpack`] of the same version of this program.
    ///
    /// # Errors
    /// None in practice: everything in it is text or numbers, and fewer than 4 billion of each.
    pub fn pack(&self) -> Result<Vec<u8>, NotPacked> {
        let tables = Tables {
            sources: self.sources.clone(),
            has_rooms: !self.rooms.is_empty(),
            sites: self.sites.clone(),
            fabrics: self.fabrics.clone(),
            models: self.models.clone(),
            mig_profiles: self.mig_profiles.clone(),
            other_ids: self.other_ids.clone(),
            holders: self.holders.clone(),
            parts: self.parts.clone(),
            offers: self.offers.clone(),
            quotas: self.quotas.clone(),
            duplicates: self.duplicates,
        };
        let tables = serde_json::to_vec(&tables).map_err(|_| NotPacked)?;
        let mut out = Vec::with_capacity(tables.len() + self.records.len() * 22);
        put_length(&mut out, tables.len())?;
        out.extend_from_slice(&tables);
        let mut nodes = Vec::with_capacity(self.nodes.len() * 32);
        for (position, (source, node)) in self.nodes.iter().enumerate() {
            let room = self.rooms.get(position).copied().unwrap_or_default();
            nodes.extend_from_slice(&source.to_le_bytes());
            nodes.extend_from_slice(&told(room.cpu_milli).to_le_bytes());
            nodes.extend_from_slice(&told(room.memory_mib).to_le_bytes());
            let name = node.as_str().as_bytes();
            nodes.push(u8::try_from(name.len()).map_err(|_| NotPacked)?);
            nodes.extend_from_slice(name);
        }
        put_length(&mut out, self.nodes.len())?;
        put_length(&mut out, nodes.len())?;
        out.extend_from_slice(&nodes);
        put_length(&mut out, self.records.len())?;
        let alike = |one: &Record, other: &Record| template(one) == template(other);
        let groups = self.records.chunk_by(alike);
        for group in groups.flat_map(|run| run.chunks(GROUP_MAX)) {
            put_group(&mut out, group);
        }
        Ok(out)
    }

    /// Reads what [`Snapshot::pack`] wrote.
    ///
    /// # Errors
    /// When the bytes are others. Whatever they are, what is read can be looked at; that it is what was written is for a
    /// checksum to say.
    pub fn unpack(bytes: &[u8]) -> Result<Self, NotPacked> {
        Reader(bytes).snapshot().ok_or(NotPacked)
    }
}

/// 0 for what is not told.
fn told(number: Option<u32>) -> u64 {
    number.map_or(0, |number| u64::from(number) + 1)
}

fn put_length(out: &mut Vec<u8>, length: usize) -> Result<(), NotPacked> {
    let length = u32::try_from(length).map_err(|_| NotPacked)?;
    out.extend_from_slice(&length.to_le_bytes());
    Ok(())
}

/// What the devices of a group have in common.
fn template(record: &Record) -> Record {
    Record {
        id: [0; 16],
        in_use: false,
        ..*record
    }
}

fn put_group(out: &mut Vec<u8>, group: &[Record]) {
    let Some(first) = group.first() else { return };
    let used = (0..).zip(group).filter(|(_, record)| record.in_use);
    let used = used.fold(0_u64, |used, (bit, _)| used | (1 << bit));
    for number in [
        first.node,
        first.memory_mib,
        first.observed_at,
        first.site,
        first.fabric,
    ] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    for number in [first.model, first.source, first.mig_profile] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    out.extend_from_slice(&[
        first.id_kind as u8,
        first.grade as u8,
        first.health as u8,
        first.mig_mode as u8,
        u8::try_from(group.len()).unwrap_or(u8::MAX),
    ]);
    out.extend_from_slice(&used.to_le_bytes());
    for record in group {
        let bytes = if record.id_kind == IdKind::Uuid {
            16
        } else {
            4
        };
        out.extend(record.id.iter().take(bytes));
    }
}

/// What is left to read. Every answer is `None` when the bytes end early or make no sense.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    fn slice(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(head)
    }

    fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn short(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    fn number(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn long(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// How many follow, which is refused where there are not bytes enough for them.
    fn length(&mut self, each: usize) -> Option<usize> {
        let length = usize::try_from(self.number()?).ok()?;
        (length <= self.0.len() / each).then_some(length)
    }

    fn snapshot(&mut self) -> Option<Snapshot> {
        let tables = self.length(1)?;
        let tables: Tables = serde_json::from_slice(self.slice(tables)?).ok()?;
        let (count, bytes) = (self.number()? as usize, self.length(1)?);
        if bytes / NODE_MIN < count {
            return None;
        }
        let mut names = Reader(self.slice(bytes)?);
        // Names and devices are most of the work, and neither waits for the other.
        let (nodes, devices) = std::thread::scope(|scope| {
            let nodes = scope.spawn(|| names.nodes(count, tables.has_rooms));
            let devices = self.devices(&tables, count);
            (nodes.join().ok().flatten(), devices)
        });
        let (nodes, devices) = (nodes?, devices?);
        let known = |source: u16| usize::from(source) < tables.sources.len();
        let offered = tables.offers.iter().map(|(source, _)| *source);
        let limited = tables.quotas.iter().map(|(source, _)| *source);
        if !self.0.is_empty() || !offered.chain(limited).all(known) {
            return None;
        }
        Some(Snapshot {
            sources: tables.sources,
            index: NodeIndex::new(nodes.names, devices.runs.into_iter()),
            nodes: nodes.nodes,
            rooms: nodes.rooms,
            sites: tables.sites,
            fabrics: tables.fabrics,
            models: tables.models,
            mig_profiles: tables.mig_profiles,
            other_ids: tables.other_ids,
            records: devices.records,
            holders: tables.holders,
            parts: tables.parts,
            offers: tables.offers,
            quotas: tables.quotas,
            duplicates: tables.duplicates,
        })
    }

    fn nodes(&mut self, count: usize, has_rooms: bool) -> Option<Nodes> {
        let mut nodes = Vec::with_capacity(count);
        let mut rooms = Vec::with_capacity(if has_rooms { count } else { 0 });
        for _ in 0..count {
            let source = self.short()?;
            let room = NodeRoom {
                cpu_milli: self.told()?,
                memory_mib: self.told()?,
            };
            let name = usize::from(self.byte()?);
            let name = std::str::from_utf8(self.slice(name)?).ok()?;
            nodes.push((source, name.parse().ok()?));
            if has_rooms {
                rooms.push(room);
            }
        }
        let names = NodeNames::new(&nodes);
        self.0.is_empty().then_some(Nodes {
            nodes,
            names,
            rooms,
        })
    }

    fn told(&mut self) -> Option<Option<u32>> {
        match self.long()?.checked_sub(1) {
            None => Some(None),
            Some(number) => Some(Some(u32::try_from(number).ok()?)),
        }
    }

    fn devices(&mut self, tables: &Tables, nodes: usize) -> Option<Devices> {
        let length = self.length(DEVICE_MIN)?;
        let mut records = Vec::with_capacity(length);
        let mut runs = Vec::with_capacity(nodes);
        while records.len() < length {
            let template = self.template(tables, nodes)?;
            let count = self.byte()?;
            let used = self.long()?;
            if count == 0 || usize::from(count) > GROUP_MAX.min(length - records.len()) {
                return None;
            }
            runs.push((template.node, u32::from(count)));
            let with = |(bit, id)| Record {
                id,
                in_use: used >> bit & 1 == 1,
                ..template
            };
            let bits = 0_u32..u32::from(count);
            if template.id_kind == IdKind::Uuid {
                let (ids, _) = self.slice(usize::from(count) * 16)?.as_chunks();
                records.extend(bits.zip(ids.iter().copied()).map(with));
                continue;
            }
            let (ids, _) = self.slice(usize::from(count) * 4)?.as_chunks();
            let others = tables.other_ids.len();
            let is_other = |id: &[u8; 4]| (u32::from_be_bytes(*id) as usize) < others;
            if template.id_kind == IdKind::Other && !ids.iter().all(is_other) {
                return None;
            }
            let ids = ids.iter().map(|[a, b, c, d]| {
                let mut id = [0; 16];
                (id[0], id[1], id[2], id[3]) = (*a, *b, *c, *d);
                id
            });
            records.extend(bits.zip(ids).map(with));
        }
        Some(Devices { records, runs })
    }

    /// What the devices of a group have in common; every position in it is one of the tables'.
    fn template(&mut self, tables: &Tables, nodes: usize) -> Option<Record> {
        let node = self.number()?;
        let memory_mib = self.number()?;
        let observed_at = self.number()?;
        let site = self.number()?;
        let fabric = self.number()?;
        let model = self.short()?;
        let source = self.short()?;
        let mig_profile = self.short()?;
        let id_kind = match self.byte()? {
            0 => IdKind::Index,
            1 => IdKind::Uuid,
            2 => IdKind::Other,
            _ => return None,
        };
        let known = (node as usize) < nodes
            && (site as usize) < tables.sites.len()
            && fabric as usize <= tables.fabrics.len()
            && usize::from(model) < tables.models.len()
            && usize::from(source) < tables.sources.len()
            && usize::from(mig_profile) <= tables.mig_profiles.len();
        if !known {
            return None;
        }
        Some(Record {
            id: [0; 16],
            node,
            memory_mib,
            observed_at,
            site,
            fabric,
            model,
            source,
            mig_profile,
            id_kind,
            grade: *Grade::ALL.get(usize::from(self.byte()?))?,
            health: *Health::ALL.get(usize::from(self.byte()?))?,
            mig_mode: *MigMode::ALL.get(usize::from(self.byte()?))?,
            in_use: false,
        })
    }
}
