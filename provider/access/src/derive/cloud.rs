//! Clouds, secret stores, code hosts and directories: permissions on resources, by pattern.

mod aws;
mod forbidden;
mod identity;
mod vault;

use std::collections::{BTreeMap, BTreeSet};

use crate::Platform;
use crate::acl;
use crate::derive::joint::{self, Dialect, Held, Lead};
use crate::derive::{Derivation, Pattern};
use crate::graph::{Because, How};
use crate::nodes::{Node, Scope};
use crate::rules::{self, Reach, Rule};

use aws::Trust;
use identity::Identity;
use vault::Policies;

/// One source of a platform whose permissions are about resources.
struct Cloud {
    platform: Platform,
    /// The identities that the source lists, in order of their resources.
    identities: Vec<Identity>,
    /// Who may take on which role.
    trust: Trust,
    /// What policies say together.
    policies: Policies,
    /// Identities whose owner nobody lists.
    orphans: BTreeSet<Node>,
}

pub(super) fn derive(derivation: &mut Derivation) {
    let scopes: BTreeMap<Scope, Platform> = derivation
        .access
        .origins
        .iter()
        .filter(|origin| origin.platform != Platform::Kubernetes)
        .map(|origin| (origin.scope, origin.platform))
        .collect();
    for (scope, platform) in scopes {
        let rules: Vec<(u16, &'static Rule)> = rules::of(platform)
            .filter(|(_, rule)| !rule.needs.is_empty())
            .collect();
        let cloud = Cloud::read(derivation, scope, platform);
        if platform == Platform::Aws {
            forbidden::derive(derivation, scope);
        }
        // Who can put itself into groups holds what they hold, together with what it holds itself.
        let joins = |(_, rule): &(u16, &Rule)| rule.reach == Reach::JoinedGroups;
        let (joining, others): (Vec<_>, Vec<_>) = rules.into_iter().partition(joins);
        for rules in [joining, others] {
            joint::derive(derivation, scope, &rules, &cloud);
        }
    }
}

impl Cloud {
    fn read(derivation: &mut Derivation, scope: Scope, platform: Platform) -> Self {
        let identities = identity::listed(derivation, scope, platform);
        let trust = match platform {
            Platform::Aws => Trust::read(derivation, scope),
            _ => Trust::default(),
        };
        let listed: BTreeSet<Node> = derivation.listed.iter().map(|(_, node)| *node).collect();
        let owned = derivation.access.owners.iter();
        let orphans = owned.filter(|(_, owner)| !listed.contains(owner));
        Self {
            platform,
            identities,
            trust,
            policies: match platform {
                Platform::Vault => Policies::read(derivation, scope),
                _ => Policies::default(),
            },
            orphans: orphans.map(|(subject, _)| *subject).collect(),
        }
    }

    /// The node that stands for everything that the source lists.
    fn account(&self, scope: Scope, derivation: &mut Derivation) -> Node {
        let words = "administrator";
        if let Some(known) = derivation.access.nodes.find_class(words, scope) {
            return known;
        }
        let account = derivation.nodes().class(words, scope);
        for identity in &self.identities {
            derivation.push(account, identity.node, How::Includes, Because::Built);
        }
        derivation.open(account, self.platform, "*");
        account
    }

    /// The node that stands for the identities that a permission is about and that `kind` and `is_one` leave.
    fn matching(
        &self,
        lead: &Lead<'_>,
        derivation: &mut Derivation,
        kind: &str,
        suffix: &str,
        is_one: impl Fn(&Identity) -> bool,
    ) -> Option<Node> {
        let object = acl::filled(&aws::unfolded(lead.object)?);
        let mut words = format!("any {kind} of {object}{suffix}");
        if !lead.except.is_empty() {
            words.push_str(&format!(" except {}", lead.except.join(", ")));
        }
        for within in &lead.within {
            words.push_str(&format!(" within {}", within.join(", ")));
        }
        if let Some(known) = derivation.access.nodes.find_class(&words, lead.scope) {
            return Some(known);
        }
        let class = derivation.nodes().class(&words, lead.scope);
        let covered = |identity: &&Identity| {
            let covers = |pattern: &str| identity.is_covered(pattern, self.platform);
            covers(&object)
                && !lead.except.iter().any(|pattern| covers(pattern))
                && lead
                    .within
                    .iter()
                    .all(|within| within.iter().any(|one| covers(one)))
        };
        let candidates = identity::beginning_with(&self.identities, &object, self.platform);
        let chosen = candidates.iter().filter(covered);
        let chosen: Vec<Node> = chosen
            .filter(|one| is_one(one))
            .map(|one| one.node)
            .collect();
        for node in chosen {
            derivation.push(class, node, How::Includes, Because::Built);
        }
        derivation.open(class, self.platform, &object);
        Some(class)
    }
}

impl Dialect for Cloud {
    fn meets(&self, need: &'static str, operation: &str, object: &str) -> bool {
        match self.platform {
            Platform::Vault => {
                let mut verbs = vault::verbs(need);
                verbs.any(|verb| verb == operation) && self.policies.is_about(object, need)
            }
            _ => need.split('|').any(|need| Pattern(operation).covers(need)),
        }
    }

    fn denies(&self, need: &str, operation: &str) -> bool {
        match self.platform {
            // Denials are rules among others there.
            Platform::Vault => false,
            _ => need.split('|').all(|need| Pattern(operation).covers(need)),
        }
    }

    fn weighs_together(&self) -> bool {
        self.platform == Platform::Vault
    }

    fn taken(
        &self,
        need: &'static str,
        held: &Held,
        standing_in: &BTreeSet<Node>,
        derivation: &Derivation,
    ) -> Option<Vec<String>> {
        if self.platform != Platform::Vault {
            return Some(Vec::new());
        }
        let object = held.object(derivation);
        let capability = held.operation(derivation);
        let acl = self.policies.acl(standing_in, derivation);
        let is_effective = self.policies.is_effective(capability, &object, need, &acl);
        let pattern = acl::filled(&object);
        let covered = identity::beginning_with(&self.identities, &pattern, self.platform);
        let denied = covered.iter().filter(|identity| {
            Pattern(&pattern).covers(&identity.resource)
                && !acl.allows(capability, &identity.resource)
        });
        is_effective.then(|| {
            denied
                .map(|identity| identity.resource.to_string())
                .collect()
        })
    }

    fn leads(&self, lead: &Lead<'_>, derivation: &mut Derivation) -> Option<Node> {
        match lead.rule.reach {
            Reach::Account if self.platform == Platform::Aws && !aws::is_about(lead) => None,
            Reach::Account => Some(self.account(lead.scope, derivation)),
            Reach::Identities => self.matching(lead, derivation, "identity", "", |_| true),
            Reach::Orphans => {
                self.matching(lead, derivation, "identity", " without an owner", |one| {
                    self.orphans.contains(&one.node)
                })
            }
            _ => self.aws(lead, derivation),
        }
    }
}
