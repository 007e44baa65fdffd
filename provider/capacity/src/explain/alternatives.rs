//! What would fit instead.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use portcullis_model::{Grade, Location, Offer, Price, Site, SourceState, visible};

use super::unit::Unit;
use super::{NAMED_MAX, Question};
use crate::fits::solve_there;
use crate::matching::Match;
use crate::want::Reading;
use crate::{Demand, Spread, Together};

/// Asking for more zones than this is mended by asking for much less.
const ZONES_TRIED_MAX: u32 = 64;

/// Changes to the demand under which the whole plan would fit: the most trusted supply first, then the cheapest, then the
/// most.
pub(super) fn ways(question: &Question<'_>, demand: &Demand) -> Vec<String> {
    let candidates = [
        models(question, demand),
        sources(question, demand),
        locations(question, demand),
        profiles(question, demand),
    ];
    let mut ways: Vec<_> = candidates
        .into_iter()
        .flatten()
        .filter(|(with, _)| would_fit(question, demand, with))
        .map(|(with, way)| {
            let Supplied { grade, free, price } = supplied(question, &with);
            let count = Unit::of(&[demand]).count(free);
            let text = match price {
                Some(price) => format!("{way} ({count} free, from `{price}` for a GPU-hour)"),
                None => format!("{way} ({count} free)"),
            };
            (
                (Reverse(grade), price.is_none(), price, Reverse(free)),
                text,
            )
        })
        .collect();
    ways.sort();
    ways.truncate(NAMED_MAX);
    ways.into_iter().map(|(_, way)| way).collect()
}

type Ways = Vec<(Demand, String)>;

fn models(question: &Question<'_>, demand: &Demand) -> Ways {
    let models = question.fleet.snapshot().models().iter();
    let others = models.filter(|model| !demand.models.iter().any(|own| own.accepts(model)));
    let others = others.filter(|_| !demand.models.is_empty()).map(|model| {
        let with = Demand {
            models: vec![model.clone()],
            ..demand.clone()
        };
        (with, format!("accept `{model}` in `models`"))
    });
    others.collect()
}

fn sources(question: &Question<'_>, demand: &Demand) -> Ways {
    let sources = question.fleet.snapshot().sources().iter();
    let others = sources.filter(|source| !demand.takes_from(&source.name));
    let others = others.map(|source| {
        let with = Demand {
            sources: vec![source.name.clone()],
            ..demand.clone()
        };
        (with, format!("take from `{}` in `sources`", source.name))
    });
    others.collect()
}

/// Other regions and zones, and fewer zones to spread over.
fn locations(question: &Question<'_>, demand: &Demand) -> Ways {
    let sites = question.fleet.snapshot().sites();
    let told = |of: fn(&Site) -> Option<&Location>, own: &[Location]| {
        let told: BTreeSet<&Location> = sites.iter().filter_map(of).collect();
        let others = told
            .into_iter()
            .filter(|one| !own.is_empty() && !own.contains(one));
        others.cloned().collect::<Vec<_>>()
    };
    let regions = told(|site| site.region.as_ref(), &demand.regions);
    let regions = regions.into_iter().map(|region| {
        let way = format!("take from `{region}` in `regions`");
        let with = Demand {
            regions: vec![region],
            ..demand.clone()
        };
        (with, way)
    });
    let zones = told(|site| site.zone.as_ref(), &demand.zones);
    let zones = zones.into_iter().map(|zone| {
        let way = format!("take from `{zone}` in `zones`");
        let with = Demand {
            zones: vec![zone],
            ..demand.clone()
        };
        (with, way)
    });
    let mut fewer = demand.spread.iter().flat_map(|spread| {
        let lower = (1..spread.zones_min.min(ZONES_TRIED_MAX)).rev();
        lower.map(|zones_min| {
            let spread = Spread {
                zones_min,
                kept: spread.kept.clone(),
            };
            let with = Demand {
                spread: Some(spread),
                ..demand.clone()
            };
            (with, format!("lower `zones_min` to {zones_min}"))
        })
    });
    let fewer = fewer.find(|(with, _)| would_fit(question, demand, with));
    regions.chain(zones).chain(fewer).collect()
}

