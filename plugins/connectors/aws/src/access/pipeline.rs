//! Who comes with a token of another issuer: pipelines, service accounts of clusters, and people who signed in elsewhere.

use std::collections::BTreeMap;

use serde_json::Value;

use super::permission::{TEXT_BYTES, without_variables};
use crate::policy::Statement;

const GITHUB: &str = "token.actions.githubusercontent.com";
/// Operators that say which subjects a token may have. Negated ones and those that a missing claim satisfies do not.
const EQUALS: [&str; 3] = ["StringEquals", "StringEqualsIgnoreCase", "StringLike"];

/// The subjects that a statement trusts at a provider. Of tokens whose issuer is not known here nobody can tell who has
/// them: they are `oidc:<issuer>#<subject>`, which joins with whoever tells that it issues such tokens; and a group by the
/// name of the provider, whose members have to be declared, or told by the issuer, before a split that they bear on is
/// decided.
pub(crate) fn subjects(
    provider: &str,
    statement: &Statement,
    clusters: &BTreeMap<String, String>,
) -> Vec<String> {
    let unknown = || vec![format!("group:{provider}")];
    let Some((_, issuer)) = provider.split_once(":oidc-provider/") else {
        return unknown();
    };
    let claimed = claimed(issuer, statement);
    if issuer == GITHUB {
        return match claimed {
            Some(claimed) => claimed.iter().map(|subject| of_github(subject)).collect(),
            None => vec!["ci:github:*".to_owned()],
        };
    }
    let claimed = claimed.unwrap_or_else(|| vec!["*".to_owned()]);
    let accounts = clusters.get(issuer).and_then(|cluster| {
        let accounts = claimed.iter().map(|subject| account(cluster, subject));
        accounts.collect::<Option<Vec<String>>>()
    });
    accounts.unwrap_or_else(|| {
        let named = claimed.iter().map(|subject| token(issuer, subject));
        named.chain(unknown()).collect()
    })
}

/// Whoever shows a token of that issuer and subject. What the caller's own tags complete may be anything, and so may what is
/// too long to be told.
fn token(issuer: &str, subject: &str) -> String {
    let named = format!("oidc:https://{issuer}#{}", without_variables(subject));
    match named.len() > TEXT_BYTES {
        true => format!("oidc:https://{issuer}#*"),
        false => named,
    }
}

/// The values of the claim `sub` that a statement asks for; `None` when it takes any.
fn claimed(issuer: &str, statement: &Statement) -> Option<Vec<String>> {
    let claim = format!("{issuer}:sub");
    let (_, _, value) = statement.conditions().find(|(operator, key, _)| {
        let operator = operator.strip_prefix("ForAnyValue:").unwrap_or(operator);
        EQUALS.contains(&operator) && key.eq_ignore_ascii_case(&claim)
    })?;
    let texts = match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(values) => {
            let texts = values.iter().map(|value| value.as_str().map(str::to_owned));
            texts.collect::<Option<Vec<String>>>()?
        }
        _ => return None,
    };
    Some(texts)
}

/// `repo:acme/fraud:ref:refs/heads/main` as `ci:github:acme/fraud:ref:main`. A subject of another form, which a project
/// can choose for itself, is any pipeline.
fn of_github(subject: &str) -> String {
    let Some(rest) = subject
        .strip_prefix("repo:")
        .filter(|rest| !rest.contains("${"))
    else {
        return "ci:github:*".to_owned();
    };
    match rest.split_once(':') {
        // Any run of a project is the project.
        Some((project, "*")) => format!("ci:github:{project}"),
        Some((project, run)) => {
            let run = run.replacen("ref:refs/heads/", "ref:", 1);
            format!("ci:github:{project}:{run}")
        }
        None => format!("ci:github:{rest}"),
    }
}

/// `system:serviceaccount:infer:fraud` as `sa:cluster/infer/fraud`; none for a pattern, which no name of one account is.
fn account(cluster: &str, subject: &str) -> Option<String> {
    let rest = subject.strip_prefix("system:serviceaccount:")?;
    let (namespace, name) = rest.split_once(':')?;
    let plain = !rest.contains(['*', '?', '$', '/']);
    plain.then(|| format!("sa:{cluster}/{namespace}/{name}"))
}

