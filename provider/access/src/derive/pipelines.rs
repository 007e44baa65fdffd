//! Pipelines, their runs, and patterns of them.

use crate::derive::Derivation;
use crate::graph::{Because, How};
use crate::nodes::{EVERYBODY, Node, number};

impl Derivation {
    /// A pipeline named with a selector is a run of its project, which may be declared without one; and a pattern of
    /// pipelines, as trust policies have them, holds for those that match.
    pub(super) fn relate_pipelines(&mut self) {
        for node in 0..number(self.access.nodes.len()) {
            if self.is_pattern(node) {
                self.access.patterns.push(node);
            } else {
                self.relate_to_project(node);
            }
        }
        for node in 0..number(self.access.nodes.len()) {
            self.relate_to_patterns(node);
        }
    }

    /// Whether a node stands for every pipeline that matches it.
    pub(super) fn is_pattern(&self, node: Node) -> bool {
        let name = self.access.nodes.name(node);
        name.is_some_and(|(name, scope)| {
            scope == EVERYBODY && name.starts_with("ci:") && name.contains(['*', '?'])
        })
    }

    pub(super) fn relate_to_project(&mut self, node: Node) {
        let Some((name, EVERYBODY)) = self.access.nodes.name(node) else {
            return;
        };
        let project = project_of(name).map(str::to_owned);
        if let Some(project) = project {
            let project = self.nodes().named(&project, EVERYBODY);
            self.push(node, project, How::RunOf, Because::Built);
        }
    }

    pub(super) fn relate_to_patterns(&mut self, node: Node) {
        let Some((name, EVERYBODY)) = self.access.nodes.name(node) else {
            return;
        };
        if name.starts_with("ci:") && !name.contains(['*', '?']) {
            let matching = self.access.matching_patterns(name);
            for pattern in matching {
                self.push(node, pattern, How::Matches, Because::Built);
            }
        }
    }
}

/// `ci:github:acme/fraud` of `ci:github:acme/fraud:ref:main`.
fn project_of(name: &str) -> Option<&str> {
    let mut colons = name.strip_prefix("ci:")?.match_indices(':');
    let (_, selector) = (colons.next()?, colons.next()?);
    name.get(.."ci:".len() + selector.0)
}
