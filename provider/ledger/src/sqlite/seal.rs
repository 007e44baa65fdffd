//! Digests by which a changed byte is noticed that SQLite takes for a value.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::{Device, Event, PlanNote, Publication, Record, Reservation, Units};

/// SHA-256 of the parts in hex; each part goes in behind its length, so that no two lists of parts look alike.
fn digest(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    format!("{:x}", hasher.finalize())
}

pub(super) fn of_record(record: &Record) -> String {
    digest(&[
        record.kind.as_str(),
        &record.key,
        &record.owner,
        &record.fingerprint,
        &record.body.to_string(),
        &record.incarnation.to_string(),
        if record.acknowledged {
            "acknowledged"
        } else {
            ""
        },
        &record.run,
        &record.created_at.to_string(),
        &record.updated_at.to_string(),
    ])
}

/// The owner is the pool's and sealed there. Memory units come behind what ledgers without them were sealed with.
pub(super) fn of_reservation(reservation: &Reservation) -> String {
    let Device {
        key,
        replica,
        node,
        model,
        units,
    } = &reservation.device;
    let mut parts = vec![
        key.clone(),
        reservation.pool.clone(),
        replica.to_string(),
        node.clone(),
        model.clone(),
        reservation.fence.to_string(),
        reservation.since.to_string(),
    ];
    if let Some(Units { gpu, first, count }) = units {
        parts.extend([gpu.clone(), first.to_string(), count.to_string()]);
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    digest(&parts)
}

pub(super) fn of_lease(pool: &str, until: Timestamp) -> String {
    digest(&["lease", pool, &until.to_string()])
}

pub(super) fn of_publication(publication: &Publication) -> String {
    digest(&[
        "published",
        &publication.name,
        &publication.at.to_string(),
        &publication.actor,
        &publication.body,
    ])
}

pub(super) fn of_plan_note(note: &PlanNote, until: &str) -> String {
    digest(&[
        "plan note",
        &note.pool,
        &note.fingerprint,
        &note.at.to_string(),
        until,
        &note.devices.join("\n"),
    ])
}

/// The link of an event in the chain that begins with the id of the ledger.
pub(super) fn of_event(before: &str, event: &Event) -> String {
    digest(&[
        before,
        &event.seq.to_string(),
        &event.at.to_string(),
        &event.author.actor,
        &event.author.run,
        event.action.as_str(),
        event.topic.as_str(),
        &event.key,
        &event.detail.to_string(),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cannot_flow_into_each_other() {
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
        assert_ne!(digest(&["a"]), digest(&["a", ""]));
    }

    /// Another digest here means that every existing ledger would be refused as damaged.
    #[test]
    fn the_digest_is_the_one_that_ledgers_were_written_with() {
        // sha256 of 0000000000000001 "a" 0000000000000002 "bc"
        assert_eq!(
            digest(&["a", "bc"]),
            "3fafa1cf2f19a7c1129beb20cf0983f73a489a221fc0dd2f16d1be292d089205"
        );
    }
}
