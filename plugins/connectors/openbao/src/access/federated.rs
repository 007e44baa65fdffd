//! Roles that trust tokens of others: whose, as far as they say.

use serde_json::Value;

use super::mount::Mount;
use super::role::Role;
use crate::named;

/// The issuer of GitHub's pipelines, whose subjects begin with the repository.
const GITHUB: &str = "https://token.actions.githubusercontent.com";

/// A token that a role lets in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// `oidc:<issuer>#<subject>`, with stars.
    pub(super) token: String,
    /// What else must hold of it; empty when nothing.
    pub(super) condition: String,
}

/// The tokens that a role lets in; none for a method that takes no tokens of others.
pub(super) fn shown(role: &Role, mount: &Mount) -> Vec<Shown> {
    match mount.kind.as_str() {
        "jwt" | "oidc" => by_claims(role, mount),
        "kubernetes" => accounts(role),
        _ => Vec::new(),
    }
}

fn by_claims(role: &Role, mount: &Mount) -> Vec<Shown> {
    let claimed = |claim: &str| role.bound_claims.get(claim).map(values);
    let (subjects, told_by) = if !role.bound_subject.is_empty() {
        (vec![role.bound_subject.clone()], None)
    } else if let Some(subjects) = claimed("sub") {
        (subjects, Some("sub"))
    } else if let (true, Some(repositories)) =
        (mount.issuer.starts_with(GITHUB), claimed("repository"))
    {
        let run = |repository: String| format!("repo:{repository}:*");
        (
            repositories.into_iter().map(run).collect(),
            Some("repository"),
        )
    } else {
        (vec!["*".to_owned()], None)
    };
    let others = role.bound_claims.keys().map(String::as_str);
    let others: Vec<&str> = others.filter(|claim| Some(*claim) != told_by).collect();
    let condition = match others.as_slice() {
        [] => String::new(),
        others => format!("the token has what is asked of {}", others.join(", ")),
    };
    // A star in a value that is no pattern is taken for one all the same: that lets in more, which is the safe side.
    let shown = subjects.into_iter().map(|subject| Shown {
        token: named::shown_token(&mount.issuer, &subject),
        condition: condition.clone(),
    });
    shown.collect()
}

/// The texts of a claim, of which there may be several.
fn values(claim: &Value) -> Vec<String> {
    match claim {
        Value::Array(values) => values.iter().flat_map(values_of_one).collect(),
        one => values_of_one(one).into_iter().collect(),
    }
}

fn values_of_one(value: &Value) -> Option<String> {
    Some(match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    })
}

/// Service accounts of whichever cluster the method asks: it does not say which.
fn accounts(role: &Role) -> Vec<Shown> {
    let mut namespaces = role.bound_service_account_namespaces.clone();
    let selector = &role.bound_service_account_namespace_selector;
    let condition = if selector.is_empty() {
        String::new()
    } else {
        namespaces.push("*".to_owned());
        format!("the labels of the namespace are {selector}")
    };
    let names = &role.bound_service_account_names;
    let pairs = namespaces
        .iter()
        .flat_map(|namespace| names.iter().map(move |name| (namespace, name)));
    let shown = pairs.map(|(namespace, name)| Shown {
        token: named::shown_token("*", &format!("system:serviceaccount:{namespace}:{name}")),
        condition: if namespace == "*" {
            condition.clone()
        } else {
            String::new()
        },
    });
    shown.collect()
}

#[cfg(test)]
mod tests {
    use super::{Shown, shown};
    use crate::access::mount::Mount;
    use serde_json::{Value, json};

    fn told(kind: &str, issuer: &str, role: Value) -> Vec<String> {
        let mount = Mount {
            namespace: String::new(),
            path: format!("auth/{kind}"),
            kind: kind.to_owned(),
            accessor: String::new(),
            issuer: issuer.to_owned(),
        };
        let shown = shown(&serde_json::from_value(role).unwrap(), &mount);
        shown
            .into_iter()
            .map(|Shown { token, condition }| format!("{token}|{condition}"))
            .collect()
    }

    #[test]
    fn a_role_says_whose_tokens_it_takes() {
        const GITHUB: &str = "https://token.actions.githubusercontent.com";
        for (kind, issuer, role, expected) in [
            ("jwt", "i", json!({"bound_subject": "s"}), vec!["oidc:i#s|"]),
            ("jwt", "i", json!({}), vec!["oidc:i#*|"]),
            (
                "jwt",
                "i",
                json!({"bound_claims": {"sub": ["a", "b*"]}}),
                vec!["oidc:i#a|", "oidc:i#b*|"],
            ),
            (
                "oidc",
                "i",
                json!({"bound_claims": {"groups": ["x"], "hd": "acme"}}),
                vec!["oidc:i#*|the token has what is asked of groups, hd"],
            ),
            (
                "jwt",
                GITHUB,
                json!({"bound_claims": {"repository": "acme/fraud", "ref": "refs/heads/main"}}),
                vec![
                    "oidc:https://token.actions.githubusercontent.com#repo:acme/fraud:*|the token has what is asked of ref",
                ],
            ),
            (
                "kubernetes",
                "*",
                json!({"bound_service_account_names": ["a", "*"], "bound_service_account_namespaces": "infer"}),
                vec![
                    "oidc:*#system:serviceaccount:infer:a|",
                    "oidc:*#system:serviceaccount:infer:*|",
                ],
            ),
            (
                "kubernetes",
                "*",
                json!({"bound_service_account_names": ["a"], "bound_service_account_namespace_selector": "{}"}),
                vec!["oidc:*#system:serviceaccount:*:a|the labels of the namespace are {}"],
            ),
            ("userpass", "*", json!({"token_policies": ["a"]}), vec![]),
        ] {
            assert_eq!(told(kind, issuer, role.clone()), expected, "{role}");
        }
    }
}
