//! Trust policies as edges: who may take a role on.

use std::collections::BTreeMap;

use portcullis_plugin::{Edge, Failure, Permission};

use super::pipeline;
use crate::policy::{Effect, Policy, Principal, Scope, Statement};

const ASSUME: [&str; 3] = [
    "sts:AssumeRole",
    "sts:AssumeRoleWithWebIdentity",
    "sts:AssumeRoleWithSAML",
];
/// Whoever asks.
pub(super) const ANYONE: &str = "anyone";

/// An edge from each principal that a trust policy allows to take `role` on. What it denies is told by [`denials`].
///
/// # Errors
/// When a statement is none.
pub(crate) fn edges(
    policy: &Policy,
    role: &str,
    source: &str,
    clusters: &BTreeMap<String, String>,
) -> Result<Vec<Edge>, Failure> {
    let mut edges = Vec::new();
    for statement in policy.statements() {
        let assumes = lets_assume(statement.actions(source)?);
        if statement.effect == Effect::Deny || !assumes {
            continue;
        }
        let condition = statement.condition();
        for from in principals(statement, source, clusters)? {
            edges.push(Edge {
                condition: condition.clone(),
                source: source.to_owned(),
                ..Edge::new(&from, "assumes", role)
            });
        }
    }
    Ok(edges)
}

/// What a trust policy denies: a denial for each action of taking on `role`, the ARN of one, and each principal. Whoever is
/// meant by leaving others out cannot be named, so that denial is one under a condition, which takes nothing away.
///
/// # Errors
/// When a statement is none.
pub(crate) fn denials(
    policy: &Policy,
    role: &str,
    source: &str,
) -> Result<Vec<Permission>, Failure> {
    let mut denials = Vec::new();
    for statement in policy.statements() {
        let denied = denied_actions(statement.actions(source)?);
        if statement.effect == Effect::Allow {
            continue;
        }
        let mut condition = statement.condition();
        if let Some(spared) = &statement.not_principal {
            condition = format!("it is not one of {spared} {condition}")
                .trim_end()
                .to_owned();
        }
        for who in principals(statement, source, &BTreeMap::new())? {
            let is_of_aws = ["anyone", "account:", "user:", "role:"]
                .iter()
                .any(|kind| who.starts_with(kind));
            // A session is not its whole role, and a token may be of more than one name: denying them all denies too much.
            let is_whole = is_of_aws && (who != ANYONE || is_everybody(statement));
            if !is_whole && condition.is_empty() {
                continue;
            }
            denials.extend(denied.iter().map(|action| Permission {
                effect: "deny".to_owned(),
                condition: condition.clone(),
                source: source.to_owned(),
                ..Permission::allow(&who, action, role)
            }));
        }
    }
    Ok(denials)
}

/// Whether a statement is about everybody, rather than about somebody who cannot be named.
fn is_everybody(statement: &Statement) -> bool {
    let principal = statement.principal.as_ref();
    principal.is_some_and(Principal::is_everybody)
}

