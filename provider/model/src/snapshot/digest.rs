//! A snapshot's fingerprint.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::Snapshot;

pub(super) fn digest(snapshot: &Snapshot) -> String {
    let mut hash = Sha256::new();
    let mut text = |text: &str| {
        hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(text);
    };
    text("portcullis snapshot 2");
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
    text("other ids");
    snapshot.other_ids.iter().for_each(|id| text(id));
    text("devices");
    for record in &snapshot.records {
        hash.update(record.node.to_le_bytes());
        hash.update(record.id);
        hash.update(record.memory_mib.to_le_bytes());
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
