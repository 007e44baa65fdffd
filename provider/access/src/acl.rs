//! What policies of `OpenBao` and Vault together allow on a path.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::derive::Pattern;

/// Takes everything away from the path that it is said of.
const DENY: &str = "deny";
/// Says that a path has a rule of its own which gives nothing.
const NONE: &str = "none";

/// The capabilities of one rule.
type Capabilities = BTreeSet<Box<str>>;

/// The rules that one token holds, of all its policies together.
///
/// One rule decides a path, and rules of the same path are one: an exact one before all others, then the one whose first
/// wildcard comes last. So a rule that gives little takes from what a broader one gives, and a broad denial yields to a
/// narrow permission.
#[derive(Debug, Clone, Default)]
pub struct Acl {
    exact: BTreeMap<Box<str>, Capabilities>,
    /// By the path without its `*`.
    prefixes: BTreeMap<Box<str>, Capabilities>,
    /// By the whole path, in which `+` stands for a segment.
    segments: BTreeMap<Box<str>, Capabilities>,
    /// Rules whose path is made from who asks: they give what any path gives that could come of them, and take nothing.
    templates: BTreeMap<Box<str>, Capabilities>,
}

/// What decides between rules that match: whichever is greater.
type Rank<'a> = (usize, bool, Reverse<usize>, usize, &'a str);

impl Acl {
    /// The rules that capabilities on paths make, each written as the facts of an `OpenBao` connector have it.
    pub fn of<'a>(rules: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut acl = Self::default();
        for (capability, path) in rules {
            let given = acl.rule(path);
            match capability {
                NONE => {}
                DENY => *given = BTreeSet::from([DENY.into()]),
                _ if given.contains(DENY) => {}
                other => drop(given.insert(other.into())),
            }
        }
        acl
    }

    /// The capabilities of a path, as `sys/capabilities` of `OpenBao` 2.7 tells them; none where everything is denied. Of a
    /// path that ends with a slash other versions ask without it first.
    #[must_use]
    pub fn capabilities(&self, path: &str) -> BTreeSet<&str> {
        let bare = path.strip_suffix('/').unwrap_or(path);
        // The answer of the server is that for a list, which is asked with a slash at the end or without.
        let decisive = (self.exact.get(path))
            .or_else(|| self.exact.get(bare))
            .or_else(|| self.broader(path))
            .or_else(|| self.broader(bare));
        let templates = self.templates.iter().filter_map(|(template, given)| {
            let may_come = Pattern(&filled(template)).covers(path);
            may_come.then_some(given)
        });
        let given = templates.chain(decisive).flatten();
        given
            .map(AsRef::as_ref)
            .filter(|one| *one != DENY)
            .collect()
    }

    /// Whether a request for that capability passes.
    #[must_use]
    pub fn allows(&self, capability: &str, path: &str) -> bool {
        if matches!(capability, "list" | "scan") || self.is_templated(path) {
            return self.capabilities(path).contains(capability);
        }
        let decisive = self.exact.get(path).or_else(|| self.broader(path));
        decisive.is_some_and(|given| given.contains(capability))
    }

    fn is_templated(&self, path: &str) -> bool {
        let mut templates = self.templates.keys();
        templates.any(|template| Pattern(&filled(template)).covers(path))
    }

    /// How many segments the longest path of a rule has.
    pub(crate) fn depth(&self) -> usize {
        let paths = [&self.exact, &self.prefixes, &self.segments];
        let depths = paths.into_iter().flatten();
        depths
            .map(|(path, _)| path.split('/').count())
            .max()
            .unwrap_or_default()
    }

    fn rule(&mut self, path: &str) -> &mut Capabilities {
        let (rules, path) = if path.contains("{{") {
            (&mut self.templates, path)
        } else if path == "+" || path.starts_with("+/") || path.contains("/+") {
            (&mut self.segments, path)
        } else if let Some(prefix) = path.strip_suffix('*') {
            (&mut self.prefixes, prefix)
        } else {
            (&mut self.exact, path)
        };
        rules.entry(path.into()).or_default()
    }

    /// What the greatest rule with a wildcard gives that matches.
    fn broader(&self, path: &str) -> Option<&Capabilities> {
        let beginnings = (0..=path.len()).rev().filter_map(|end| path.get(..end));
        let longest = beginnings
            .filter_map(|prefix| self.prefixes.get_key_value(prefix))
            .map(|(prefix, given)| {
                (
                    (prefix.len(), false, Reverse(0), prefix.len(), &**prefix),
                    given,
                )
            })
            .next();
        let parts: Vec<&str> = path.split('/').collect();
        let matching = self.segments.iter().filter_map(|(rule, given)| {
            let rank = rank(rule, &parts)?;
            Some((rank, given))
        });
        let all = matching.chain(longest);
        all.max_by(|(one, _), (other, _)| one.cmp(other))
            .map(|(_, given)| given)
    }
}