/// The actions of taking a role on that a statement names.
fn denied_actions(actions: Scope<'_>) -> Vec<&'static str> {
    let (patterns, names) = match actions {
        Scope::Of(patterns) => (patterns, true),
        Scope::AllBut(patterns) => (patterns, false),
    };
    let covers = |action: &&str| {
        let mut patterns = patterns.iter();
        // A wildcard inside of a pattern is taken to spare what it might name.
        let plain = |pattern: &String| {
            let end = pattern.find(['*', '?']).unwrap_or(pattern.len());
            pattern
                .get(end..)
                .is_none_or(|rest| rest.is_empty() || rest == "*")
        };
        match names {
            true => patterns.any(|pattern| plain(pattern) && is_like(pattern, action)),
            false => !patterns.any(|pattern| is_like(pattern, action)),
        }
    };
    ASSUME.into_iter().filter(covers).collect()
}

/// Whether a name is that of whoever shows a token.
pub(crate) fn is_token(name: &str) -> bool {
    name.starts_with("oidc:")
}

fn lets_assume(actions: Scope<'_>) -> bool {
    let named = |patterns: &[String]| {
        patterns
            .iter()
            .any(|pattern| ASSUME.iter().any(|action| is_like(pattern, action)))
    };
    match actions {
        Scope::Of(patterns) => named(patterns),
        // Whether all of them are left out matters to nobody who writes trust policies.
        Scope::AllBut(_) => true,
    }
}

/// Whether a pattern of actions matches one; wildcards at its end are all that policies have here.
fn is_like(pattern: &str, action: &str) -> bool {
    match pattern.split_once(['*', '?']) {
        Some((beginning, _)) => action
            .get(..beginning.len())
            .is_some_and(|same| same.eq_ignore_ascii_case(beginning)),
        None => pattern.eq_ignore_ascii_case(action),
    }
}

/// Whom a statement is about; anyone where it names those whom it is not about.
///
/// # Errors
/// When it names nobody.
pub(super) fn principals(
    statement: &Statement,
    source: &str,
    clusters: &BTreeMap<String, String>,
) -> Result<Vec<String>, Failure> {
    if statement.not_principal.is_some() {
        return Ok(vec![ANYONE.to_owned()]);
    }
    match &statement.principal {
        Some(principal) => named(principal, statement, source, clusters),
        None => Err(Failure::malformed(format!(
            "A statement of the {source} names no principal."
        ))),
    }
}

/// Whom a principal of a statement names.
///
/// # Errors
/// When it is of no kind.
pub(super) fn named(
    principal: &Principal,
    statement: &Statement,
    source: &str,
    clusters: &BTreeMap<String, String>,
) -> Result<Vec<String>, Failure> {
    match principal {
        Principal::Text(all) if all == "*" => Ok(vec![ANYONE.to_owned()]),
        Principal::Text(other) => Err(Failure::malformed(format!(
            "A statement of the {source} has the principal `{other}`, which is neither `*` nor of a kind."
        ))),
        Principal::Named(named) => {
            let each = named.iter().flat_map(|(kind, names)| {
                let names = names.as_slice().iter();
                names.map(move |name| (kind.as_str(), name.as_str()))
            });
            let mut all = Vec::new();
            for (kind, name) in each {
                match kind {
                    "AWS" => all.push(of_aws(name)),
                    "Service" => all.push(format!("service:{}", name.trim_end_matches(".cn"))),
                    "Federated" => all.extend(pipeline::subjects(name, statement, clusters)),
                    other => all.push(format!("principal:{other}:{name}")),
                }
            }
            Ok(all)
        }
    }
}

/// A principal of AWS itself.
fn of_aws(name: &str) -> String {
    let is_account =
        |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = name.splitn(6, ':').collect();
    match parts.as_slice() {
        [account] if is_account(account) => format!("account:{account}"),
        ["arn", _, "iam", _, account, "root"] => format!("account:{account}"),
        ["arn", _, "iam", _, _, rest] if rest.starts_with("user/") => format!("user:{name}"),
        ["arn", _, "iam", _, _, rest] if rest.starts_with("role/") => format!("role:{name}"),
        // The id of a principal that was deleted, which nobody can have again.
        [id] if *id != "*" => format!("principal:{id}"),
        // `*`, and sessions, whose ARN does not say the whole name of their role.
        _ => ANYONE.to_owned(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use super::{denials, edges};
    use crate::policy::Policy;

    /// From whom edges lead.
    pub(in crate::access) fn trusted(statement: &str) -> Vec<String> {
        let document = format!(r#"{{"Statement":[{{"Effect":"Allow",{statement}}}]}}"#);
        let policy = Policy::parse(&document, "p").unwrap();
        let clusters = BTreeMap::from([("oidc.example/id/1".to_owned(), "cluster".to_owned())]);
        let edges = edges(
            &policy,
            "role:arn:aws:iam::1:role/r",
            "trust policy of role r",
            &clusters,
        );
        let edges = edges.unwrap();
        edges.into_iter().map(|edge| edge.from).collect()
    }

    #[test]
    fn principals_by_kind() {
        for (principal, expected) in [
            (r#""*""#, "anyone"),
            (r#"{"AWS":"*"}"#, "anyone"),
            (r#"{"AWS":"111122223333"}"#, "account:111122223333"),
            (
                r#"{"AWS":"arn:aws:iam::111122223333:root"}"#,
                "account:111122223333",
            ),
            (
                r#"{"AWS":"arn:aws:iam::111122223333:user/ana"}"#,
                "user:arn:aws:iam::111122223333:user/ana",
            ),
            (
                r#"{"AWS":"arn:aws-cn:iam::111122223333:role/x/y"}"#,
                "role:arn:aws-cn:iam::111122223333:role/x/y",
            ),
            (
                r#"{"AWS":"arn:aws:sts::111122223333:assumed-role/x/s"}"#,
                "anyone",
            ),
            (
                r#"{"AWS":"AIDAJQABLZS4A3QDU576Q"}"#,
                "principal:AIDAJQABLZS4A3QDU576Q",
            ),
            (
                r#"{"Service":"ec2.amazonaws.com.cn"}"#,
                "service:ec2.amazonaws.com",
            ),
        ] {
            let statement = format!(r#""Action":"sts:AssumeRole","Principal":{principal}"#);
            assert_eq!(trusted(&statement), [expected], "{principal}");
        }
        assert_eq!(
            trusted(r#""Action":"sts:*","NotPrincipal":{"AWS":"111122223333"}"#),
            ["anyone"]
        );
    }

    #[test]
    fn only_taking_on_is_an_edge() {
        let service = r#""Principal":{"Service":["ec2.amazonaws.com","lambda.amazonaws.com"]}"#;
        for (action, edges) in [
            (r#""Action":"sts:AssumeRole""#, 2),
            (r#""Action":["sts:TagSession","STS:assumerole"]"#, 2),
            (r#""Action":"*""#, 2),
            (r#""Action":"sts:Assume*""#, 2),
            (r#""NotAction":"sts:TagSession""#, 2),
            (r#""Action":"sts:TagSession""#, 0),
            (r#""Action":"sts:Tag*""#, 0),
        ] {
            assert_eq!(
                trusted(&format!("{action},{service}")).len(),
                edges,
                "{action}"
            );
        }
    }

    /// What is denied, as `who | action | condition`.
    fn denied(statement: &str) -> Vec<String> {
        let document = format!(r#"{{"Statement":[{{"Effect":"Deny",{statement}}}]}}"#);
        let policy = Policy::parse(&document, "p").unwrap();
        let role = "arn:aws:iam::1:role/r";
        let denials = denials(&policy, role, "trust policy of role r").unwrap();
        assert!(
            denials
                .iter()
                .all(|one| one.effect == "deny" && one.object == role)
        );
        denials
            .into_iter()
            .map(|one| format!("{} | {} | {}", one.subject, one.operation, one.condition))
            .collect()
    }

    #[test]
    fn what_is_denied_is_never_told_wider() {
        let ana = r#""Principal":{"AWS":"arn:aws:iam::1:user/ana"}"#;
        let user = "user:arn:aws:iam::1:user/ana";
        for (statement, expected) in [
            (
                format!(r#""Action":"sts:AssumeRole",{ana}"#),
                vec![format!("{user} | sts:AssumeRole | ")],
            ),
            (format!(r#""Action":"sts:TagSession",{ana}"#), vec![]),
            // It names every action that ends so, and none that is known.
            (format!(r#""Action":"sts:*Identity",{ana}"#), vec![]),
            (
                format!(r#""NotAction":"sts:AssumeRoleWith*",{ana}"#),
                vec![format!("{user} | sts:AssumeRole | ")],
            ),
            (
                r#""Action":"sts:AssumeRole","Principal":"*""#.to_owned(),
                vec!["anyone | sts:AssumeRole | ".to_owned()],
            ),
            (
                r#""Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:sts::1:assumed-role/x/s"}"#.to_owned(),
                vec![],
            ),
            (
                r#""Action":"sts:AssumeRoleWithWebIdentity","Principal":{"Federated":"arn:aws:iam::1:oidc-provider/i"}"#
                    .to_owned(),
                vec![],
            ),
            (
                format!(r#""Action":"sts:AssumeRole",{ana},"Condition":{{"Bool":{{"a":"b"}}}}"#),
                vec![format!(r#"{user} | sts:AssumeRole | {{"Bool":{{"a":"b"}}}}"#)],
            ),
            (
                r#""Action":"sts:AssumeRole","NotPrincipal":{"AWS":"1"}"#.to_owned(),
                vec![r#"anyone | sts:AssumeRole | it is not one of {"AWS":"1"}"#.to_owned()],
            ),
        ] {
            assert_eq!(denied(&statement), expected, "{statement}");
        }
    }

    #[test]
    fn a_statement_without_a_principal_is_a_failure() {
        let policy = r#"{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole"}}"#;
        let policy = Policy::parse(policy, "p").unwrap();
        let failure = edges(
            &policy,
            "role:r",
            "trust policy of role r",
            &BTreeMap::new(),
        );
        assert!(
            failure
                .unwrap_err()
                .message
                .contains("trust policy of role r")
        );
    }
}
