//! A device in 48 bytes.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::sites::Sites;
use crate::{DeviceId, Grade, Health, MigMode};

/// A device in 48 bytes: texts are indexes into the snapshot's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) id: [u8; 16],
    pub(super) node: u32,
    /// 0 where the source does not tell.
    pub(super) memory_mib: u32,
    /// Seconds since 1970, until 2106.
    pub(super) observed_at: u32,
    /// Position in the table of sites.
    pub(super) site: u32,
    /// Position in the table of NVLink domains, from 1; 0 for a device that is in none.
    pub(super) fabric: u32,
    pub(super) model: u16,
    pub(super) source: u16,
    /// Position in the table of profiles, from 1; 0 for a whole device.
    pub(super) mig_profile: u16,
    pub(super) id_kind: IdKind,
    pub(super) grade: Grade,
    pub(super) health: Health,
    pub(super) mig_mode: MigMode,
    pub(super) in_use: bool,
}

/// Where a device is among the records: node, kind of id, id.
pub(super) type Place = (u32, IdKind, [u8; 16]);

const _: () = assert!(
    size_of::<Record>() == 48,
    "a device must stay well below 64 bytes"
);

/// In the order of the variants of [`DeviceId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum IdKind {
    Index,
    Uuid,
    Other,
}

impl Record {
    /// What devices are sorted by; node indexes are sorted by source and name already.
    pub(super) fn order(&self) -> (u32, IdKind, &[u8; 16]) {
        (self.node, self.id_kind, &self.id)
    }

    /// What finds it among the records.
    pub(super) fn place(&self) -> Place {
        (self.node, self.id_kind, self.id)
    }

    /// Takes the worse of two reports of one device, so that merging never frees one.
    pub(super) fn absorb(&mut self, other: &Self, sites: &mut Sites) {
        self.site = sites.merge(self.site, other.site);
        self.fabric = match (self.fabric, other.fabric) {
            (0, told) | (told, 0) => told,
            (one, two) if one == two => one,
            _ => 0,
        };
        self.health = self.health.max(other.health);
        self.mig_mode = self.mig_mode.max(other.mig_mode);
        self.in_use |= other.in_use;
        self.memory_mib = match (self.memory_mib, other.memory_mib) {
            (0, known) | (known, 0) => known,
            (one, two) => one.min(two),
        };
    }
}

/// Big-endian numbers, so that bytes sort as the numbers do.
fn number(value: u32) -> [u8; 16] {
    let mut bytes = [0; 16];
    for (byte, source) in bytes.iter_mut().zip(value.to_be_bytes()) {
        *byte = source;
    }
    bytes
}

/// The id as bytes; `None` for a text that is not in the table.
pub(super) fn pack_id(id: &DeviceId, other_ids: &[Arc<str>]) -> Option<(IdKind, [u8; 16])> {
    Some(match id {
        DeviceId::Index(index) => (IdKind::Index, number(*index)),
        DeviceId::Uuid(uuid) => (IdKind::Uuid, *uuid),
        DeviceId::Other(text) => {
            let index = other_ids.binary_search(text).ok()?;
            (IdKind::Other, number(u32::try_from(index).ok()?))
        }
    })
}

pub(super) fn unpack_id(kind: IdKind, id: [u8; 16], other_ids: &[Arc<str>]) -> DeviceId {
    let [a, b, c, d, ..] = id;
    let number = u32::from_be_bytes([a, b, c, d]);
    match kind {
        IdKind::Index => DeviceId::Index(number),
        IdKind::Uuid => DeviceId::Uuid(id),
        IdKind::Other => {
            let text = usize::try_from(number)
                .ok()
                .and_then(|index| other_ids.get(index));
            DeviceId::Other(text.cloned().unwrap_or_else(|| "".into()))
        }
    }
}
