//! A snapshot's fingerprint.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

use sha2::{Digest, Sha256};

use super::Snapshot;
use crate::{Offer, Quota, Site};

pub(super) fn digest(snapshot: &Snapshot) -> String {
    let mut hash = Sha256::new();
    let mut text = |text: &str| {
        hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(text);
    };
    text("portcullis snapshot 5");
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
    supply(snapshot, &mut text);
    holders(snapshot, &mut text);
    parts(snapshot, &mut text);
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

/// What sources offer and allow.
fn supply(snapshot: &Snapshot, text: &mut impl FnMut(&str)) {
    for (source, offer) in &snapshot.offers {
        text("offer");
        text(&source.to_string());
        for part in offer_parts(offer) {
            text(&part);
        }
    }
    for (source, quota) in &snapshot.quotas {
        text("quota");
        text(&source.to_string());
        for part in quota_parts(quota) {
            text(&part);
        }
    }
}

/// Who uses devices.
fn holders(snapshot: &Snapshot, text: &mut impl FnMut(&str)) {
    text("holders");
    for ((node, kind, id), holder) in &snapshot.holders {
        text(&node.to_string());
        text(&(*kind as u8).to_string());
        text(&format!("{id:x?}"));
        text(holder);
    }
}

/// Where GPU instances lie.
fn parts(snapshot: &Snapshot, text: &mut impl FnMut(&str)) {
    text("parts");
    for ((node, kind, id), part) in &snapshot.parts {
        text(&node.to_string());
        text(&(*kind as u8).to_string());
        text(&format!("{id:x?}"));
        text(&part.device.to_string());
        text(&part.start.to_string());
    }
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

/// What an offer says, its time left out.
fn offer_parts(offer: &Offer) -> Vec<String> {
    let mut parts = vec![
        offer.name.clone(),
        offer.model.to_string(),
        offer.gpus_per_node.to_string(),
        number(offer.nodes_available),
        number(offer.nodes_total),
        offer.grade.to_string(),
        offer
            .price
            .map(|price| price.to_string())
            .unwrap_or_default(),
    ];
    parts.extend(labels(&offer.labels));
    parts
}

/// What a quota says, its time left out.
fn quota_parts(quota: &Quota) -> Vec<String> {
    let mut parts = vec![
        quota.name.clone(),
        quota.unit.to_string(),
        quota
            .model
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        quota.limit.to_string(),
        quota.used.to_string(),
    ];
    parts.extend(labels(&quota.labels));
    parts
}

fn number(number: Option<u32>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

fn labels(labels: &BTreeMap<String, String>) -> impl Iterator<Item = String> {
    labels
        .iter()
        .flat_map(|(name, value)| [name.clone(), value.clone()])
}