/// The rank of a rule with `+` for a path that it matches.
fn rank<'r>(rule: &'r str, path: &[&str]) -> Option<Rank<'r>> {
    let text = rule.strip_suffix('*').unwrap_or(rule);
    let is_prefix = text.len() < rule.len();
    let parts: Vec<&str> = text.split('/').collect();
    if path.len() < parts.len() || (!is_prefix && path.len() != parts.len()) {
        return None;
    }
    let mut wildcards = 0;
    for (position, (part, found)) in parts.iter().zip(path).enumerate() {
        let is_last = position + 1 == parts.len();
        if *part == "+" {
            wildcards += 1;
        } else if part != found && !(is_prefix && is_last && found.starts_with(part)) {
            return None;
        }
    }
    let first = rule.find('+')?;
    Some((first, !is_prefix, Reverse(wildcards), text.len(), text))
}

/// A templated path as a pattern of everything that can come of it.
pub(crate) fn filled(template: &str) -> String {
    let mut pattern = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        pattern.push_str(before);
        pattern.push('*');
        rest = after.split_once("}}").map_or("", |(_, after)| after);
    }
    pattern + rest
}

#[cfg(test)]
mod tests {
    use super::Acl;

    fn capabilities(rules: &[(&str, &str)], path: &str) -> String {
        let acl = Acl::of(rules.iter().copied());
        let given: Vec<&str> = acl.capabilities(path).into_iter().collect();
        given.join(" ")
    }

    #[test]
    fn one_rule_decides() {
        let broad = ("read", "a/*");
        for (rules, path, given) in [
            (vec![broad], "a/b", "read"),
            (vec![broad], "a/", "read"),
            (vec![broad], "a", ""),
            (vec![broad, ("list", "a/b")], "a/b", "list"),
            (vec![broad, ("none", "a/b")], "a/b", ""),
            (vec![("deny", "a/*"), ("read", "a/b")], "a/b", "read"),
            (
                vec![("read", "a/b"), ("deny", "a/b"), ("list", "a/b")],
                "a/b",
                "",
            ),
            (vec![("read", "a/+/c"), ("list", "a/b*")], "a/b/c", "list"),
            (vec![("read", "a/+/c"), ("list", "a/*")], "a/b/c", "read"),
            (vec![("read", "a/+/*"), ("list", "a/+/+")], "a/b/c", "list"),
            (
                vec![("read", "a/+/+/d"), ("list", "a/+/c/d")],
                "a/b/c/d",
                "list",
            ),
            (vec![("read", "a/+")], "a/b/c", ""),
            (vec![("read", "+")], "a", "read"),
            (vec![("read", "a/+b")], "a/+b", "read"),
            (vec![("read", "a/+b")], "a/xb", ""),
            (vec![("read", "*")], "any/thing", "read"),
        ] {
            assert_eq!(capabilities(&rules, path), given, "{rules:?} on {path}");
        }
    }

    #[test]
    fn a_template_gives_what_could_come_of_it_and_takes_nothing() {
        let rules = [
            ("read", "home/{{identity.entity.name}}/*"),
            ("deny", "home/{{identity.entity.name}}/x"),
            ("update", "home/*"),
        ];
        assert_eq!(capabilities(&rules, "home/ana/x"), "read update");
        assert_eq!(capabilities(&rules, "home/x"), "update");
    }
}
