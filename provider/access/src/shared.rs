//! Lists that a changed graph shares with the one that it came from.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::access::Fact;
use crate::nodes::{Node, number};

/// A list whose beginning is shared. Numbers stay what they are: nothing is taken out.
#[derive(Debug, Clone)]
pub(crate) struct Shared<T> {
    base: Arc<Vec<T>>,
    more: Vec<T>,
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self {
            base: Arc::default(),
            more: Vec::new(),
        }
    }
}

impl<T> Shared<T> {
    /// Makes everything in it the shared beginning of those that are cloned from it.
    pub(crate) fn seal(&mut self) {
        if self.base.is_empty() {
            self.base = Arc::new(std::mem::take(&mut self.more));
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.base.len() + self.more.len()
    }

    pub(crate) fn get(&self, position: usize) -> Option<&T> {
        match position.checked_sub(self.base.len()) {
            Some(further) => self.more.get(further),
            None => self.base.get(position),
        }
    }

    /// Its number.
    pub(crate) fn push(&mut self, item: T) -> u32 {
        self.more.push(item);
        number(self.len() - 1)
    }

    /// Those from a position on.
    fn from(&self, first: usize) -> impl Iterator<Item = &T> {
        let further = first.saturating_sub(self.base.len());
        let base = self.base.get(first..).unwrap_or_default();
        base.iter()
            .chain(self.more.get(further..).unwrap_or_default())
    }
}

/// The facts, by number, without those that were taken back.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeptFacts {
    all: Shared<Fact>,
    gone: BTreeSet<u32>,
}

impl KeptFacts {
    pub(crate) fn seal(&mut self) {
        self.all.seal();
    }

    /// One more than the largest number.
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    pub(crate) fn get(&self, fact: u32) -> Option<&Fact> {
        let kept = !self.gone.contains(&fact);
        self.all.get(fact as usize).filter(|_| kept)
    }

    pub(crate) fn push(&mut self, fact: Fact) -> u32 {
        self.all.push(fact)
    }

    /// Takes a fact back.
    pub(crate) fn remove(&mut self, fact: u32) {
        self.gone.insert(fact);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Fact> {
        self.numbered_from(0).map(|(_, fact)| fact)
    }

    /// Those of that number or a larger one, by number.
    pub(crate) fn numbered_from(&self, first: u32) -> impl Iterator<Item = (u32, &Fact)> {
        let all = (first..).zip(self.all.from(first as usize));
        all.filter(|(number, _)| self.gone.is_empty() || !self.gone.contains(number))
    }
}

/// How often each node is spoken of: by sources, and by what follows from one fact. What nobody speaks of any more and
/// nothing else needs is no node any more.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mentions {
    base: Arc<Vec<u32>>,
    building: Vec<u32>,
    /// Of those that have changed since.
    now: BTreeMap<Node, u32>,
}

impl Mentions {
    pub(crate) fn seal(&mut self) {
        if self.base.is_empty() {
            self.base = Arc::new(std::mem::take(&mut self.building));
        }
    }

    pub(crate) fn of(&self, node: Node) -> u32 {
        let before = self.base.get(node as usize);
        let known = self.now.get(&node).or(before);
        known.copied().unwrap_or_default()
    }

    pub(crate) fn add(&mut self, node: Node) {
        if !self.base.is_empty() {
            self.now.insert(node, self.of(node).saturating_add(1));
            return;
        }
        let position = node as usize;
        if self.building.len() <= position {
            self.building.resize(position + 1, 0);
        }
        if let Some(count) = self.building.get_mut(position) {
            *count = count.saturating_add(1);
        }
    }

    pub(crate) fn remove(&mut self, node: Node) {
        self.now.insert(node, self.of(node).saturating_sub(1));
    }
}
