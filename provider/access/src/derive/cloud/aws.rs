//! AWS: which roles, users and groups a rule leads to.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::Relation;
use crate::access::Content;
use crate::derive::cloud::Cloud;
use crate::derive::cloud::identity::Identity;
use crate::derive::joint::Lead;
use crate::derive::{Derivation, Pattern};
use crate::graph::{Because, How};
use crate::nodes::{Node, Scope};
use crate::rules::Reach;

/// Who may take on which role, by the role's trust policy.
#[derive(Debug, Default)]
pub(super) struct Trust {
    /// Services, accounts and `anyone`, by role. A role without an entry trusts nobody.
    by_role: BTreeMap<Node, BTreeSet<Box<str>>>,
}

impl Trust {
    /// The trust that a source states; whoever the source lists is anyone.
    pub(super) fn read(derivation: &mut Derivation, scope: Scope) -> Self {
        let mut trust = Self::default();
        let nodes = &derivation.access.nodes;
        for fact in derivation.access.facts.iter() {
            if let Content::Edge {
                from,
                to,
                relation: Relation::Assumes,
            } = fact.content
                && let Some((name, _)) = nodes.name(from)
            {
                trust.by_role.entry(to).or_default().insert(name.into());
            }
        }
        if let Some(anyone) = nodes.find("anyone", scope) {
            let listed: Vec<Node> = derivation
                .listed
                .iter()
                .filter(|(said_by, _)| *said_by == scope)
                .map(|(_, node)| *node)
                .collect();
            for node in listed {
                derivation.push(node, anyone, How::Implied, Because::Built);
            }
        }
        trust
    }

    fn trusts(&self, role: Node, is_one: impl Fn(&str) -> bool) -> bool {
        let named = self.by_role.get(&role);
        named.is_some_and(|named| named.iter().any(|name| &**name == "anyone" || is_one(name)))
    }
}

impl Cloud {
    pub(super) fn aws(&self, lead: &Lead<'_>, derivation: &mut Derivation) -> Option<Node> {
        let of_kind = |kind: &'static str| move |one: &Identity| &*one.kind == kind;
        match lead.rule.reach {
            Reach::PassedRole(service) => {
                let trusts = self.is_trusting(service);
                let suffix = format!(" that {service}.amazonaws.com may assume");
                self.matching(lead, derivation, "role", &suffix, trusts)
            }
            Reach::ServiceRole(service) => {
                let trusts = self.is_trusting(service);
                let any = Lead {
                    object: "*",
                    except: Vec::new(),
                    within: Vec::new(),
                    ..*lead
                };
                let suffix = format!(" that {service}.amazonaws.com may assume");
                self.matching(&any, derivation, "role", &suffix, trusts)
            }
            Reach::AssumedRoles => {
                let open = |one: &Identity| {
                    let by_permission = |name: &str| name.starts_with("account:");
                    &*one.kind == "role:" && self.trust.trusts(one.node, by_permission)
                };
                self.matching(
                    lead,
                    derivation,
                    "role",
                    " whose trust leaves it to permissions",
                    open,
                )
            }
            Reach::AwsRoles => self.matching(lead, derivation, "role", "", of_kind("role:")),
            Reach::AwsUsers => self.matching(lead, derivation, "user", "", of_kind("user:")),
            Reach::JoinedGroups => self.matching(lead, derivation, "group", "", of_kind("group:")),
            Reach::OwnUser => self.own(lead, &["user:"], derivation),
            Reach::OwnRole => self.own(lead, &["role:"], derivation),
            Reach::OwnGroup => self.own(lead, &["group:"], derivation),
            _ => None,
        }
    }

    fn is_trusting(&self, service: &str) -> impl Fn(&Identity) -> bool {
        let service = format!("service:{service}.amazonaws.com");
        move |one| &*one.kind == "role:" && self.trust.trusts(one.node, |name| name == service)
    }

    /// Everything, when what the permission is about is the holder, or a group that the holder is in.
    fn own(&self, lead: &Lead<'_>, kinds: &[&str], derivation: &mut Derivation) -> Option<Node> {
        let is_own = |node: &Node| {
            let name = derivation.access.nodes.name(*node);
            kinds.iter().any(|kind| {
                let arn = name.and_then(|(name, _)| name.strip_prefix(kind));
                arn.is_some_and(|arn| {
                    let object = lead.object.replace("${aws:username}", user_of(arn));
                    Pattern(&object).covers(arn)
                        && !lead.except.iter().any(|one| Pattern(one).covers(arn))
                })
            })
        };
        let own = lead.assumed || lead.object == "*" || lead.standing_in.iter().any(is_own);
        own.then(|| self.account(lead.scope, derivation))
    }
}

/// Whether the resource of a permission is of the kind that its action is about.
pub(super) fn is_about(lead: &Lead<'_>) -> bool {
    let action = lead.rule.needs.first().copied().unwrap_or_default();
    let kinds = [
        ("PolicyVersion", "arn:*:policy/*"),
        ("RolePolicy", "arn:*:role/*"),
        ("RolePermissionsBoundary", "arn:*:role/*"),
        ("UserPolicy", "arn:*:user/*"),
    ];
    let kind = kinds.iter().find(|(word, _)| action.ends_with(word));
    kind.is_none_or(|(_, resource)| Pattern(lead.object).overlaps(resource))
}

/// The name of a user, as the policy variable gives it.
fn user_of(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// A resource with its policy variables as wildcards. `None` for a resource that the caller's own name completes: what
/// somebody may do to itself leads to nobody else.
pub(super) fn unfolded(object: &str) -> Option<Cow<'_, str>> {
    if object.contains("${aws:username}") || object.contains("${aws:userid}") {
        return None;
    }
    let mut plain = String::new();
    let mut rest = object;
    while let Some((before, after)) = rest.split_once("${") {
        plain.push_str(before);
        plain.push('*');
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    if plain.is_empty() {
        return Some(Cow::Borrowed(object));
    }
    plain.push_str(rest);
    Some(Cow::Owned(plain))
}
