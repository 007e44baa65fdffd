//! Permissions that amount to a path only together, in one subject's hands.
//!
//! A subject holds what its groups and roles hold. An edge is put where everything comes together: at the group, when
//! the group alone holds it all, and otherwise at the members that do. So a group of many is one edge, not many.

mod held;
mod membership;
mod source;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::derive::{Denial, Derivation, Doubt, Pattern};
use crate::graph::{Because, How};
use crate::nodes::{Node, Scope};
use crate::rules::Rule;

use held::ByHolder;
pub(crate) use held::Held;
pub(super) use membership::{Closure, Members, is_membership};
pub(crate) use source::Joint;
pub(super) use source::{derive, derive_again, held_from};

/// How many members are looked at one by one. Beyond it a group is taken to hold what any of its members may: too much
/// rather than too little.
const MEMBERS_MAX: usize = 2_000_000;

/// How a platform reads its permissions.
pub(super) trait Dialect {
    /// Whether a permission is, or includes, what a rule needs.
    fn meets(&self, need: &'static str, operation: &str, object: &str) -> bool;

    /// Whether a denial of an operation is one of all that a rule needs.
    fn denies(&self, need: &str, operation: &str) -> bool;

    /// Whether what a subject holds elsewhere can take from what one of its groups or roles gives it.
    fn weighs_together(&self) -> bool {
        false
    }

    /// What the rest of what a subject holds takes from one permission of it; `None` when nothing is left of it that
    /// `need` names.
    fn taken(
        &self,
        _need: &'static str,
        _held: &Held,
        _standing_in: &BTreeSet<Node>,
        _derivation: &Derivation,
    ) -> Option<Vec<String>> {
        Some(Vec::new())
    }

    /// Where a rule leads somebody; `None` when nowhere.
    fn leads(&self, lead: &Lead<'_>, derivation: &mut Derivation) -> Option<Node>;
}

/// Somebody who meets a rule.
#[derive(Debug)]
pub(super) struct Lead<'a> {
    pub(super) rule: &'static Rule,
    pub(super) scope: Scope,
    /// The groups and roles that the holder is in, itself among them.
    pub(super) standing_in: &'a BTreeSet<Node>,
    /// What the leading permission is about.
    pub(super) object: &'a str,
    /// What is denied of it.
    pub(super) except: Vec<String>,
    /// What each boundary leaves of it.
    pub(super) within: Vec<Vec<String>>,
    /// Whether the members were too many to be looked at, so that the holder may be anybody.
    pub(super) assumed: bool,
}

/// A rule whose leading permission somebody holds.
struct Opening {
    number: u16,
    rule: &'static Rule,
    needs: Vec<usize>,
    held: Held,
}

/// A rule with its number and the positions of its needs, the leading one first.
type Numbered = (u16, &'static Rule, Vec<usize>);

/// Everything held on one source.
struct Holdings<'r> {
    scope: Scope,
    /// Each rule of which somebody meets every need.
    rules: Vec<Numbered>,
    dialect: &'r dyn Dialect,
    held: ByHolder,
    denied: BTreeMap<Node, Vec<Denial>>,
    bounds: BTreeMap<Node, Vec<Node>>,
    /// Who is in which group or role.
    members: Members,
}

impl Holdings<'_> {
    /// Puts the edges that follow from what `holder` itself holds: at it, or at those of its members that complete them.
    fn derive(&self, holder: Node, left: &mut usize, derivation: &mut Derivation) {
        let mut open: Vec<Opening> = self.openings(holder);
        if open.is_empty() {
            return;
        }
        let closure = Closure::of(holder, &self.members, &derivation.access);
        let limited = self.is_limited_below(holder, left);
        open.retain(|opening| {
            let edge = self.meet(opening, &closure, derivation);
            match edge {
                Some((to, facts)) if !limited => {
                    derivation.join(holder, to, opening.how(), facts);
                    false
                }
                _ => true,
            }
        });
        if open.is_empty() {
            return;
        }
        let mut seen = BTreeSet::from([holder]);
        let mut queue = VecDeque::from([holder]);
        while let Some(node) = queue.pop_front() {
            for edge in self.members.ending_at(node) {
                let member = edge.from;
                if !seen.insert(member) {
                    continue;
                }
                queue.push_back(member);
                // What stands for many is nobody: who could be one of them comes after it.
                if derivation.access.nodes.name(member).is_some() {
                    self.complete(member, &open, derivation);
                }
                let Some(fewer) = left.checked_sub(1) else {
                    return self.give_up(holder, &open, derivation);
                };
                *left = fewer;
            }
        }
    }

