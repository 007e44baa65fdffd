//! What a plan found for a pool, noted in the ledger for the apply run to compare with.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use portcullis_ledger::PlanNote;
use portcullis_model::DeviceKey;
use tfplugin::{Diagnostic, Outcome, Stop};

use super::GpuPool;
use crate::configured::Configured;
use crate::judge::fate::{Fallen, Fate};
use crate::lifecycle::{Recorded as _, fingerprint};
use crate::placing::PlacedDevice;
use crate::said::said;

/// Devices that are named when they are not to be had any more; of more, only the number.
const NAMED_MAX: usize = 8;

/// Notes the devices found for a pool, where the provider's `ledger` block asks for notes. Those of confidential connectors
/// are left out: what is found is not held yet. Where nothing is found, the earlier note stays: a refusal is compared with it.
///
/// # Errors
/// When the ledger cannot be written.
pub(super) async fn write(
    pool: &GpuPool,
    found: &[PlacedDevice],
    provider: &Configured,
) -> Outcome {
    let Some(kept) = provider.plan_notes else {
        return Ok(());
    };
    let Some((key, fingerprint)) = name(pool)? else {
        return Ok(());
    };
    let open = |device: &&PlacedDevice| {
        let mut confidential = provider.confidential();
        !confidential.any(|name| *name == device.key.source)
    };
    let devices = found.iter().filter(open);
    let devices: Vec<String> = devices.map(|device| device.key.to_string()).collect();
    if devices.is_empty() {
        return Ok(());
    }
    let noted = provider.ledger.note_plan(&key, &fingerprint, devices, kept);
    Ok(noted.await.map_err(said)?)
}

/// A refusal that also says what became of the devices that an earlier plan of the same configuration noted.
///
/// # Errors
/// When the ledger cannot be read.
pub(super) async fn compared(
    refusal: Diagnostic,
    pool: &GpuPool,
    provider: &Configured,
) -> Outcome<Diagnostic> {
    if provider.plan_notes.is_none() {
        return Ok(refusal);
    }
    let Some((key, fingerprint)) = name(pool)? else {
        return Ok(refusal);
    };
    let note = provider.ledger.plan_note(&key, &fingerprint).await;
    let Some(note) = note.map_err(said)?.filter(|note| !note.devices.is_empty()) else {
        return Ok(refusal);
    };
    let fallen = fallen(&note, pool, provider).await?;
    let (found, remedy) = refusal
        .detail
        .split_once("\n\n")
        .unwrap_or((&refusal.detail, ""));
    let since = told(&note, &fallen, provider);
    let detail = format!("{found}\n\n{since}\n\n{remedy}");
    Ok(Diagnostic { detail, ..refusal })
}

/// The key and the fingerprint under which a pool is noted; `None` while its configuration is not known.
fn name(pool: &GpuPool) -> Outcome<Option<(String, String)>> {
    match (pool.key(), fingerprint(pool)) {
        (Ok(key), Ok(fingerprint)) => Ok(Some((key, fingerprint))),
        (Err(Stop::Failed(failed)), _) | (_, Err(Stop::Failed(failed))) => {
            Err(Stop::Failed(failed))
        }
        _ => Ok(None),
    }
}

/// The noted devices that are not to be had any more.
async fn fallen(note: &PlanNote, pool: &GpuPool, provider: &Configured) -> Outcome<Vec<Fallen>> {
    let reservations = provider.ledger.reservations().await.map_err(said)?;
    let held: BTreeMap<&str, _> = reservations
        .iter()
        .filter(|held| !held.expired && held.pool != note.pool)
        .map(|held| (held.device.key.as_str(), held))
        .collect();
    let keys = note.devices.iter().map(|key| key.parse().map_err(said));
    let keys: Vec<DeviceKey> = keys.collect::<Result<_, _>>()?;
    let snapshot = provider.snapshot().await;
    // What was found was free: whoever uses it now came after.
    let fates = Fate::of(&keys, &pool.demand()?, &snapshot, |_| false);
    let fallen = keys.iter().zip(fates).filter_map(|(key, fate)| {
        let text = key.to_string();
        let (fate, seen) = match (held.get(text.as_str()), fate) {
            (Some(held), _) => (Fate::in_ledger(Some(held)), None),
            (None, Some((fate, seen))) => (fate, Some(seen)),
            (None, None) => return None,
        };
        Some(Fallen {
            key: text,
            node: key.node.to_string(),
            fate,
            seen,
        })
    });
    Ok(fallen.collect())
}

fn told(note: &PlanNote, fallen: &[Fallen], provider: &Configured) -> String {
    let at = note.at.strftime("%F %T UTC");
    let of = count(note.devices.len());
    if fallen.is_empty() {
        return format!(
            "The plan of {at} had found {of}, which are as they were: what competes with the pool has changed."
        );
    }
    let mut text = format!(
        "The plan of {at} had found {of}, of which {} not to be had any more:",
        match fallen.len() {
            1 => "1 is".to_owned(),
            many => format!("{many} are"),
        }
    );
    let now = provider.clock.now();
    for one in fallen.iter().take(NAMED_MAX) {
        // Writing to a text cannot fail.
        let _ = write!(text, "\n  {}", one.said(now));
    }
    if let Some(more) = fallen.len().checked_sub(NAMED_MAX).filter(|more| *more > 0) {
        let _ = write!(text, "\n  and {more} more");
    }
    text
}

fn count(gpus: usize) -> String {
    match gpus {
        1 => "1 GPU".to_owned(),
        gpus => format!("{gpus} GPUs"),
    }
}
