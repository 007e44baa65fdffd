//! What would fit instead.

use portcullis_model::Grade;

use super::{NAMED_MAX, Question, gpus};
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
    let mut ways: Vec<_> = models
        .chain(sources)
        .filter(|(with, _)| would_fit(question, demand, with))
        .map(|(with, way)| {
            let (grade, free) = supply(question, &with);
            (
                std::cmp::Reverse((grade, free)),
                format!("{way} ({} free)", gpus(free)),
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