    /// Puts the edges of what a member completes.
    fn complete(&self, member: Node, open: &[Opening], derivation: &mut Derivation) {
        let closure = Closure::of(member, &self.members, &derivation.access);
        for opening in open {
            if let Some((to, facts)) = self.meet(opening, &closure, derivation) {
                derivation.join(member, to, opening.how(), facts);
            }
        }
    }

    /// Too many members to look at: what any of them might do, all of them can.
    fn give_up(&self, holder: Node, open: &[Opening], derivation: &mut Derivation) {
        for opening in open {
            let lead = Lead {
                rule: opening.rule,
                scope: self.scope,
                standing_in: &BTreeSet::new(),
                object: &opening.held.object(derivation),
                except: Vec::new(),
                within: Vec::new(),
                assumed: true,
            };
            if let Some(to) = self.dialect.leads(&lead, derivation) {
                derivation.join(holder, to, opening.how(), vec![opening.held.fact]);
            }
        }
    }

    /// Every rule whose leading permission `holder` itself holds.
    fn openings(&self, holder: Node) -> Vec<Opening> {
        let mut openings = Vec::new();
        for held in self.held.get(&holder).into_iter().flatten() {
            for (number, rule, needs) in &self.rules {
                let leads = needs.first().is_some_and(|need| held.needs.has(*need));
                if leads {
                    openings.push(Opening {
                        number: *number,
                        rule,
                        needs: needs.clone(),
                        held: *held,
                    });
                }
            }
        }
        openings
    }

    /// Whether a denial or a boundary of some member makes it hold less than `holder` gives it.
    fn is_limited_below(&self, holder: Node, left: &mut usize) -> bool {
        if self.dialect.weighs_together() {
            return self.members.ending_at(holder).next().is_some();
        }
        if self.denied.is_empty() && self.bounds.is_empty() {
            return false;
        }
        let mut seen = BTreeSet::from([holder]);
        let mut open = vec![holder];
        while let Some(node) = open.pop() {
            for edge in self.members.ending_at(node) {
                let member = edge.from;
                if self.denied.contains_key(&member) || self.bounds.contains_key(&member) {
                    return true;
                }
                let Some(fewer) = left.checked_sub(1) else {
                    return false;
                };
                *left = fewer;
                if seen.insert(member) {
                    open.push(member);
                }
            }
        }
        false
    }

    /// Where an opening leads whose closure this is, and the facts that it rests on, when the closure completes it.
    fn meet(
        &self,
        opening: &Opening,
        closure: &Closure,
        derivation: &mut Derivation,
    ) -> Option<(Node, Vec<u32>)> {
        let [first, others @ ..] = opening.rule.needs else {
            return None;
        };
        let object = opening.held.object(derivation);
        let mut except = self.except(first, closure, derivation);
        let taken = self
            .dialect
            .taken(first, &opening.held, &closure.standing, derivation)?;
        except.extend(taken);
        if except.iter().any(|denied| Pattern(denied).covers(&object)) {
            return None;
        }
        let within = self.within(*opening.needs.first()?, closure, derivation);
        if !leave(&within, &object) {
            return None;
        }
        let mut asked = vec![(*first, object.clone())];
        let mut facts = vec![opening.held.fact];
        let mut nodes = vec![opening.held.at];
        for (need, position) in others.iter().zip(opening.needs.iter().skip(1)) {
            let companion = self.companion(need, *position, opening, closure, derivation)?;
            facts.push(companion.fact);
            nodes.push(companion.at);
            asked.push((*need, companion.object(derivation)));
        }
        for mut node in nodes {
            while let Some(edge) = closure.from.get(&node) {
                if let Because::Fact(fact) = edge.because {
                    facts.push(fact);
                }
                node = edge.from;
            }
        }
        facts.extend(self.doubts(&asked, closure, derivation));
        let lead = Lead {
            rule: opening.rule,
            scope: self.scope,
            standing_in: &closure.nodes,
            object: &object,
            except,
            within,
            assumed: false,
        };
        let to = self.dialect.leads(&lead, derivation)?;
        Some((to, facts))
    }

