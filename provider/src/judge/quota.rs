//! May a pool take what it found? Capacity is not quota: devices that are free may still be more than somebody may use.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use portcullis_capacity::Demand;
use portcullis_model::{
    DeviceKey, DeviceView, Name, NodeName, Quota, QuotaUnit, Reason, Snapshot, Verdict,
};

use crate::placing::{PlacedDevice, Placing};

/// Finds devices for what a pool asks, within what the quotas of their sources leave.
///
/// Where the quotas of one source leave too little, the others are tried, and then other models that the pool accepts.
pub(crate) fn place(
    placing: &mut Placing,
    demand: &Demand,
    released: &[DeviceKey],
) -> Verdict<Vec<PlacedDevice>> {
    let mut tried = demand.clone();
    let mut first: Option<Exceeded> = None;
    loop {
        let placed = match (placing.place(tried.clone(), released), &first) {
            (Verdict::Fits(placed), _) => placed,
            (_, Some(first)) => return first.verdict(placing, demand, &tried),
            (verdict, None) => return verdict,
        };
        let Some(found) = judge(placing, placed.iter().map(|device| &device.key)) else {
            return Verdict::Fits(placed);
        };
        let narrower = found.avoided(&tried, placing.snapshot());
        let first = first.get_or_insert(found);
        match narrower {
            Some(narrower) => tried = narrower,
            None => return first.verdict(placing, demand, &tried),
        }
    }
}

/// Whether all bursts fit at once on what steady replicas leave, within what the quotas of their sources leave beside these.
pub(crate) fn bursts(placing: &Placing) -> Verdict<()> {
    let bursts: Vec<Demand> = placing.bursts().cloned().collect();
    let mut tried = bursts.clone();
    let mut first: Option<Exceeded> = None;
    loop {
        let placed = match (placing.place_bursts(&tried), &first) {
            (Verdict::Fits(placed), _) => placed,
            (_, Some(first)) => return first.verdict_of_bursts(placing, &bursts, &tried),
            (Verdict::Cannot(reason), None) => return Verdict::Cannot(reason),
            (Verdict::Unknown(reason), None) => return Verdict::Unknown(reason),
        };
        let Some(found) = judge(placing, &placed) else {
            return Verdict::Fits(());
        };
        let narrower = tried.iter().map(|burst| {
            let avoided = found.avoided(burst, placing.snapshot());
            avoided.unwrap_or_else(|| burst.clone())
        });
        let narrower: Vec<Demand> = narrower.collect();
        let first = first.get_or_insert(found);
        if narrower == tried {
            return first.verdict_of_bursts(placing, &bursts, &tried);
        }
        tried = narrower;
    }
}

/// A quota under which the devices of a pool do not fit.
#[derive(Debug, Clone)]
struct Exceeded {
    source: Name,
    quota: Quota,
    /// What the pool would take, in the unit of the quota.
    pool: usize,
    /// What everybody takes that the source does not count as used yet, the pool included.
    everybody: usize,
    /// Whether another queue may have what this one lacks.
    perhaps: bool,
}

/// What is wrong with the devices just found for a pool or for bursts, given what the ledger and the pools of this run hold.
fn judge<'a>(
    placing: &Placing,
    placed: impl IntoIterator<Item = &'a DeviceKey>,
) -> Option<Exceeded> {
    let snapshot = placing.snapshot();
    let mut quotas: BTreeMap<&Name, Vec<&Quota>> = BTreeMap::new();
    for (source, quota) in snapshot.quotas() {
        quotas.entry(&source.name).or_default().push(quota);
    }
    if quotas.is_empty() {
        return None;
    }
    let pool = positions(snapshot, placed);
    let mut everybody = positions(snapshot, placing.promised());
    everybody.extend(&pool);
    // What is in use already is counted as used by the source itself.
    everybody.retain(|position| {
        let device = snapshot.device(*position);
        pool.contains(position) || device.is_some_and(|device| !device.in_use())
    });
    quotas.into_iter().find_map(|(source, quotas)| {
        let of_source = |positions: &BTreeSet<usize>| -> Vec<DeviceView<'_>> {
            let devices = positions.iter().filter_map(|at| snapshot.device(*at));
            devices
                .filter(|device| device.source().name == *source)
                .collect()
        };
        let (pool, everybody) = (of_source(&pool), of_source(&everybody));
        if pool.is_empty() {
            return None;
        }
        exceeded(source, &quotas, &pool, &everybody)
    })
}

fn positions<'a>(
    snapshot: &Snapshot,
    keys: impl IntoIterator<Item = &'a DeviceKey>,
) -> BTreeSet<usize> {
    snapshot.positions(keys).into_iter().flatten().collect()
}

