//! What was asked, in words.

use std::fmt::{Display, Write as _};

use portcullis_model::{HealthPolicy, Ttl};

use super::unit::Unit;
use super::{NAMED_MAX, plural};
use crate::Demand;
use crate::demand::Together;

/// What some pools ask for, and how much that is together.
pub(super) fn asked(members: &[&Demand]) -> String {
    let mut text = members
        .iter()
        .take(NAMED_MAX)
        .map(|demand| asked_by(demand))
        .collect::<Vec<_>>()
        .join(" ");
    if members.len() > NAMED_MAX {
        let more = members.get(NAMED_MAX..).unwrap_or_default();
        let more_gpus = more.iter().map(|demand| demand.gpus()).sum();
        let _ = write!(
            text,
            " {} more pools of this plan ask for {}.",
            more.len(),
            Unit::of(members).count(more_gpus)
        );
    }
    if members.len() > 1 {
        let all = members.iter().map(|demand| demand.gpus()).sum();
        let _ = write!(
            text,
            " Together they ask for {}.",
            Unit::of(members).count(all)
        );
    }
    text
}

fn asked_by(demand: &Demand) -> String {
    let Demand {
        pool,
        models,
        mig_profile,
        replicas,
        gpus_per_replica,
        ..
    } = demand;
    let replicas = u64::from(*replicas);
    let mut text = if demand.burst {
        let more = plural(replicas, "more replica");
        format!("In a burst, pool `{pool}` asks for {more}")
    } else {
        format!("Pool `{pool}` asks for {}", plural(replicas, "replica"))
    };
    let each = Unit::of(&[demand]).count(u64::from(*gpus_per_replica));
    let _ = write!(text, " of {each}");
    if let Some(profile) = mig_profile {
        let _ = write!(text, " `{profile}`");
    }
    if demand.to_make().is_some() {
        text.push_str(" (there or to be made)");
    }
    text.push_str(match (demand.together(), gpus_per_replica) {
        (Together::Node, 2..) => " on one node each: ",
        (Together::Fabric, 2..) => " in one NVLink domain each: ",
        _ => ": ",
    });
    match models.as_slice() {
        [] => text.push_str("any model"),
        models => text.push_str(&one_of(models)),
    }
    text.push_str(&of_devices(demand));
    text.push_str(&of_places(demand));
    let _ = write!(text, ", grade `{}` or better", demand.minimum_grade);
    if !demand.sources.is_empty() {
        let _ = write!(text, ", from {}", one_of(&demand.sources));
    }
    if let Some(freshness) = demand.freshness {
        let seconds = u64::try_from(freshness.max_age.as_secs()).unwrap_or(0);
        let age = Ttl::from_seconds(seconds).map_or_else(|| "0s".to_owned(), |age| age.to_string());
        let _ = write!(text, ", seen at most {age} ago");
    }
    text.push('.');
    text
}

/// What each device must be.
fn of_devices(demand: &Demand) -> String {
    let mut text = String::new();
    if let Some(memory) = demand.memory_mib_min {
        let _ = write!(text, ", at least {memory} MiB");
    }
    if let Some(driver) = demand.driver_min {
        let _ = write!(text, ", driver `{driver}` or newer");
    }
    if let Some(cuda) = demand.cuda_min {
        let _ = write!(text, ", CUDA `{cuda}` or newer");
    }
    match demand.health {
        HealthPolicy::Usable => {}
        HealthPolicy::Healthy => text.push_str(", known to be healthy"),
        HealthPolicy::Degraded => text.push_str(", healthy or degraded"),
    }
    if let Some(price) = demand.price_max {
        let _ = write!(text, ", at most `{price}` for a GPU-hour");
    }
    text
}

/// Where they must be, and what must be beside them.
fn of_places(demand: &Demand) -> String {
    let mut text = String::new();
    if !demand.regions.is_empty() {
        let _ = write!(text, ", in region {}", one_of(&demand.regions));
    }
    if !demand.zones.is_empty() {
        let _ = write!(text, ", in zone {}", one_of(&demand.zones));
    }
    if let Some(spread) = &demand.spread {
        let zones = plural(u64::from(spread.zones_min), "zone");
        let _ = write!(text, ", spread over {zones}");
    }
    if let Some(cpu) = demand.beside.cpu_milli {
        let _ = write!(text, ", {cpu} thousandths of a CPU beside each replica");
    }
    if let Some(memory) = demand.beside.memory_mib {
        let _ = write!(text, ", {memory} MiB of node memory beside each replica");
    }
    text
}

fn one_of<T: Display>(words: &[T]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    words.join(" or ")
}