/// A larger instance does what a smaller one does; a whole device would waste the rest of it.
fn profiles(question: &Question<'_>, demand: &Demand) -> Ways {
    let profiles = question.fleet.snapshot().mig_profiles().iter();
    let larger = profiles.filter(|profile| {
        demand.mig_profile.is_some_and(|own| {
            **profile != own
                && profile.slices() >= own.slices()
                && profile.memory_gb() >= own.memory_gb()
        })
    });
    let larger = larger.map(|profile| {
        let with = Demand {
            mig_profile: Some(*profile),
            ..demand.clone()
        };
        (with, format!("use `{profile}` in `mig_profile`"))
    });
    larger.collect()
}

fn would_fit(question: &Question<'_>, demand: &Demand, with: &Demand) -> bool {
    let demands: Vec<&Demand> = question
        .demands
        .iter()
        .map(|other| if *other == demand { with } else { *other })
        .collect();
    let answer = solve_there(question.fleet, &demands, Reading::Told);
    answer.fits()
}

/// Most offers that a text names.
const OFFERS_MAX: usize = 3;

/// What sources offer and do not count as devices: it has to be had first. The most trusted first, then the cheapest.
pub(super) fn offers(question: &Question<'_>, demand: &Demand) -> Vec<String> {
    let one_of = |accepted: &[Location], told: Option<&str>| {
        accepted.is_empty()
            || told.is_some_and(|told| accepted.iter().any(|one| one.as_str() == told))
    };
    let offers = question.fleet.snapshot().offers();
    let mut offers: Vec<(&SourceState, &Offer)> = offers
        .filter(|(_, offer)| {
            let model = demand.models.is_empty()
                || demand
                    .models
                    .iter()
                    .any(|model| model.accepts(&offer.model));
            let close = demand.together() != Together::Node
                || offer.gpus_per_node >= demand.gpus_per_replica;
            let price = demand.price_max.is_none_or(|most| {
                let price = offer.price.and_then(|price| price.at_most(most));
                price == Some(true)
            });
            let enough = offer
                .gpus_available()
                .is_none_or(|gpus| gpus >= demand.gpus());
            model
                && close
                && price
                && enough
                && demand.mig_profile.is_none()
                && one_of(&demand.regions, offer.label("region"))
                && one_of(&demand.zones, offer.label("zone"))
        })
        .collect();
    offers.sort_by_key(|(source, offer)| (offer.rank(), &source.name, &offer.name));
    offers.truncate(OFFERS_MAX);
    offers.into_iter().map(offered).collect()
}

fn offered((source, offer): (&SourceState, &Offer)) -> String {
    let mut facts = Vec::new();
    match offer.gpus_available() {
        Some(gpus) => facts.push(Unit::Gpu.count(gpus)),
        None => facts.push("number not told".to_owned()),
    }
    facts.push(format!("grade `{}`", offer.grade));
    let place = offer.label("zone").or_else(|| offer.label("region"));
    facts.extend(place.map(|place| format!("in `{}`", visible(place, 60))));
    facts.extend(offer.price.map(|price| format!("`{price}` for a GPU-hour")));
    format!(
        "get `{}` of `{}`, which source `{}` offers ({})",
        visible(&offer.name, 60),
        offer.model,
        source.name,
        facts.join(", ")
    )
}

/// What there is for a demand: the best grade, how many are free, and the lowest price that is told.
struct Supplied {
    grade: Option<Grade>,
    free: u64,
    price: Option<Price>,
}

fn supplied(question: &Question<'_>, with: &Demand) -> Supplied {
    let fleet = question.fleet;
    let kinds = fleet.kinds.iter();
    let matching = kinds.filter(|kind| kind.free > 0 && fleet.match_of(with, kind) == Match::Yes);
    let nothing = Supplied {
        grade: None,
        free: 0,
        price: None,
    };
    matching.fold(nothing, |all, kind| {
        let price = fleet.site_of(kind).and_then(|site| site.price);
        Supplied {
            grade: all.grade.max(Some(kind.grade)),
            free: all.free + kind.free,
            price: match (all.price, price) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (told, None) | (None, told) => told,
            },
        }
    })
}
