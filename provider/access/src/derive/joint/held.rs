//! Permissions that meet what rules need, by their holder.

use std::collections::BTreeMap;

use crate::access::{Content, Text};
use crate::derive::Derivation;
use crate::derive::joint::Dialect;
use crate::nodes::{Node, Scope};

/// A set of needs, by their position among all of a platform.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Needs([u64; 4]);

impl Needs {
    pub(super) fn add(&mut self, position: usize) {
        if let Some(word) = self.0.get_mut(position / 64) {
            *word |= 1 << (position % 64);
        }
    }

    pub(super) fn add_all(&mut self, more: Self) {
        for (word, more) in self.0.iter_mut().zip(more.0) {
            *word |= more;
        }
    }

    pub(super) fn has(self, position: usize) -> bool {
        let word = self.0.get(position / 64).copied().unwrap_or_default();
        word >> (position % 64) & 1 == 1
    }
}

/// A permission that meets some needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    pub(super) at: Node,
    pub(in crate::derive) fact: u32,
    pub(super) operation: Text,
    pub(super) needs: Needs,
    pub(super) object: Text,
    pub(super) granted_by: Text,
}

impl Held {
    /// The platform's own word for what may be done.
    pub(in crate::derive) fn operation<'d>(&self, derivation: &'d Derivation) -> &'d str {
        derivation.access.texts.get(self.operation)
    }

    pub(in crate::derive) fn object(&self, derivation: &Derivation) -> String {
        derivation.access.texts.get(self.object).to_owned()
    }

    /// What decides between permissions that do equally well.
    pub(super) fn order<'d>(&self, derivation: &'d Derivation) -> (&'d str, &'d str) {
        let texts = &derivation.access.texts;
        (texts.get(self.granted_by), texts.get(self.object))
    }
}

/// What each holder of a source holds.
pub(crate) type ByHolder = BTreeMap<Node, Vec<Held>>;

/// What each holder of a source holds of the needs, by facts from that number on.
pub(super) fn held(
    derivation: &Derivation,
    scope: Scope,
    needs: &[&'static str],
    dialect: &dyn Dialect,
    first: u32,
) -> ByHolder {
    let access = &derivation.access;
    let mut known: BTreeMap<(Text, Text), Needs> = BTreeMap::new();
    let mut held = ByHolder::new();
    for (number, fact) in access.facts.numbered_from(first) {
        let Content::Permission {
            holder,
            operation,
            object,
        } = fact.content
        else {
            continue;
        };
        let origin = access.origins.get(fact.origin as usize);
        if origin.is_none_or(|origin| origin.scope != scope) {
            continue;
        }
        let bits = *known.entry((operation, object)).or_insert_with(|| {
            let (operation, object) = (access.texts.get(operation), access.texts.get(object));
            let mut bits = Needs::default();
            for (position, need) in needs.iter().enumerate() {
                if dialect.meets(need, operation, object) {
                    bits.add(position);
                }
            }
            bits
        });
        if bits != Needs::default() {
            held.entry(holder).or_default().push(Held {
                at: holder,
                fact: number,
                needs: bits,
                operation,
                object,
                granted_by: fact.granted_by,
            });
        }
    }
    held
}