/// The first quota of one source that is exceeded: those that bind everybody first, then the queues, of which one has to
/// admit the pool.
fn exceeded(
    source: &Name,
    quotas: &[&Quota],
    pool: &[DeviceView<'_>],
    everybody: &[DeviceView<'_>],
) -> Option<Exceeded> {
    let of = |quota: &Quota, perhaps| Exceeded {
        source: source.clone(),
        quota: quota.clone(),
        pool: counted(quota, pool),
        everybody: counted(quota, everybody),
        perhaps,
    };
    let binding = quotas.iter().filter(|quota| quota.queue().is_none());
    for quota in binding {
        if counted(quota, pool) > 0 && counted(quota, everybody) > left(quota) {
            return Some(of(quota, false));
        }
    }
    let mut queues: BTreeMap<&str, Vec<&Quota>> = BTreeMap::new();
    for quota in quotas {
        if let (Some(queue), true) = (quota.queue(), counted(quota, pool) > 0) {
            queues.entry(queue).or_default().push(quota);
        }
    }
    if queues.is_empty() || queues.values().any(|queue| admits(queue, everybody)) {
        return None;
    }
    // The roomiest of them says best how much is missing.
    let alone = queues.values().any(|queue| admits(queue, pool));
    let roomiest = queues
        .values()
        .flatten()
        .max_by_key(|quota| (quota.left(), std::cmp::Reverse(&quota.name)))?;
    Some(of(roomiest, alone))
}

fn admits(queue: &[&Quota], devices: &[DeviceView<'_>]) -> bool {
    queue
        .iter()
        .all(|quota| counted(quota, devices) <= left(quota))
}

fn left(quota: &Quota) -> usize {
    usize::try_from(quota.left()).unwrap_or(usize::MAX)
}

/// How much of a quota these devices are.
fn counted(quota: &Quota, devices: &[DeviceView<'_>]) -> usize {
    let covered = devices.iter().filter(|device| quota.covers(device.model()));
    match quota.unit {
        QuotaUnit::Devices => covered.count(),
        QuotaUnit::Nodes | QuotaUnit::Instances => {
            let nodes: BTreeSet<&NodeName> = covered.map(DeviceView::node).collect();
            nodes.len()
        }
    }
}

impl Exceeded {
    /// The demand without what the quota limits; `None` when nothing else is left to try.
    fn avoided(&self, demand: &Demand, snapshot: &Snapshot) -> Option<Demand> {
        let sources: Vec<Name> = snapshot
            .sources()
            .iter()
            .map(|source| source.name.clone())
            .filter(|name| demand.sources.is_empty() || demand.sources.contains(name))
            .filter(|name| *name != self.source)
            .collect();
        if !sources.is_empty() {
            return Some(Demand {
                sources,
                ..demand.clone()
            });
        }
        let other = demand
            .models
            .iter()
            .filter(|model| !self.quota.covers(model));
        let models: Vec<_> = other.cloned().collect();
        let fewer = !models.is_empty() && models.len() < demand.models.len();
        fewer.then(|| Demand {
            models,
            ..demand.clone()
        })
    }

    /// No, when not one copy of the pool finds its place outside of what the quota limits; else it is not known, because
    /// some copies may go here and others there.
    fn verdict<T>(&self, placing: &Placing, demand: &Demand, outside: &Demand) -> Verdict<T> {
        let one = Demand {
            replicas: 1,
            ..outside.clone()
        };
        let nothing_else = *outside == *demand || !placing.could_hold(&one);
        let asked = format!(
            "Pool `{}` asks for {} of {}.",
            demand.pool,
            plural(demand.replicas, "replica"),
            plural(demand.gpus_per_replica, "GPU"),
        );
        self.answer(nothing_else, asked, "this pool")
    }

    /// The same of all bursts at once: no, when of none of them a copy finds its place outside of what the quota limits.
    fn verdict_of_bursts(
        &self,
        placing: &Placing,
        bursts: &[Demand],
        outside: &[Demand],
    ) -> Verdict<()> {
        let nothing_else = bursts.iter().zip(outside).all(|(burst, outside)| {
            let one = Demand {
                replicas: 1,
                ..outside.clone()
            };
            burst == outside || !placing.could_burst(&one)
        });
        let asking = bursts.iter().map(|burst| {
            format!(
                "pool `{}` asks for {} of {}",
                burst.pool,
                plural(burst.replicas, "more replica"),
                plural(burst.gpus_per_replica, "GPU"),
            )
        });
        let asking: Vec<String> = asking.collect();
        let asked = format!("In bursts, {}.", asking.join(", "));
        self.answer(nothing_else, asked, "all bursts at once")
    }

    fn answer<T>(&self, nothing_else: bool, asked: String, whoever: &str) -> Verdict<T> {
        if nothing_else && !self.perhaps {
            Verdict::Cannot(self.reason(asked, whoever, false))
        } else {
            Verdict::Unknown(self.reason(asked, whoever, true))
        }
    }

    fn reason(&self, asked: String, whoever: &str, perhaps: bool) -> Reason {
        let Self {
            source,
            quota,
            pool,
            everybody,
            ..
        } = self;
        let Quota {
            name,
            unit,
            limit,
            used,
            observed_at,
            ..
        } = quota;
        let mut found = format!(
            "Free devices would do, but quota `{}` of source `{source}` allows {limit} {unit}, of which {used} were used at \
             {}; {whoever} would take {pool}",
            name.escape_debug(),
            observed_at.strftime("%F %T UTC"),
        );
        if everybody > pool {
            let others = if whoever == "this pool" {
                "other pools"
            } else {
                "pools"
            };
            // Writing to a text cannot fail.
            let _ = write!(
                found,
                ", and {} more are promised to {others}",
                everybody - pool
            );
        }
        found.push('.');
        if perhaps {
            found.push_str(
                " Whether a part of it fits within the quota and the rest elsewhere depends on what the platform admits.",
            );
        }
        let (code, summary) = match perhaps {
            false => ("quota-exceeded", "Quota allows fewer GPUs"),
            true => ("quota-undecided", "Quota may allow fewer GPUs"),
        };
        Reason {
            code: code.to_owned(),
            summary: summary.to_owned(),
            asked,
            found,
            remedy: "Raise the quota, ask for less, or name other `sources` or `models`."
                .to_owned(),
        }
    }
}

fn plural(count: u32, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

#[cfg(test)]
mod tests;