#[cfg(test)]
mod tests {
    use crate::access::trust::tests::trusted;

    fn with(provider: &str, condition: &str) -> Vec<String> {
        trusted(&format!(
            r#""Action":"sts:AssumeRoleWithWebIdentity","Principal":{{"Federated":"{provider}"}},"Condition":{condition}"#
        ))
    }

    const GITHUB: &str = "arn:aws:iam::1:oidc-provider/token.actions.githubusercontent.com";
    const CLUSTER: &str = "arn:aws:iam::1:oidc-provider/oidc.example/id/1";

    #[test]
    fn pipelines_of_github() {
        for (operator, subject, expected) in [
            (
                "StringEquals",
                r#""repo:acme/fraud:ref:refs/heads/main""#,
                "ci:github:acme/fraud:ref:main",
            ),
            (
                "StringLike",
                r#""repo:acme/fraud:*""#,
                "ci:github:acme/fraud",
            ),
            ("StringLike", r#""repo:acme/*""#, "ci:github:acme/*"),
            (
                "ForAnyValue:StringLike",
                r#"["repo:acme/fraud:environment:prod"]"#,
                "ci:github:acme/fraud:environment:prod",
            ),
            (
                "StringLike",
                r#""repo:${aws:PrincipalTag/repo}:*""#,
                "ci:github:*",
            ),
            ("StringEquals", r#""actor:ana""#, "ci:github:*"),
            ("StringNotEquals", r#""repo:acme/fraud:*""#, "ci:github:*"),
            (
                "StringEqualsIfExists",
                r#""repo:acme/fraud:*""#,
                "ci:github:*",
            ),
        ] {
            let condition = format!(
                r#"{{"{operator}":{{"token.actions.githubusercontent.com:sub":{subject}}}}}"#
            );
            assert_eq!(with(GITHUB, &condition), [expected], "{condition}");
        }
        assert_eq!(with(GITHUB, "{}"), ["ci:github:*"]);
    }

    #[test]
    fn accounts_of_a_cluster_that_is_named() {
        let condition =
            r#"{"StringLike":{"oidc.example/id/1:sub":"system:serviceaccount:infer:fraud"}}"#;
        assert_eq!(with(CLUSTER, condition), ["sa:cluster/infer/fraud"]);
    }

    #[test]
    fn tokens_of_others_by_issuer_and_subject() {
        let okta = "arn:aws:iam::1:oidc-provider/acme.okta.example";
        for (provider, condition, subjects) in [
            (
                CLUSTER,
                r#"{"StringLike":{"oidc.example/id/1:sub":"system:serviceaccount:infer:*"}}"#,
                vec!["oidc:https://oidc.example/id/1#system:serviceaccount:infer:*"],
            ),
            (
                okta,
                r#"{"StringEquals":{"acme.okta.example:sub":["a","${aws:PrincipalTag/x}b"]}}"#,
                vec![
                    "oidc:https://acme.okta.example#a",
                    "oidc:https://acme.okta.example#*b",
                ],
            ),
            (
                okta,
                r#"{"StringNotEquals":{"acme.okta.example:sub":"a"}}"#,
                vec!["oidc:https://acme.okta.example#*"],
            ),
            (okta, "{}", vec!["oidc:https://acme.okta.example#*"]),
        ] {
            let mut expected: Vec<String> = subjects.into_iter().map(str::to_owned).collect();
            expected.push(format!("group:{provider}"));
            assert_eq!(with(provider, condition), expected, "{condition}");
        }
    }

    #[test]
    fn whoever_shows_no_such_token_is_a_group() {
        let saml = "arn:aws:iam::1:saml-provider/okta";
        for provider in [saml, "cognito-identity.amazonaws.com"] {
            assert_eq!(with(provider, "{}"), [format!("group:{provider}")]);
        }
    }
}
