//! `OpenBao` and Vault: what is left of one permission beside all others that the same token has.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::access::{Content, Text};
use crate::acl::{Acl, filled};
use crate::derive::{Derivation, Pattern};
use crate::nodes::{Node, Scope};

/// A name that no policy mentions, so that only wildcards match it.
const FRESH: &str = "\u{1}";
/// Longest tails that are tried for a `*`, in segments.
const TAIL_MAX: usize = 16;

/// Every rule of the policies of one source.
#[derive(Debug, Default)]
pub(super) struct Policies {
    /// Capability and path of each rule, by policy.
    rules: BTreeMap<Node, Vec<(Text, Text)>>,
    /// Paths before which every path of a namespace stands: that of the first namespace, and `team/` and so on.
    namespaces: Vec<Box<str>>,
    /// Policies held together, as last asked: those of one token are asked about many times in a row.
    last: RefCell<Option<(Vec<Node>, Rc<Acl>)>>,
}

impl Policies {
    pub(super) fn read(derivation: &Derivation, scope: Scope) -> Self {
        let mut policies = Self::default();
        let access = &derivation.access;
        for fact in access.facts.iter() {
            let origin = access.origins.get(fact.origin as usize);
            if let Content::Permission {
                holder,
                operation,
                object,
            } = fact.content
                && origin.is_some_and(|origin| origin.scope == scope)
            {
                let rules = policies.rules.entry(holder).or_default();
                rules.push((operation, object));
            }
        }
        for denial in derivation.denials.iter().filter(|one| one.scope == scope) {
            let rules = policies.rules.entry(denial.holder).or_default();
            rules.push((denial.operation, denial.object));
        }
        policies.namespaces = derivation
            .namespaces
            .iter()
            .filter(|(said_by, _)| *said_by == scope)
            .map(|(_, path)| path.clone())
            .chain(std::iter::once("".into()))
            .collect();
        policies
    }

    /// Whether a path of the source may be one of those that `need` names, in any namespace.
    pub(super) fn is_about(&self, path: &str, need: &str) -> bool {
        let path = filled(path);
        let mut needs = self.needs(need);
        needs.any(|need| Pattern(&need).overlaps(&path))
    }

    fn needs(&self, need: &str) -> impl Iterator<Item = String> {
        let namespaces = self.namespaces.iter();
        let paths: Vec<&str> = paths(need).collect();
        namespaces.flat_map(move |namespace| {
            let paths = paths.clone().into_iter();
            paths.map(move |path| format!("{namespace}{path}"))
        })
    }

    /// Whether the rule on `path`, among all that are held together, gives `capability` on some path that `need` names.
    pub(super) fn is_effective(&self, capability: &str, path: &str, need: &str, acl: &Acl) -> bool {
        if path.contains("{{") {
            return true;
        }
        let depth = acl.depth().saturating_add(1).min(TAIL_MAX);
        let mut asked = self
            .needs(need)
            .flat_map(|need| samples(path, &need, depth));
        asked.any(|path| acl.allows(capability, &path))
    }

    /// Everything that the policies among `held` say together.
    pub(super) fn acl(&self, held: &BTreeSet<Node>, derivation: &Derivation) -> Rc<Acl> {
        let policies = held.iter().filter(|node| self.rules.contains_key(node));
        let policies: Vec<Node> = policies.copied().collect();
        if let Some((of, acl)) = &*self.last.borrow()
            && *of == policies
        {
            return Rc::clone(acl);
        }
        let texts = &derivation.access.texts;
        let rules = policies.iter().filter_map(|policy| self.rules.get(policy));
        let rules = rules.flatten();
        let acl =
            Rc::new(Acl::of(rules.map(|(capability, path)| {
                (texts.get(*capability), texts.get(*path))
            })));
        self.last.replace(Some((policies, Rc::clone(&acl))));
        acl
    }
}

/// The verbs of a need.
pub(super) fn verbs(need: &str) -> impl Iterator<Item = &str> {
    let verbs = need.split_once(' ').map_or("", |(verbs, _)| verbs);
    verbs.split('|')
}

/// The paths of a need.
fn paths(need: &str) -> impl Iterator<Item = &str> {
    let paths = need.split_once(' ').map_or("", |(_, paths)| paths);
    paths.split('|')
}

