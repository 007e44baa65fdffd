//! A statement as permissions.
//!
//! The host's patterns are those of policies, with a comma between alternatives after `!` and `+` as one more wildcard.
//! What that cannot say exactly is said so that more is allowed, never less; a denial that would become larger is refused.

use portcullis_plugin::{Failure, Permission};

use crate::policy::{Effect, Policy, Scope};

/// Bytes of one text of a fact that the host takes.
pub(super) const TEXT_BYTES: usize = 1024;

/// Who holds what a policy says, and the policy's name: `policy read of role models`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held<'a> {
    pub(crate) by: &'a str,
    pub(crate) through: &'a str,
}

/// The permissions of all statements with that effect.
///
/// # Errors
/// When a statement is none, or a denial cannot be told.
pub(crate) fn permissions(
    policy: &Policy,
    effect: Effect,
    held: Held<'_>,
) -> Result<Vec<Permission>, Failure> {
    let mut permissions = Vec::new();
    for statement in policy.statements() {
        let (actions, resources) = (
            statement.actions(held.through)?,
            statement.resources(held.through)?,
        );
        if statement.effect != effect {
            continue;
        }
        let condition = statement.condition();
        let operations = patterns(actions, effect, held)?;
        let objects = patterns(resources, effect, held)?;
        for operation in &operations {
            for object in &objects {
                permissions.push(Permission {
                    effect: match effect {
                        Effect::Allow => "allow",
                        Effect::Deny => "deny",
                    }
                    .to_owned(),
                    condition: condition.clone(),
                    source: held.through.to_owned(),
                    ..Permission::allow(held.by, operation, object)
                });
            }
        }
    }
    Ok(permissions)
}

fn patterns(scope: Scope<'_>, effect: Effect, held: Held<'_>) -> Result<Vec<String>, Failure> {
    let untellable = |pattern: &str| {
        let shown: String = pattern.chars().take(200).collect();
        Failure::limit(format!(
            "The {} denies `{shown}`, which cannot be told without denying more than it does.",
            held.through
        ))
        .remedy("Write the statement without `+` in names, or in several statements of at most 1024 bytes.")
    };
    match (scope, effect) {
        (Scope::Of(patterns), Effect::Allow) => {
            let fits = |pattern: &String| match pattern.len() > TEXT_BYTES {
                true => "*".to_owned(),
                false => pattern.clone(),
            };
            Ok(patterns.iter().map(fits).collect())
        }
        (Scope::Of(patterns), Effect::Deny) => {
            let wrong = |pattern: &&String| pattern.contains('+') || pattern.len() > TEXT_BYTES;
            match patterns.iter().find(wrong) {
                Some(pattern) => Err(untellable(pattern)),
                None => Ok(patterns.to_vec()),
            }
        }
        (Scope::AllBut(patterns), Effect::Allow) => {
            let exact = patterns.iter().filter(|one| !one.contains([',', '+']));
            let mut text = exact.map(String::as_str).collect::<Vec<&str>>().join(",");
            text.insert(0, '!');
            Ok(vec![match text.as_str() {
                "!" => "*".to_owned(),
                _ if text.len() > TEXT_BYTES => "*".to_owned(),
                _ => text,
            }])
        }
        (Scope::AllBut(patterns), Effect::Deny) => {
            let wider = patterns
                .iter()
                .map(|one| without_variables(&one.replace(',', "?")));
            let text = format!("!{}", wider.collect::<Vec<String>>().join(","));
            if text.len() > TEXT_BYTES {
                return Err(untellable(&text));
            }
            Ok(vec![text])
        }
    }
}

/// A pattern with `*` for each policy variable.
pub(super) fn without_variables(pattern: &str) -> String {
    let mut plain = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once("${") {
        plain.push_str(before);
        plain.push('*');
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::{Held, permissions};
    use crate::policy::{Effect, Policy};

    const HELD: Held<'_> = Held {
        by: "role:arn:aws:iam::1:role/models",
        through: "policy p of role models",
    };

    fn told(statement: &str, effect: Effect) -> Result<Vec<(String, String)>, String> {
        let policy =
            Policy::parse(&format!(r#"{{"Statement":[{statement}]}}"#), "policy p").unwrap();
        let told = permissions(&policy, effect, HELD).map_err(|failure| failure.message)?;
        Ok(told
            .into_iter()
            .map(|one| (one.operation, one.object))
            .collect())
    }

    fn one(statement: &str, effect: Effect) -> (String, String) {
        told(statement, effect).unwrap().remove(0)
    }

    #[test]
    fn each_action_on_each_resource() {
        let allow = r#"{"Effect":"Allow","Action":["iam:PassRole","ec2:*"],"Resource":["a*","b"]}"#;
        let pairs = told(allow, Effect::Allow).unwrap();
        assert_eq!(pairs.len(), 4);
        assert_eq!(pairs[1], ("iam:PassRole".to_owned(), "b".to_owned()));
        assert_eq!(told(allow, Effect::Deny).unwrap(), []);
    }

    #[test]
    fn a_condition_and_its_policy_are_kept() {
        let policy = r#"{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"false"}}}}"#;
        let policy = Policy::parse(policy, "p").unwrap();
        let told = permissions(&policy, Effect::Deny, HELD).unwrap();
        assert_eq!(told[0].effect, "deny");
        assert_eq!(
            told[0].condition,
            r#"{"Bool":{"aws:MultiFactorAuthPresent":"false"}}"#
        );
        assert_eq!(told[0].source, "policy p of role models");
    }

    #[test]
    fn what_is_allowed_is_never_said_narrower() {
        for (statement, operation, object) in [
            (
                r#""NotAction":["iam:*","sts:*"],"Resource":"*""#,
                "!iam:*,sts:*",
                "*",
            ),
            (
                r#""Action":"*","NotResource":["role/a,b","role/c+d"]"#,
                "*",
                "*",
            ),
            (
                r#""Action":"*","NotResource":["role/a,b","role/c"]"#,
                "*",
                "!role/c",
            ),
        ] {
            let statement = format!(r#"{{"Effect":"Allow",{statement}}}"#);
            assert_eq!(
                one(&statement, Effect::Allow),
                (operation.to_owned(), object.to_owned()),
                "{statement}"
            );
        }
        let long = "r".repeat(1025);
        let statement = format!(r#"{{"Effect":"Allow","Action":"a","Resource":"{long}"}}"#);
        assert_eq!(one(&statement, Effect::Allow).1, "*");
    }

    #[test]
    fn what_is_denied_is_never_said_wider() {
        let own = r#"{"Effect":"Deny","Action":"iam:*","NotResource":["user/${aws:username}","role/a,b"]}"#;
        assert_eq!(one(own, Effect::Deny).1, "!user/*,role/a?b");
        for resource in [
            r#""Resource":"role/a+b""#.to_owned(),
            format!(r#""Resource":"{}""#, "r".repeat(1025)),
        ] {
            let statement = format!(r#"{{"Effect":"Deny","Action":"*",{resource}}}"#);
            let message = told(&statement, Effect::Deny).unwrap_err();
            assert!(message.contains("policy p of role models"), "{message}");
        }
    }
}
