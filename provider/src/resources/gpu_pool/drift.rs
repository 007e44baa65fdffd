//! What became of the devices that a pool holds.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::Timestamp;
use portcullis_ledger::Reservation;
use portcullis_model::{DeviceKey, Snapshot};
use tfplugin::{Diagnostic, Outcome, Path};

use super::{Change, GpuPool};
use crate::configured::Configured;
use crate::judge::fate::{Fallen, Fate};
use crate::lifecycle::Choice;
use crate::promised::Promised;
use crate::said::said;

/// Devices that are named when they will not do any more; of more, only the number.
const NAMED_MAX: usize = 8;

/// The devices of a pool that are not what was reserved any more, by the replica that they serve.
#[derive(Debug, Default)]
pub(super) struct Drift {
    fallen: Vec<(u32, Fallen)>,
    /// Since when the pool holds devices, as far as the ledger has them for it.
    since: Option<Timestamp>,
}

/// What a plan does about it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Consequence {
    /// The replicas get other devices.
    Moves,
    /// Nothing else fits, and the pool's policy lets it be.
    Stays,
    /// Nothing else fits, and the plan is refused.
    Refuses,
}

impl Drift {
    /// Looks at what the pool was to keep, and takes out of it the replicas of which a device will not do any more.
    ///
    /// # Errors
    /// When the ledger holds what this version does not understand. Deferred while what the pool asks for is unknown.
    pub(super) async fn of(
        prior: Option<&GpuPool>,
        planned: &GpuPool,
        change: &mut Change,
        provider: &Configured,
    ) -> Outcome<Self> {
        let promised = provider.promised().await?;
        let mut drift = Self::default();
        let Some(prior) = prior.filter(|_| change.is_same_shape()) else {
            return Ok(drift);
        };
        let key = prior.name.get()?.to_string();
        let held = promised.held_by(&key);
        drift.since = held.iter().map(|one| one.since).max();
        drift.fallen = missed(prior, held, &promised)?;
        drift.fallen.retain(|(replica, _)| change.wants(*replica));
        let users = planned.used_by.get()?.cloned();
        let snapshot = provider.snapshot().await;
        drift
            .fallen
            .extend(fallen(planned, change, users.as_deref(), &snapshot)?);
        for (_, fallen) in &mut drift.fallen {
            let mut confidential = provider.confidential();
            if let Some(seen) = &fallen.seen
                && confidential.any(|name| *name == seen.source)
            {
                *fallen = fallen.clone().hidden();
            }
        }
        let replicas: BTreeSet<u32> = drift.fallen.iter().map(|(replica, _)| *replica).collect();
        change.move_away(&replicas)?;
        Ok(drift)
    }

    pub(super) fn is_nothing(&self) -> bool {
        self.fallen.is_empty()
    }

    /// What changed, and what the plan does about it.
    pub(super) fn told(&self, pool: &str, does: Consequence, now: Timestamp) -> Diagnostic {
        let since = self.since.map_or_else(String::new, |since| {
            format!(" at {}", since.strftime("%F %T UTC"))
        });
        let mut detail =
            format!("Pool `{pool}` holds GPUs that are not what was reserved{since}:\n");
        for (replica, fallen) in self.fallen.iter().take(NAMED_MAX) {
            // Writing to a text cannot fail.
            let _ = writeln!(detail, "  replica {replica}: {}", fallen.said(now));
        }
        if let Some(more) = self.fallen.len().checked_sub(NAMED_MAX + 1) {
            let _ = writeln!(detail, "  and {} more", more + 1);
        }
        let replicas: BTreeSet<u32> = self.fallen.iter().map(|(replica, _)| *replica).collect();
        let (what, them) = match replicas.len() {
            1 => ("One replica", "it"),
            _ => ("These replicas", "them"),
        };
        let does = match does {
            Consequence::Moves => format!(
                "{what} will move: apply reserves other GPUs for {them} and gives these back. Start what runs there anew on \
                 the GPUs that `placements` then names. To keep these, mend them and plan again."
            ),
            Consequence::Stays => format!(
                "Nothing else fits, as the other warning says, so the pool stays as it is. Mend these GPUs, or make room for \
                 {them}: the plan after that moves {them}."
            ),
            Consequence::Refuses => format!(
                "Nothing else fits, as the error says. Mend these GPUs, or make room for {them}; with `on_shortfall = \
                 \"warn\"` the pool stays as it is until then."
            ),
        };
        let _ = write!(detail, "\n{does}\n\npool-drifted");
        Diagnostic::warning("Reserved GPUs changed", detail).at(Path::root().attribute("gpu"))
    }
}

