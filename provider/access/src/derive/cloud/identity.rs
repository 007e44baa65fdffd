//! Identities that a source lists, by the resource that permissions on them name.

use crate::Platform;
use crate::access::Content;
use crate::derive::{Derivation, Pattern};
use crate::nodes::{Node, Scope};

/// An identity that a source lists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity {
    /// The resource in lower case, by which identities are ordered: patterns are compared without case.
    folded: Box<str>,
    /// What permissions call it: the ARN, the path, the address.
    pub(super) resource: Box<str>,
    /// `role:`, `user:` and so on.
    pub(super) kind: Box<str>,
    pub(super) node: Node,
}

impl Identity {
    /// Whether a permission on `object` is about it.
    pub(super) fn is_covered(&self, object: &str, platform: Platform) -> bool {
        if object == "*" {
            return true;
        }
        match platform {
            Platform::Gcp => {
                let address = object.strip_prefix("serviceAccount:");
                let project = object.strip_prefix("projects/").map(|project| {
                    let domain = format!("@{project}.iam.gserviceaccount.com");
                    self.resource.ends_with(&domain)
                });
                let above = object.starts_with("folders/") || object.starts_with("organizations/");
                above
                    || project.unwrap_or(false)
                    || address.is_some_and(|address| Pattern(address).covers(&self.resource))
            }
            Platform::Azure => {
                let scope = object.trim_end_matches('/');
                let below = self.resource.strip_prefix(scope);
                let inside = below.is_some_and(|below| below.is_empty() || below.starts_with('/'));
                inside || &*self.kind == "application:"
            }
            Platform::Github => object.strip_prefix("repo:").is_some_and(|repository| {
                let project = self.resource.strip_prefix("github:");
                let project = project.and_then(|project| project.split(':').next());
                project.is_some_and(|project| Pattern(repository).covers(project))
            }),
            Platform::Other => {
                let id = format!("{}{}", self.kind, self.resource);
                Pattern(object).covers(&id)
            }
            // Below a role are its secrets, its password and what else makes somebody log in.
            Platform::Vault => {
                Pattern(object).covers(&self.resource)
                    || Pattern(object).overlaps(&format!("{}/*", self.resource))
            }
            Platform::Aws | Platform::Kubernetes => Pattern(object).covers(&self.resource),
        }
    }
}

/// The identities that permissions of a source may be about, in order; none where it has no permissions.
pub(super) fn listed(derivation: &Derivation, scope: Scope, platform: Platform) -> Vec<Identity> {
    let nodes = &derivation.access.nodes;
    let mine = |kind: &str, name: &str| match platform {
        Platform::Aws => name.starts_with("arn:"),
        Platform::Vault => matches!(kind, "role:" | "entity:"),
        Platform::Gcp => kind == "serviceAccount:",
        Platform::Azure => matches!(kind, "identity:" | "application:"),
        Platform::Github => kind == "ci:",
        Platform::Kubernetes | Platform::Other => true,
    };
    let asks = derivation.access.facts.iter().any(|fact| {
        let origin = derivation.access.origins.get(fact.origin as usize);
        let is_permission = matches!(fact.content, Content::Permission { .. });
        is_permission && origin.is_some_and(|origin| origin.scope == scope)
    });
    if !asks {
        return Vec::new();
    }
    let known: Vec<Node> = match platform {
        // Workflows are identities wherever they are trusted, and a directory may speak of anybody.
        Platform::Github | Platform::Other => (0..crate::nodes::number(nodes.len())).collect(),
        _ => {
            let listed = derivation.listed.iter();
            listed
                .filter(|(said_by, _)| *said_by == scope)
                .map(|(_, node)| *node)
                .collect()
        }
    };
    let mut identities: Vec<Identity> = known
        .into_iter()
        .filter_map(|node| {
            let (name, _) = nodes.name(node)?;
            let colon = name.find(':')? + 1;
            let (kind, resource) = name.split_at_checked(colon)?;
            mine(kind, resource).then(|| Identity {
                folded: resource.to_ascii_lowercase().into(),
                resource: resource.into(),
                kind: kind.into(),
                node,
            })
        })
        .collect();
    identities.sort();
    identities.dedup();
    identities
}

/// Those whose resource begins as every match of `object` does; all of them where a platform has other rules.
pub(super) fn beginning_with<'a>(
    identities: &'a [Identity],
    object: &str,
    platform: Platform,
) -> &'a [Identity] {
    if !matches!(platform, Platform::Aws | Platform::Vault) {
        return identities;
    }
    let mut prefix = Pattern(object).prefix().to_ascii_lowercase();
    if platform == Platform::Vault {
        // What a permission is about may lie below an identity.
        prefix.truncate(prefix.rfind('/').unwrap_or(prefix.len()));
    }
    let start = identities.partition_point(|one| *one.folded < *prefix);
    let rest = identities.get(start..).unwrap_or_default();
    let end = rest.partition_point(|one| one.folded.starts_with(&prefix));
    rest.get(..end).unwrap_or_default()
}
