//! The verdict on one split.

use std::collections::BTreeSet;

use portcullis_model::{Reason, Subject, Verdict};

use crate::side::Side;
use crate::{Crossing, Facts, Split};

/// Why a split holds: how many subjects were looked at on each side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// Subjects that may deploy, groups and their members all counted.
    pub deploy: usize,
    /// Subjects that may act as the workload, counted likewise.
    pub runtime: usize,
}

/// Whether the two sides of a split are apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Separation {
    /// Nobody is on both sides, and every group is known.
    Holds(Proof),
    /// Somebody is on both sides, whatever else is unknown.
    Crossed(Crossing),
    /// Nobody known is on both sides, and nobody described these groups.
    Undecided(BTreeSet<Subject>),
}

/// Whether no subject is on both sides of `split`, as far as `facts` tell.
///
/// Groups themselves cross too: one group on both sides is a crossing even when it has no known member.
#[must_use]
pub fn separate(split: &Split, facts: Facts<'_>) -> Separation {
    let deploy = Side::reach(&split.deploy, facts);
    let runtime = Side::reach(&split.runtime, facts);
    let crossing: BTreeSet<&Subject> = deploy
        .subjects()
        .filter(|subject| runtime.holding(subject).is_some())
        .chain(
            runtime
                .subjects()
                .filter(|subject| deploy.holding(subject).is_some()),
        )
        .collect();
    // The plainest witness: the shortest paths; people and pipelines before the groups that hold them.
    let witness = crossing.iter().min_by_key(|subject| {
        let length = deploy.path(subject).len() + runtime.path(subject).len();
        (length, matches!(subject, Subject::Group(_)), **subject)
    });
    if let Some(subject) = witness {
        return Separation::Crossed(Crossing {
            deploy: deploy.path(subject),
            runtime: runtime.path(subject),
            others: crossing.len() - 1,
        });
    }
    let undescribed: BTreeSet<Subject> = deploy
        .undescribed
        .union(&runtime.undescribed)
        .cloned()
        .collect();
    if undescribed.is_empty() {
        let (deploy, runtime) = (deploy.subjects().len(), runtime.subjects().len());
        Separation::Holds(Proof { deploy, runtime })
    } else {
        Separation::Undecided(undescribed)
    }
}

impl Separation {
    /// The same, in words for the practitioner who declared the split of `workload`.
    pub fn into_verdict(self, workload: &str) -> Verdict<Proof> {
        match self {
            Self::Holds(proof) => Verdict::Fits(proof),
            Self::Crossed(crossing) => Verdict::Cannot(crossed(&crossing, workload)),
            Self::Undecided(groups) => Verdict::Unknown(undecided(&groups, workload)),
        }
    }
}

fn crossed(crossing: &Crossing, workload: &str) -> Reason {
    let others = match crossing.others {
        0 => String::new(),
        1 => "\n\nOne more subject is on both sides.".to_owned(),
        more => format!("\n\n{more} more subjects are on both sides."),
    };
    Reason {
        code: "deploy-reaches-runtime".to_owned(),
        summary: "Deploy can reach runtime".to_owned(),
        asked: format!(
            "The permission split of `{workload}` asks that no subject both deploys it and acts as it."
        ),
        found: format!("Found one that does:\n\n{crossing}{others}"),
        remedy: format!("Cut one:\n  {}", crossing.cuts().join("\n  ")),
    }
}

fn undecided(groups: &BTreeSet<Subject>, workload: &str) -> Reason {
    let names: Vec<String> = groups.iter().map(|group| format!("`{group}`")).collect();
    Reason {
        code: "separation-unknown".to_owned(),
        summary: "Separation cannot be decided".to_owned(),
        asked: format!(
            "The permission split of `{workload}` asks that no subject both deploys it and acts as it."
        ),
        found: format!(
            "Nobody known does, but neither this configuration, as far as it is planned, nor the ledger \
             says who is in {}.",
            names.join(", ")
        ),
        remedy:
            "Declare the members with a `portcullis_group` and refer to it by its `id`, so that \
                 Terraform plans it first; or set `on_unknown = \"warn\"` in `separation` to go on \
                 without proof."
                .to_owned(),
    }
}
