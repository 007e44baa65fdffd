//! Who may hold a permission.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::parse_error::{Form, name_character, nearest};
use crate::{Name, ParseError, SpiffeId};

const FORM: Form = Form {
    noun: "subject",
    allowed: "`ci:<system>:<project>[:<selector>]`, `group:<name>`, `user:<name>`, `role:<name>`, \
              `sa:<connector>/<namespace>/<name>` or `spiffe://<trust domain>/<path>`, without wildcards",
    code: "invalid-subject",
};

const MAX_BYTES: usize = 512;

/// Who may hold a permission.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A pipeline of a CI system: `ci:github:acme/fraud:ref:main`.
    Ci {
        /// The CI system, such as `github`.
        system: Name,
        /// The project, such as `acme/fraud`.
        project: Arc<str>,
        /// Which of the project's runs, such as `ref:main`; absent means any of them.
        selector: Option<Arc<str>>,
    },
    /// A group of the directory: `group:ml-release`.
    Group(Arc<str>),
    /// A person: `user:ana@acme.example`.
    User(Arc<str>),
    /// A role that others assume: `role:arn:aws:iam::123456789012:role/deploy`.
    Role(Arc<str>),
    /// A Kubernetes service account: `sa:<connector>/<namespace>/<name>`.
    ServiceAccount {
        /// The connector that knows the cluster.
        connector: Name,
        /// The namespace.
        namespace: Arc<str>,
        /// The service account's name.
        name: Arc<str>,
    },
    /// A workload: `spiffe://acme.example/production/fraud-scorer`.
    Workload(SpiffeId),
}

const KINDS: [&str; 5] = ["ci", "group", "user", "role", "sa"];

/// What is wrong with the free part of a subject, owner or object, if anything.
pub(crate) fn identifier_fault(text: &str) -> Option<String> {
    let bad = |c: &char| {
        !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '@' | '/' | ':' | '+' | '='))
    };
    if text.is_empty() {
        return Some("nothing follows the colon".into());
    }
    if text.len() > MAX_BYTES {
        return Some(format!(
            "it has {} bytes, more than {MAX_BYTES}",
            text.len()
        ));
    }
    match text.chars().find(bad)? {
        '*' | '?' => Some("it contains a wildcard".into()),
        character => Some(format!("it contains {}", name_character(character))),
    }
}

fn identifier(text: &str) -> Result<Arc<str>, String> {
    identifier_fault(text).map_or_else(|| Ok(text.into()), Err)
}

fn name(text: &str, what: &str) -> Result<Name, String> {
    text.parse()
        .map_err(|_: ParseError| format!("its {what} is not a valid name"))
}

/// One label of a Kubernetes name: a dot-separated DNS name (RFC 1123).
fn kubernetes_name(text: &str, what: &str) -> Result<Arc<str>, String> {
    let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let inner = |c: char| edge(c) || c == '-' || c == '.';
    let good = text.len() <= 253
        && text.starts_with(edge)
        && text.ends_with(edge)
        && text.chars().all(inner);
    good.then(|| text.into())
        .ok_or_else(|| format!("its {what} is not a valid Kubernetes name"))
}

fn ci(text: &str) -> Result<Subject, String> {
    let mut parts = text.splitn(3, ':');
    let system = name(parts.next().unwrap_or_default(), "CI system")?;
    let project = identifier(parts.next().ok_or("it names no project")?)?;
    let selector = parts.next().map(identifier).transpose()?;
    Ok(Subject::Ci {
        system,
        project,
        selector,
    })
}

fn service_account(text: &str) -> Result<Subject, String> {
    let parts: Vec<&str> = text.split('/').collect();
    let [connector, namespace, account] = parts.as_slice() else {
        return Err("it is not `<connector>/<namespace>/<name>`".into());
    };
    Ok(Subject::ServiceAccount {
        connector: name(connector, "connector")?,
        namespace: kubernetes_name(namespace, "namespace")?,
        name: kubernetes_name(account, "service account")?,
    })
}

impl FromStr for Subject {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        if text.starts_with("spiffe:") {
            return text.parse().map(Self::Workload);
        }
        let Some((kind, rest)) = text.split_once(':') else {
            return Err(FORM.refuse(text, "it does not say what kind of subject it is"));
        };
        let parsed = match kind {
            "ci" => ci(rest),
            "sa" => service_account(rest),
            "group" => identifier(rest).map(Self::Group),
            "user" => identifier(rest).map(Self::User),
            "role" => identifier(rest).map(Self::Role),
            _ => {
                let error = FORM.refuse(text, "it starts with another kind of subject");
                let meant = nearest(kind, KINDS).map(|kind| format!("{kind}:{rest}"));
                return Err(match meant.filter(|meant| meant.parse::<Self>().is_ok()) {
                    Some(meant) => error.suggesting(meant),
                    None => error,
                });
            }
        };
        parsed.map_err(|found| FORM.refuse(text, found))
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ci {
                system,
                project,
                selector: None,
            } => write!(f, "ci:{system}:{project}"),
            Self::Ci {
                system,
                project,
                selector: Some(selector),
            } => {
                write!(f, "ci:{system}:{project}:{selector}")
            }
            Self::Group(name) => write!(f, "group:{name}"),
            Self::User(name) => write!(f, "user:{name}"),
            Self::Role(name) => write!(f, "role:{name}"),
            Self::ServiceAccount {
                connector,
                namespace,
                name,
            } => {
                write!(f, "sa:{connector}/{namespace}/{name}")
            }
            Self::Workload(id) => id.fmt(f),
        }
    }
}

serde_as_text!(Subject);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        for good in [
            "ci:github:acme/fraud:ref:main",
            "ci:gitlab:acme/fraud",
            "group:ml-release",
            "user:ana@acme.example",
            "role:arn:aws:iam::123456789012:role/deploy",
            "sa:cluster/infer/fraud-runtime",
            "spiffe://acme.example/production/fraud-scorer",
        ] {
            assert_eq!(good.parse::<Subject>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "ana",
            "group:",
            "group:*",
            "user:a b",
            "ci:github",
            "ci::x",
            "sa:cluster/infer",
            "sa:cluster/infer/x/y",
            "sa:cluster/Infer/x",
            "ci:github:acme/*",
            "role:\u{7f}",
        ] {
            assert!(bad.parse::<Subject>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_wrong_kind_is_mended_and_a_wrong_spiffe_id_is_named_as_such() {
        let error = "groups:ml".parse::<Subject>().unwrap_err();
        assert_eq!(error.suggestion(), Some("group:ml"));
        let error = "spiffe://Acme.example/x".parse::<Subject>().unwrap_err();
        assert_eq!(error.code(), "invalid-spiffe-id");
    }
}
