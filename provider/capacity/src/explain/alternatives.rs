//! What would fit instead.

use portcullis_model::Grade;

use super::unit::Unit;
use super::{NAMED_MAX, Question};
use crate::Demand;
use crate::fits::solve;
use crate::fleet::Match;

/// Changes to the demand under which the whole plan would fit, the most trusted supply first.
pub(super) fn ways(question: &Question<'_>, demand: &Demand) -> Vec<String> {
    let Question { fleet, .. } = question;
    let snapshot = fleet.snapshot();
    let others = snapshot
        .models()
        .iter()
        .filter(|model| !demand.models.iter().any(|own| own.accepts(model)));
    let models = others.filter(|_| !demand.models.is_empty()).map(|model| {
        let with = Demand {
            models: vec![model.clone()],
            ..demand.clone()
        };
        (with, format!("accept `{model}` in `models`"))
    });
    let sources = snapshot
        .sources()
        .iter()
        .filter(|source| !demand.takes_from(&source.name))
        .map(|source| {
            let with = Demand {
                sources: vec![source.name.clone()],
                ..demand.clone()
            };
            (with, format!("take from `{}` in `sources`", source.name))
        });
    // A larger instance does what a smaller one does; a whole device would waste the rest of it.
    let larger = snapshot.mig_profiles().iter().filter(|profile| {
        demand.mig_profile.is_some_and(|own| {
            **profile != own
                && profile.slices() >= own.slices()
                && profile.memory_gb() >= own.memory_gb()
        })
    });
    let profiles = larger.map(|profile| {
        let with = Demand {
            mig_profile: Some(*profile),
            ..demand.clone()
        };
        (with, format!("use `{profile}` in `mig_profile`"))
    });
    let mut ways: Vec<_> = models
        .chain(sources)
        .chain(profiles)
        .filter(|(with, _)| would_fit(question, demand, with))
        .map(|(with, way)| {
            let (grade, free) = supply(question, &with);
            (
                std::cmp::Reverse((grade, free)),
                format!("{way} ({} free)", Unit::of(&[demand]).count(free)),
            )
        })
        .collect();
    ways.sort();
    ways.truncate(NAMED_MAX);
    ways.into_iter().map(|(_, way)| way).collect()
}

fn would_fit(question: &Question<'_>, demand: &Demand, with: &Demand) -> bool {
    let demands: Vec<&Demand> = question
        .demands
        .iter()
        .map(|other| if *other == demand { with } else { *other })
        .collect();
    let answer = solve(question.fleet, &demands, Match::Yes);
    answer.short.is_empty() && answer.gave_up.is_empty()
}

fn supply(question: &Question<'_>, with: &Demand) -> (Option<Grade>, u64) {
    let fleet = question.fleet;
    let kinds = fleet
        .kinds
        .iter()
        .filter(|kind| fleet.match_of(with, kind) == Match::Yes);
    kinds.fold((None, 0), |(grade, free), kind| {
        (grade.max(Some(kind.grade)), free + kind.free)
    })
}
