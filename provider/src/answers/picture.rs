//! The paths to a party, as a picture: stations and lines, each once.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_access::{Evidence, Holders, Route};
use portcullis_model::{Reason, Subject, Through};

use super::missing;
use crate::known::Known;
use crate::party::Party;

/// Which side of the split of the party a station is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// It may deploy the party, by declaration or as authority that it has at any time.
    Deploy,
    /// It is the party, or declared to act as it.
    Runtime,
    /// Neither.
    Between,
}

/// Somebody or something that paths lead over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Station {
    /// As a witness shows it.
    pub name: String,
    /// The side that it is on.
    pub side: Side,
}

/// One step of one path or of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The position of the station where it starts.
    pub from: usize,
    /// The position of the station where it leads.
    pub to: usize,
    /// What is done.
    pub does: String,
    /// What says that it can be done, and until when, as a clause; empty for what platforms do by themselves.
    pub rests_on: String,
}

/// One path: from somebody to the party, or to its deploy side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// The whole path, as a witness shows it.
    pub text: String,
    /// The positions of its stations, in order.
    pub stations: Vec<usize>,
    /// The positions of its lines, in order.
    pub lines: Vec<usize>,
}

/// Everything that a picture shows. Texts are safe to print, and say nothing of markup.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picture {
    /// Stations, in the order in which paths first meet them.
    pub stations: Vec<Station>,
    /// Lines.
    pub lines: Vec<Line>,
    /// Paths: those to the party first, the nearest first.
    pub paths: Vec<Drawn>,
    /// How many paths there are that the picture does not show.
    pub left_out: usize,
    /// Why there may be more paths, each as a clause.
    pub missing: Vec<String>,
}

impl Picture {
    /// The shortest path of everybody who can come to act as `party`, and of everybody who may deploy it at any time; at most
    /// `limit` of them. With `from`, those alone that start at one of its subjects.
    ///
    /// # Errors
    /// When nobody declares a workload.
    pub fn of(
        party: &Party,
        from: Option<&Party>,
        through: &BTreeSet<Through>,
        limit: usize,
        known: &Known<'_>,
    ) -> Result<Self, Reason> {
        let mut runtime = party.subjects(known)?;
        let mut deploy = BTreeSet::new();
        let split = party
            .workload(known)
            .and_then(|key| Some((key, known.split(key)?)));
        if let Some((key, declared)) = split {
            let judged = known.judged(key, declared);
            runtime.extend(judged.runtime);
            deploy = judged.deploy;
        }
        let starts: Option<BTreeSet<String>> = match from {
            Some(from) => Some(
                from.subjects(known)?
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
            ),
            None => None,
        };
        let is_meant = |route: &Route| {
            let starts = starts.as_ref();
            starts.is_none_or(|starts| starts.contains(&route.start))
        };
        let acting = Holders::of(&runtime, through, known.facts());
        let deploying = Holders::of(&deploy, through, known.facts());
        let standing = deploying.holders.iter().filter(|holder| holder.is_standing);
        let routes: Vec<&Route> = acting
            .holders
            .iter()
            .chain(standing.clone())
            .map(|holder| &holder.route)
            .filter(|route| is_meant(route))
            .collect();
        let mut picture = Self {
            left_out: routes.len().saturating_sub(limit),
            missing: missing(
                &acting.missing,
                &from.into_iter().chain([party]).collect::<Vec<_>>(),
                known,
            ),
            ..Self::default()
        };
        let mut pen = Pen::new(&mut picture, &deploy, &runtime);
        pen.deploy
            .extend(standing.map(|holder| holder.route.start.clone()));
        for side in [&runtime, &deploy] {
            for subject in side {
                pen.station(&subject.to_string());
            }
        }
        for route in routes.into_iter().take(limit) {
            pen.draw(route);
        }
        Ok(picture)
    }
}

/// What draws: it knows what is there already.
struct Pen<'p> {
    picture: &'p mut Picture,
    stations: BTreeMap<String, usize>,
    lines: BTreeMap<(usize, usize, String), usize>,
    deploy: BTreeSet<String>,
    runtime: BTreeSet<String>,
}

impl<'p> Pen<'p> {
    fn new(
        picture: &'p mut Picture,
        deploy: &BTreeSet<Subject>,
        runtime: &BTreeSet<Subject>,
    ) -> Self {
        let names = |side: &BTreeSet<Subject>| side.iter().map(ToString::to_string).collect();
        Self {
            picture,
            stations: BTreeMap::new(),
            lines: BTreeMap::new(),
            deploy: names(deploy),
            runtime: names(runtime),
        }
    }

    fn station(&mut self, name: &str) -> usize {
        if let Some(&known) = self.stations.get(name) {
            return known;
        }
        let side = match (self.runtime.contains(name), self.deploy.contains(name)) {
            (true, _) => Side::Runtime,
            (false, true) => Side::Deploy,
            (false, false) => Side::Between,
        };
        let position = self.picture.stations.len();
        self.picture.stations.push(Station {
            name: name.to_owned(),
            side,
        });
        self.stations.insert(name.to_owned(), position);
        position
    }

    fn draw(&mut self, route: &Route) {
        let mut here = self.station(&route.start);
        let (mut stations, mut lines) = (vec![here], Vec::new());
        for hop in &route.hops {
            let to = self.station(&hop.to);
            let key = (here, to, hop.does.clone());
            let line = match self.lines.get(&key) {
                Some(&known) => known,
                None => {
                    let position = self.picture.lines.len();
                    let rests_on: Vec<String> = hop.evidence.iter().map(words).collect();
                    self.picture.lines.push(Line {
                        from: here,
                        to,
                        does: hop.does.clone(),
                        rests_on: rests_on.join("; "),
                    });
                    self.lines.insert(key, position);
                    position
                }
            };
            lines.push(line);
            stations.push(to);
            here = to;
        }
        self.picture.paths.push(Drawn {
            text: route.to_string(),
            stations,
            lines,
        });
    }
}

/// What says that a step can be taken, as a clause.
#[must_use]
pub fn words(evidence: &Evidence) -> String {
    match evidence {
        Evidence::Configuration => "this configuration".to_owned(),
        Evidence::Ledger => "the ledger".to_owned(),
        Evidence::Granted {
            name,
            until,
            source,
        } => format!("grant {name} of {source}, until {until}"),
        Evidence::Read {
            source,
            granted_by,
            condition,
            until,
            ..
        } => {
            let mut words = match granted_by.as_str() {
                "" => format!("connector {source}"),
                by => format!("{by} of connector {source}"),
            };
            if !condition.is_empty() {
                words.push_str(&format!(", if {condition}"));
            }
            if let Some(end) = until {
                words.push_str(&format!(", until {end}"));
            }
            words
        }
    }
}
