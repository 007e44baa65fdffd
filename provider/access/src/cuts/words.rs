//! Changes in the words of whoever makes them.

use std::collections::BTreeSet;

use portcullis_model::visible;

use crate::access::Content;
use crate::cuts::Together;
use crate::graph::{Because, Edge, How};
use crate::question::Question;
use crate::route::facts;
use crate::{Platform, Relation};

/// Longest text of a source that a change repeats, in characters.
const SHOWN_CHARS: usize = 200;

/// The changes each of which takes an edge away, in words; none for what cannot be changed.
pub(super) fn changes(edge: &Edge, question: &Question<'_>, together: Together) -> Vec<String> {
    let (from, to) = (question.shown(edge.from), question.shown(edge.to));
    match (edge.because, edge.how) {
        (Because::Configuration | Because::Ledger, _) => {
            vec![format!("take `{from}` out of `{to}`")]
        }
        // What a platform issues to its own accounts, it cannot be told not to.
        (_, How::Issued) => Vec::new(),
        (Because::Granted(position), _) => (question.grants.get(position as usize))
            .map(|granted| format!("end the grant `{}`", granted.name))
            .into_iter()
            .collect(),
        (Because::Fact(_) | Because::Facts(_), _) => {
            let facts = facts(edge, question.access);
            let looked_at = match together {
                Together::Leading => facts.get(..1).unwrap_or_default(),
                Together::Each => facts,
            };
            let changes = looked_at.iter().filter_map(|fact| change(*fact, question));
            let changes: BTreeSet<String> = changes.collect();
            changes.into_iter().collect()
        }
        (Because::Built, How::Rule(..)) => {
            vec![format!("take the cloud identity `{to}` off `{from}`")]
        }
        (Because::Built, How::Includes) if to.starts_with("sa:") && from.contains(" in ") => {
            vec![format!("move `{to}` to a namespace of its own")]
        }
        (Because::Built, How::Implied) if from.starts_with("sa:") && is_group_of_namespace(&to) => {
            vec![format!("move `{from}` to a namespace of its own")]
        }
        (Because::Built, _) => Vec::new(),
    }
}

/// Whether it is the group of the accounts of one namespace.
fn is_group_of_namespace(group: &str) -> bool {
    group.contains("/system:serviceaccounts:")
}

/// The change that takes a fact away.
pub(super) fn change(fact: u32, question: &Question<'_>) -> Option<String> {
    let access = question.access;
    let fact = access.facts.get(fact)?;
    let origin = access.origins.get(fact.origin as usize)?;
    let text = |text| visible(access.texts.get(text), SHOWN_CHARS);
    let granted_by = text(fact.granted_by);
    // Two clusters may have bindings of one name.
    let is_alone = access
        .origins
        .iter()
        .all(|other| other.source == origin.source);
    let whose = if is_alone {
        String::new()
    } else {
        format!(" of connector {}", origin.source)
    };
    Some(match fact.content {
        // That a denial does not apply is nothing that is taken away.
        Content::Denial { .. } => return None,
        Content::Permission {
            holder, operation, ..
        } if granted_by.is_empty() => {
            format!(
                "take `{}` from `{}`",
                text(operation),
                question.shown(holder)
            )
        }
        Content::Permission { operation, .. } => {
            format!("take `{}` out of {granted_by}{whose}", text(operation))
        }
        Content::Edge { from, to, relation } => {
            let (from, to) = (question.shown(from), question.shown(to));
            let is_binding = origin.platform == Platform::Kubernetes && !granted_by.is_empty();
            match relation {
                Relation::MemberOf if is_binding => {
                    format!("remove the {granted_by}{whose}")
                }
                Relation::MemberOf => format!("take `{from}` out of `{to}`"),
                Relation::RunsAs => format!("run `{from}` as another identity than `{to}`"),
                _ => format!("end that `{from}` {} `{to}`", relation.as_str()),
            }
        }
    })
}