/// What the state has of devices that the ledger has for the pool no more.
fn missed(
    prior: &GpuPool,
    held: &[Reservation],
    promised: &Promised,
) -> Outcome<Vec<(u32, Fallen)>> {
    let Some(placements) = prior.placements.known() else {
        return Ok(Vec::new());
    };
    let held: BTreeSet<&str> = held.iter().map(|one| one.device.key.as_str()).collect();
    let mut missed: BTreeMap<&str, (u32, String)> = BTreeMap::new();
    for placement in placements {
        let (Some(replica), Some(node)) = (placement.replica.get()?, placement.node.get()?) else {
            continue;
        };
        for key in placement.devices.get()?.into_iter().flatten() {
            if !held.contains(key.as_str()) {
                missed.insert(key, (*replica, node.clone()));
            }
        }
    }
    if missed.is_empty() {
        return Ok(Vec::new());
    }
    let all = promised.reservations.values().flatten();
    let holders: BTreeMap<&str, &Reservation> = all
        .filter(|held| !held.expired)
        .map(|held| (held.device.key.as_str(), held))
        .collect();
    let missed = missed.into_iter().map(|(key, (replica, node))| {
        let fallen = Fallen {
            key: key.to_owned(),
            node,
            fate: Fate::in_ledger(holders.get(key).copied()),
            seen: None,
        };
        (replica, fallen)
    });
    Ok(missed.collect())
}

/// What became of the devices that the pool was to keep.
fn fallen(
    planned: &GpuPool,
    change: &Change,
    users: Option<&[String]>,
    snapshot: &Snapshot,
) -> Outcome<Vec<(u32, Fallen)>> {
    let demand = planned.demand()?;
    let keys = change.kept.iter().map(|one| one.key.parse().map_err(said));
    let keys: Vec<DeviceKey> = keys.collect::<Result<_, _>>()?;
    let fates = Fate::of(&keys, &demand, snapshot, |user| may_use(users, user));
    let fallen = change.kept.iter().zip(fates).filter_map(|(choice, fate)| {
        let Choice {
            replica, node, key, ..
        } = choice.clone();
        let (fate, seen) = fate?;
        let seen = Some(seen);
        Some((
            replica,
            Fallen {
                key,
                node,
                fate,
                seen,
            },
        ))
    });
    Ok(fallen.collect())
}

/// Whether a user of a device is one of those that a pool names; anybody is where it names none, and somebody unnamed is
/// nobody in particular.
fn may_use(users: Option<&[String]>, user: Option<&str>) -> bool {
    match (users, user) {
        (None, _) => true,
        (Some(users), None) => !users.is_empty(),
        (Some(users), Some(user)) => users.iter().any(|pattern| is_like(pattern, user)),
    }
}

/// Whether a text is like a pattern in which `*` stands for any text.
fn is_like(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut left) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    // Each part is taken where it comes first: that leaves the most for those after it.
    for part in parts {
        let Some((_, after)) = left.split_once(part) else {
            return false;
        };
        left = after;
    }
    left.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text, like) in [
            ("trainer-0", "trainer-0", true),
            ("trainer-0", "trainer-01", false),
            ("trainer-*", "trainer-0", true),
            ("trainer-*", "x-trainer-0", false),
            ("*", "", true),
            ("*", "anybody", true),
            ("", "anybody", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("a*a", "a", false),
            ("*-0*", "pod-1-0", true),
        ] {
            assert_eq!(is_like(pattern, text), like, "{pattern:?} {text:?}");
        }
    }

    #[test]
    fn an_unnamed_user_is_a_stranger_only_where_nobody_may() {
        let some = ["trainer-*".to_owned()];
        assert!(may_use(None, Some("anybody")) && may_use(None, None));
        assert!(may_use(Some(&some), Some("trainer-1")) && may_use(Some(&some), None));
        assert!(!may_use(Some(&some), Some("miner")));
        assert!(!may_use(Some(&[]), None) && !may_use(Some(&[]), Some("trainer-1")));
    }
}
