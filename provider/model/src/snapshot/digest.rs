//! A snapshot's fingerprint.

use std::fmt::{Display, Write as _};

use sha2::{Digest, Sha256};

use super::Snapshot;
use crate::Site;

pub(super) fn digest(snapshot: &Snapshot) -> String {
    let mut hash = Sha256::new();
    let mut text = |text: &str| {
        hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(text);
    };
    text("portcullis snapshot 3");
    for source in &snapshot.sources {
        text(source.name.as_str());
        text(source.grade.as_str());
        text(source.status.as_str());
    }
    text("nodes");
    for (source, node) in &snapshot.nodes {
        text(&source.to_string());
        text(node.as_str());
    }
    text("models");
    snapshot
        .models
        .iter()
        .for_each(|model| text(&model.to_string()));
    text("MIG profiles");
    snapshot
        .mig_profiles
        .iter()
        .for_each(|profile| text(&profile.to_string()));
    sites(snapshot, &mut text);
    text("other ids");
    snapshot.other_ids.iter().for_each(|id| text(id));
    text("devices");
    for record in &snapshot.records {
        hash.update(record.node.to_le_bytes());
        hash.update(record.id);
        hash.update(record.memory_mib.to_le_bytes());
        hash.update(record.site.to_le_bytes());
        hash.update(record.fabric.to_le_bytes());
        hash.update(record.model.to_le_bytes());
        hash.update(record.mig_profile.to_le_bytes());
        hash.update([
            record.id_kind as u8,
            record.grade as u8,
            record.health as u8,
            record.mig_mode as u8,
            u8::from(record.in_use),
        ]);
    }
    hash.finalize()
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            // Writing to a text cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// Where devices run, and what nodes have free beside them.
fn sites(snapshot: &Snapshot, text: &mut impl FnMut(&str)) {
    text("sites");
    for site in &snapshot.sites {
        let Site {
            region,
            zone,
            driver,
            cuda,
            price,
        } = site;
        text(&told(region.as_ref()));
        text(&told(zone.as_ref()));
        text(&told(driver.as_ref()));
        text(&told(cuda.as_ref()));
        text(&told(price.as_ref()));
    }
    text("NVLink domains");
    for fabric in &snapshot.fabrics {
        text(&fabric.to_string());
    }
    text("rooms");
    for room in &snapshot.rooms {
        text(&told(room.cpu_milli.as_ref()));
        text(&told(room.memory_mib.as_ref()));
    }
}

/// What a source tells, or nothing, which no text of a noun is.
fn told(value: Option<&impl Display>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}
