//! What follows from a manifest and its grants, worked out rather than asked request by request, so that what people are
//! shown and what is enforced are the same set.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::grants::{Grants, Phase};
use crate::http::target::{Origin, Target};
use crate::manifest::{HttpAccess, SecretAccess};

/// Methods that only read (RFC 9110, section 9.2.1).
pub(super) const READS: [&str; 3] = ["GET", "HEAD", "OPTIONS"];
/// Methods that turn a connection into something else, or show what the host added to a request.
pub(super) const NEVER: [&str; 2] = ["CONNECT", "TRACE"];

/// One request of the manifest with its origin found.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) origin: Origin,
    pub(crate) methods: Vec<String>,
    pub(crate) path_prefix: String,
    pub(crate) reads: bool,
}

/// One method under one path in one phase: asked and granted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Right {
    pub(crate) origin: Origin,
    pub(crate) path: String,
    pub(crate) method: String,
    pub(crate) phase: Phase,
}

/// A secret that the host may put into one header to one origin: asked and granted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SecretRight {
    pub(crate) name: String,
    pub(crate) header: String,
    pub(crate) origin: Origin,
}

/// The request of the manifest, if it names an origin with this configuration.
pub(crate) fn asked(access: &HttpAccess, config: &Value) -> Option<Asked> {
    Some(Asked {
        origin: origin(&access.origin, config)?,
        methods: access.methods.clone(),
        path_prefix: access.path_prefix.clone(),
        reads: access.reads,
    })
}

/// The secret of the manifest, if it names an origin with this configuration.
pub(crate) fn asked_secret(
    access: &SecretAccess,
    asked: &[Asked],
    config: &Value,
) -> Option<SecretRight> {
    let origin = match access.origin.as_str() {
        "" => {
            let (first, rest) = asked.split_first()?;
            let only = rest.iter().all(|other| other.origin == first.origin);
            only.then(|| first.origin.clone())?
        }
        named => origin(named, config)?,
    };
    Some(SecretRight {
        name: access.name.clone(),
        header: access.header.to_ascii_lowercase(),
        origin,
    })
}

pub(super) fn origin(written: &str, config: &Value) -> Option<Origin> {
    let url = match written.strip_prefix("config:") {
        Some(attribute) => config.get(attribute)?.as_str()?,
        None => written,
    };
    Some(Target::parse(url).ok()?.origin)
}

pub(super) fn effective(asked: &[Asked], grants: &Grants) -> BTreeSet<Right> {
    let mut rights = BTreeSet::new();
    for asked in asked {
        for grant in &grants.requests {
            let same = grant.target.origin == asked.origin;
            let Some(path) = narrower(&asked.path_prefix, &grant.target.path).filter(|_| same)
            else {
                continue;
            };
            let methods = asked
                .methods
                .iter()
                .filter(|method| grant.allows(method) && !NEVER.contains(&method.as_str()));
            for method in methods {
                for &phase in &grant.phases {
                    let right = |path: &str| Right {
                        origin: asked.origin.clone(),
                        path: path.to_owned(),
                        method: method.clone(),
                        phase,
                    };
                    if phase == Phase::Apply || READS.contains(&method.as_str()) {
                        rights.insert(right(path));
                    } else if asked.reads {
                        let reads = grants
                            .reads
                            .iter()
                            .filter(|reads| reads.origin == asked.origin);
                        rights.extend(
                            reads
                                .filter_map(|reads| narrower(path, &reads.path))
                                .map(right),
                        );
                    }
                }
            }
        }
    }
    let wider = |right: &Right, other: &Right| {
        right != other
            && (&right.origin, &right.method, right.phase)
                == (&other.origin, &other.method, other.phase)
            && covers(&other.path, &right.path)
    };
    let all = rights.clone();
    rights.retain(|right| !all.iter().any(|other| wider(right, other)));
    rights
}

/// Whether a path lies under a prefix, by whole segments: `/v1` covers `/v1/nodes` and not `/v10`.
pub(crate) fn covers(prefix: &str, path: &str) -> bool {
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || prefix.ends_with('/') || rest.starts_with('/'))
}

/// What both prefixes cover; none when that is nothing.
pub(crate) fn narrower<'a>(one: &'a str, other: &'a str) -> Option<&'a str> {
    if covers(one, other) {
        Some(other)
    } else if covers(other, one) {
        Some(one)
    } else {
        None
    }
}
