//! Where the credentials of a party live. Names only: no connector tells a value.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use portcullis_model::{Name, Subject, Through, visible};

use crate::graph::How;
use crate::holder::Search;
use crate::nodes::Node;
use crate::question::Question;
use crate::{Facts, Holder, Missing, Relation, Split};

/// Longest kind that is repeated, in characters.
const SHOWN_CHARS: usize = 60;

/// A place where a credential lives. Texts are safe to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Where, `secret:cluster/infer/fraud-token` for example.
    pub location: String,
    /// What it is in its source's word, one of the five kinds of credentials where the source knows; empty when no source
    /// lists it.
    pub kind: String,
    /// The subject that it is for.
    pub of: String,
    /// Whether it is a credential of the subject; otherwise one that the subject may read.
    pub is_own: bool,
    /// The connector that lists it; `None` when none does.
    pub source: Option<Name>,
    /// Who can come to read it, the subject itself left out; the nearest first.
    pub readers: Vec<Holder>,
}

/// Where all of a party's credentials live, as far as is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    /// One entry a place, those of the party's own first.
    pub found: Vec<Credential>,
    /// Why there may be more of them.
    pub missing: Missing,
    /// The connectors whose facts were used, and when each was read.
    pub sources: BTreeMap<Name, Timestamp>,
}

impl Credentials {
    /// Those of `subjects`: what sources list as credentials of theirs, and what they may read by their own grants.
    #[must_use]
    pub fn of(subjects: &BTreeSet<Subject>, facts: Facts<'_>) -> Self {
        let through = Through::all();
        let split = Split::asking(&BTreeSet::new(), subjects, &through);
        let question = Question::new(&split, facts);
        let mut places: BTreeSet<(bool, Node, Node)> = BTreeSet::new();
        for &subject in &question.runtime {
            let own = question.ending_at(subject);
            let own = own.filter(|edge| edge.how == How::CredentialOf);
            places.extend(own.map(|edge| (true, edge.from, subject)));
            let read = read_by(subject, &question);
            let others = read
                .into_iter()
                .filter(|place| !places.contains(&(true, *place, subject)));
            let others: Vec<_> = others.map(|place| (false, place, subject)).collect();
            places.extend(others);
        }
        let mut found: Vec<Credential> = places
            .into_iter()
            .map(|place| credential(place, &question))
            .collect();
        found.sort_by(|one, other| {
            let key = |one: &Credential| (!one.is_own, one.location.clone(), one.of.clone());
            key(one).cmp(&key(other))
        });
        Self {
            found,
            missing: Missing {
                groups: BTreeSet::new(),
                sources: facts.unread.clone(),
            },
            sources: facts.access.sources(),
        }
    }
}

/// What a subject may read by its own groups and roles.
fn read_by(subject: Node, question: &Question<'_>) -> BTreeSet<Node> {
    let holds = |how: How| {
        matches!(how, How::Holds | How::Implied) || how == How::Stated(Relation::MemberOf)
    };
    let mut seen = BTreeSet::from([subject]);
    let (mut open, mut read) = (vec![subject], BTreeSet::new());
    while let Some(node) = open.pop() {
        for edge in question.starting_at(node) {
            match edge.how {
                How::Rule(_, Relation::ReadsSecretOf) | How::Stated(Relation::ReadsSecretOf) => {
                    read.insert(edge.to);
                }
                how if holds(how) && seen.insert(edge.to) => open.push(edge.to),
                _ => {}
            }
        }
    }
    read
}

fn credential((is_own, place, of): (bool, Node, Node), question: &Question<'_>) -> Credential {
    let access = question.access;
    let listed = access.objects.iter().find(|listed| listed.node == place);
    let kind = listed.map(|listed| visible(access.texts.get(listed.kind), SHOWN_CHARS));
    let origin = listed.and_then(|listed| access.origins.get(listed.origin as usize));
    let targets = [place];
    let shown = question.shown(of);
    let mut readers = Search::new(question, &targets).holders();
    readers.retain(|holder| holder.route.start != shown);
    Credential {
        location: question.shown(place),
        kind: kind.unwrap_or_default(),
        of: shown,
        is_own,
        source: origin.map(|origin| origin.source.clone()),
        readers,
    }
}