    /// The first permission, by its text, that meets a further need of an opening.
    fn companion(
        &self,
        need: &'static str,
        position: usize,
        opening: &Opening,
        closure: &Closure,
        derivation: &Derivation,
    ) -> Option<Held> {
        let except = self.except(need, closure, derivation);
        let within = self.within(position, closure, derivation);
        let lead = opening.held.object(derivation);
        let allowed = |held: &&Held| {
            let object = held.object(derivation);
            held.needs.has(position)
                && leave(&within, &object)
                && !except.iter().any(|denied| Pattern(denied).covers(&object))
                && (!opening.rule.same_object || Pattern(&object).overlaps(&lead))
        };
        let held = closure.nodes.iter().filter_map(|node| self.held.get(node));
        held.flatten()
            .filter(allowed)
            .min_by_key(|held| held.order(derivation))
            .copied()
    }

    /// What of a need is denied to somebody, in order.
    fn except(&self, need: &str, closure: &Closure, derivation: &Derivation) -> Vec<String> {
        let texts = &derivation.access.texts;
        let denials = closure
            .standing
            .iter()
            .filter_map(|node| self.denied.get(node));
        let objects: BTreeSet<&str> = denials
            .flatten()
            .filter(|denial| self.dialect.denies(need, texts.get(denial.operation)))
            .map(|denial| texts.get(denial.object))
            .collect();
        objects.into_iter().map(str::to_owned).collect()
    }

    /// What each boundary leaves of a need to somebody, in order: all of them have to.
    fn within(&self, need: usize, closure: &Closure, derivation: &Derivation) -> Vec<Vec<String>> {
        let bounds = closure
            .standing
            .iter()
            .filter_map(|node| self.bounds.get(node));
        let bounds: BTreeSet<Node> = bounds.flatten().copied().collect();
        let left = bounds.iter().map(|boundary| {
            let held = self.held.get(boundary).into_iter().flatten();
            let held = held.filter(|held| held.needs.has(need));
            let objects: BTreeSet<String> = held.map(|held| held.object(derivation)).collect();
            objects.into_iter().collect()
        });
        let left: BTreeSet<Vec<String>> = left.collect();
        left.into_iter().collect()
    }

    /// The denials that are about what was asked, and may not apply.
    fn doubts(
        &self,
        asked: &[(&'static str, String)],
        closure: &Closure,
        derivation: &Derivation,
    ) -> Vec<u32> {
        let texts = &derivation.access.texts;
        let theirs = derivation.doubts.iter().filter(|doubt| {
            doubt.denial.scope == self.scope && closure.standing.contains(&doubt.denial.holder)
        });
        let about = theirs.filter(|Doubt { denial, .. }| {
            let (operation, object) = (texts.get(denial.operation), texts.get(denial.object));
            asked.iter().any(|(need, asked)| {
                self.dialect.denies(need, operation) && Pattern(object).overlaps(asked)
            })
        });
        about.map(|doubt| doubt.fact).collect()
    }
}

/// Whether each boundary leaves something of what a permission is about.
fn leave(within: &[Vec<String>], object: &str) -> bool {
    let leaves = |one: &Vec<String>| one.iter().any(|one| Pattern(one).overlaps(object));
    within.iter().all(leaves)
}

impl Opening {
    fn how(&self) -> How {
        How::Rule(self.number, self.rule.relation)
    }
}