/// Paths that match both patterns and are as little as possible what any third one names: a wildcard becomes a name that
/// is nowhere else, and the end of a prefix as many of them as `depth`.
fn samples(one: &str, other: &str, depth: usize) -> Vec<String> {
    let (one, other) = (Path::parse(one), Path::parse(other));
    let mut shared: Vec<String> = Vec::new();
    let mut at = 0;
    loop {
        let (a, b) = (one.part(at), other.part(at));
        let part = match (a, b) {
            (Part::End, Part::End) => return vec![shared.join("/")],
            (Part::End, _) | (_, Part::End) => return Vec::new(),
            (Part::Open(a), Part::Open(b)) => match longer(a, b) {
                Some(longer) => return tails(&shared, longer, depth),
                None => return Vec::new(),
            },
            (Part::Open(prefix), _) => return rest(&shared, prefix, &other, at, depth),
            (_, Part::Open(prefix)) => return rest(&shared, prefix, &one, at, depth),
            (Part::Any, Part::Any) => FRESH.to_owned(),
            (Part::Any, Part::Exact(text)) | (Part::Exact(text), Part::Any) => text.to_owned(),
            (Part::Exact(a), Part::Exact(b)) if a == b => a.to_owned(),
            (Part::Exact(_), Part::Exact(_)) => return Vec::new(),
        };
        shared.push(part);
        at += 1;
    }
}

/// What `path` goes on with from `at`, where a prefix matches all that begins as it does.
fn rest(
    shared: &[String],
    prefix: &str,
    path: &Path<'_>,
    mut at: usize,
    depth: usize,
) -> Vec<String> {
    let mut shared = shared.to_vec();
    match path.part(at) {
        Part::Exact(text) if text.starts_with(prefix) => shared.push(text.to_owned()),
        Part::Any => shared.push(format!("{prefix}{FRESH}")),
        _ => return Vec::new(),
    }
    loop {
        at += 1;
        match path.part(at) {
            Part::End => return vec![shared.join("/")],
            Part::Any => shared.push(FRESH.to_owned()),
            Part::Exact(text) => shared.push(text.to_owned()),
            Part::Open(prefix) => return tails(&shared, prefix, depth),
        }
    }
}

fn tails(shared: &[String], prefix: &str, depth: usize) -> Vec<String> {
    let mut path = shared.to_vec();
    path.push(prefix.to_owned());
    let mut path = path.join("/");
    let mut paths = vec![path.clone()];
    for length in 0..depth {
        if length > 0 {
            path.push('/');
        }
        path.push_str(FRESH);
        paths.push(path.clone());
    }
    paths
}

fn longer<'t>(one: &'t str, other: &'t str) -> Option<&'t str> {
    match (one.starts_with(other), other.starts_with(one)) {
        (true, _) => Some(one),
        (_, true) => Some(other),
        _ => None,
    }
}

/// A path of a rule, segment by segment.
struct Path<'p> {
    parts: Vec<&'p str>,
    is_prefix: bool,
}

enum Part<'p> {
    Exact(&'p str),
    Any,
    /// The last one of a prefix: whatever begins so, and all after it.
    Open(&'p str),
    End,
}

impl<'p> Path<'p> {
    fn parse(path: &'p str) -> Self {
        let text = path.strip_suffix('*').unwrap_or(path);
        Self {
            parts: text.split('/').collect(),
            is_prefix: text.len() < path.len(),
        }
    }

    fn part(&self, at: usize) -> Part<'p> {
        let is_last = at + 1 == self.parts.len();
        match self.parts.get(at) {
            None => Part::End,
            Some(text) if is_last && self.is_prefix => Part::Open(text),
            Some(&"+") => Part::Any,
            Some(text) => Part::Exact(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FRESH, samples};

    #[test]
    fn samples_match_both_patterns() {
        let named = |path: &str| path.replace('F', FRESH);
        for (one, other, expected) in [
            (
                "sys/policies/acl/*",
                "sys/policies/acl/*",
                vec!["sys/policies/acl/", "sys/policies/acl/F"],
            ),
            (
                "auth/jwt/*",
                "auth/+/role/*",
                vec!["auth/jwt/role/", "auth/jwt/role/F"],
            ),
            ("auth/+/role/ci", "auth/+/role/*", vec!["auth/F/role/ci"]),
            ("sys/*", "sys/policy/x", vec!["sys/policy/x"]),
            ("+/+/create", "auth/token/create", vec!["auth/token/create"]),
            ("aut*", "auth/token/create", vec!["auth/token/create"]),
            (
                "auth/token/create",
                "auth/token/create",
                vec!["auth/token/create"],
            ),
            ("auth/token", "auth/token/create", vec![]),
            ("sys/mounts/*", "sys/policy/*", vec![]),
        ] {
            let expected: Vec<String> = expected.into_iter().map(named).collect();
            assert_eq!(samples(one, other, 1), expected, "{one} and {other}");
            assert_eq!(samples(other, one, 1), expected, "{other} and {one}");
        }
    }
}
