//! A subject that can come to be on both sides, as paths to look at.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use portcullis_model::{Name, Reason, Subject};

use crate::missing::asked;
use crate::{Cuts, Evidence, Route};

/// Most cuts that a diagnostic lists.
const CUTS_SHOWN: usize = 12;

/// A subject that can come to be on both sides of a split, with the shortest path to each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crossing {
    /// From the subject to one declared under `deploy`.
    pub deploy: Route,
    /// From the subject to one declared under `runtime`, or to the workload's own identity.
    pub runtime: Route,
    /// Whether checks of one grant at a time pass: the subject may neither read a secret of the identity nor take it on,
    /// and becomes it by deciding what runs.
    pub is_side_door: bool,
    /// Whether it is who acts as the workload that can come to deploy it.
    pub is_reverse: bool,
    /// The smallest sets of changes after which nobody crosses.
    pub cuts: Cuts,
    /// How many further subjects cross.
    pub others: usize,
}

impl Crossing {
    /// Whether a path leads over `subject`.
    #[must_use]
    pub fn involves(&self, subject: &Subject) -> bool {
        let shown = subject.to_string();
        let mut stations = self.deploy.stations().chain(self.runtime.stations());
        stations.any(|station| station == shown)
    }

    /// The same, for the practitioner who declared the split of `workload`.
    pub(crate) fn reason(&self, workload: &str) -> Reason {
        let others = match self.others {
            0 => String::new(),
            1 => "\n\nOne more subject is on both sides.".to_owned(),
            more => format!("\n\n{more} more subjects are on both sides."),
        };
        let direct = if self.is_side_door {
            "\n\nDirect checks pass (read the secret: no, mint the token: no); what runs, and as whom, is the way in."
        } else {
            ""
        };
        let mut read = String::new();
        for line in self.read() {
            read.push_str("\n  ");
            read.push_str(&line);
        }
        if !read.is_empty() {
            read.insert_str(0, "\n\nThis rests on:");
        }
        Reason {
            code: "deploy-reaches-runtime".to_owned(),
            summary: if self.is_reverse {
                "Runtime can reach deploy".to_owned()
            } else {
                "Deploy can reach runtime".to_owned()
            },
            asked: asked(workload),
            found: format!("Found one that does:\n\n{self}{direct}{read}{others}"),
            remedy: self.remedy(),
        }
    }

    /// What connectors read, a line a connector and time.
    fn read(&self) -> Vec<String> {
        let mut by_source: BTreeMap<(&Name, Timestamp), Vec<String>> = BTreeMap::new();
        let hops = self.deploy.hops.iter().chain(&self.runtime.hops);
        let mut seen = BTreeSet::new();
        for evidence in hops.flat_map(|hop| &hop.evidence) {
            let Evidence::Read {
                source,
                at,
                granted_by,
                condition,
                until,
                ..
            } = evidence
            else {
                continue;
            };
            if seen.insert(evidence) {
                let condition = match condition.as_str() {
                    "" => String::new(),
                    condition => format!(" (if `{condition}`, which is taken to hold)"),
                };
                let until = until.map(|end| format!(" (until {end})"));
                by_source.entry((source, *at)).or_default().push(format!(
                    "{granted_by}{condition}{}",
                    until.unwrap_or_default()
                ));
            }
        }
        let granted = self.grants();
        by_source
            .into_iter()
            .map(|((source, at), said)| {
                format!("{}; read from connector {source} at {at}", said.join(", "))
            })
            .chain(granted)
            .collect()
    }

    /// The declared grants that it rests on, a line each.
    fn grants(&self) -> BTreeSet<String> {
        let hops = self.deploy.hops.iter().chain(&self.runtime.hops);
        let evidence = hops.flat_map(|hop| &hop.evidence);
        let lines = evidence.filter_map(|evidence| match evidence {
            Evidence::Granted {
                name,
                until,
                source,
            } => Some(format!(
                "grant {name} (until {until}); declared in {source}"
            )),
            _ => None,
        });
        lines.collect()
    }

    fn remedy(&self) -> String {
        if self.cuts.sets.is_empty() {
            return "No three changes are enough, as far as was looked. Take subjects off one side, or give the workload an \
                    identity that nothing else can become."
                .to_owned();
        }
        let shown = self.cuts.sets.iter().take(CUTS_SHOWN);
        let mut lines: Vec<String> = shown.map(|set| set.join(", and ")).collect();
        match self.cuts.sets.len().saturating_sub(CUTS_SHOWN) {
            0 => {}
            more => lines.push(format!("or one of {more} further sets of changes")),
        }
        let bound = if self.cuts.is_complete {
            ""
        } else {
            "\n\nThere may be further cuts: not all were looked for."
        };
        format!("Cut one:\n  {}{bound}", lines.join("\n  "))
    }
}

/// One indented line a side, which a terminal leaves unwrapped. A path that platforms let a declared subject take is
/// one line, from that subject to the other side.
impl fmt::Display for Crossing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_live = |route: &Route| {
            let mut evidence = route.hops.iter().flat_map(|hop| &hop.evidence);
            evidence
                .any(|evidence| evidence.is_read() || matches!(evidence, Evidence::Granted { .. }))
        };
        match (&self.deploy, &self.runtime) {
            (declared, path) | (path, declared) if declared.hops.is_empty() && is_live(path) => {
                write!(f, "  {path}")
            }
            (deploy, runtime) => write!(
                f,
                "  {deploy} --declared under--> deploy\n  {runtime} --declared under--> runtime"
            ),
        }
    }
}
