//! Who may read a secret by the policy that is attached to it.
//!
//! As AWS decides it: what the policy allows somebody of the account by name it allows by itself; what it allows the account, as
//! `:root`, it leaves to the policies of whoever is in it; somebody elsewhere needs the leave of the own account too, which is not
//! known here. What it denies it denies to all of them, however they are allowed.

use std::collections::BTreeMap;

use portcullis_plugin::Failure;

use super::permission::without_variables;
use super::trust::{ANYONE, named, principals};
use crate::policy::{Effect, Policy, Principal, Scope, Statement};

const READ: &str = "secretsmanager:GetSecretValue";

/// Somebody who may read a secret.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reader {
    /// As facts call it.
    pub(super) who: String,
    /// Under which condition; empty without one.
    pub(super) condition: String,
}

/// Those whom a policy lets read the secret of that ARN, in the order of its statements.
///
/// # Errors
/// When a statement is none.
pub(super) fn readers(
    policy: &Policy,
    arn: &str,
    source: &str,
    clusters: &BTreeMap<String, String>,
) -> Result<Vec<Reader>, Failure> {
    let own = format!("account:{}", arn.split(':').nth(4).unwrap_or_default());
    let mut about = Vec::new();
    for statement in policy.statements() {
        if is_about(statement, arn, source)? {
            about.push(statement);
        }
    }
    let (allows, denials): (Vec<&Statement>, Vec<&Statement>) = about
        .into_iter()
        .partition(|statement| statement.effect == Effect::Allow);
    let mut readers = Vec::new();
    for statement in allows {
        for who in principals(statement, source, clusters)? {
            if who == own {
                continue;
            }
            let mut conditions = Vec::from_iter(text(statement.condition()));
            let mut is_denied = false;
            for denial in &denials {
                if !denies(denial, &who, source)? {
                    continue;
                }
                match text(denial.condition()) {
                    None => is_denied = true,
                    Some(condition) => conditions.push(format!("not {condition}")),
                }
            }
            if !is_denied {
                let condition = conditions.join(" and ");
                readers.push(Reader { who, condition });
            }
        }
    }
    Ok(readers)
}

fn text(condition: String) -> Option<String> {
    (!condition.is_empty()).then_some(condition)
}

/// Whether a statement is about reading this secret: an allowance that may be, a denial that is certainly.
fn is_about(statement: &Statement, arn: &str, source: &str) -> Result<bool, Failure> {
    let effect = statement.effect;
    let actions = covers(statement.actions(source)?, READ, effect);
    let resources = covers(statement.resources(source)?, arn, effect);
    Ok(actions && resources)
}

/// Policy variables may stand for anything: an allowance is taken for the wider one, a denial for the narrower one.
fn covers(scope: Scope<'_>, text: &str, effect: Effect) -> bool {
    let is_one = |patterns: &[String], is_wide: bool| {
        patterns.iter().any(|pattern| match is_wide {
            true => is_like(&without_variables(pattern), text),
            false => is_like(pattern, text),
        })
    };
    match scope {
        Scope::Of(patterns) => is_one(patterns, effect == Effect::Allow),
        Scope::AllBut(patterns) => !is_one(patterns, effect == Effect::Deny),
    }
}

/// Whether a denial is certainly one for somebody.
fn denies(denial: &Statement, who: &str, source: &str) -> Result<bool, Failure> {
    // Whoever is a whole kind of principals is not denied by what is denied to some of them.
    let account = account_of(who);
    let is_meant = |name: &String| name == who || Some(name) == account.as_ref();
    match &denial.not_principal {
        None => {
            let everybody = denial
                .principal
                .as_ref()
                .is_some_and(Principal::is_everybody);
            let names = principals(denial, source, &BTreeMap::new())?;
            // A session of a role, which is not its whole role, is told as anyone.
            Ok(everybody || names.iter().any(|name| name != ANYONE && is_meant(name)))
        }
        Some(spared) => {
            let spared: Principal = serde_json::from_value(spared.clone())?;
            let names = named(&spared, denial, source, &BTreeMap::new())?;
            let is_spared = names.iter().any(|name| is_meant(name) || name == ANYONE);
            Ok(account.is_some() && !is_spared)
        }
    }
}

/// The account of a user or role, as facts call it; none for anybody else.
fn account_of(who: &str) -> Option<String> {
    let arn = who
        .strip_prefix("user:")
        .or_else(|| who.strip_prefix("role:"))?;
    let account = arn.split(':').nth(4)?;
    Some(format!("account:{account}"))
}

/// Whether a pattern with `*` and `?` matches a text; case does not matter, as in actions.
fn is_like(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    // Which beginnings of the text the beginning of the pattern matches.
    let mut matched = vec![false; text.len() + 1];
    if let Some(first) = matched.first_mut() {
        *first = true;
    }
    for character in pattern {
        let mut next = vec![false; text.len() + 1];
        let mut any = false;
        for (at, place) in next.iter_mut().enumerate() {
            let before = at.checked_sub(1);
            let was = |at: usize| matched.get(at).copied().unwrap_or(false);
            any |= was(at);
            *place = match character {
                b'*' => any,
                b'?' => before.is_some_and(was),
                one => before.is_some_and(|before| {
                    was(before)
                        && text
                            .get(before)
                            .is_some_and(|found| found.eq_ignore_ascii_case(one))
                }),
            };
        }
        matched = next;
    }
    matched.last().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{is_like, readers};
    use crate::policy::Policy;

    const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:fraud-AbCdEf";
    const ALL: &str = r#""Action":"secretsmanager:*","Resource":"*""#;

    /// Who reads the secret by statements that follow each other, as `who | condition`.
    fn read(statements: &[String]) -> Vec<String> {
        let document = format!(r#"{{"Statement":[{}]}}"#, statements.join(","));
        let policy = Policy::parse(&document, "p").unwrap();
        let readers = readers(&policy, SECRET, "p", &BTreeMap::new()).unwrap();
        let line = |reader: &super::Reader| format!("{} | {}", reader.who, reader.condition);
        readers.iter().map(line).collect()
    }

    fn allow(rest: &str, who: &str) -> String {
        format!(r#"{{"Effect":"Allow",{rest},"Principal":{who}}}"#)
    }

    fn deny(rest: &str) -> String {
        format!(r#"{{"Effect":"Deny",{rest}}}"#)
    }

    const ANA: &str = r#"{"AWS":"arn:aws:iam::111122223333:user/ana"}"#;
    const READS: &str = "user:arn:aws:iam::111122223333:user/ana | ";

    #[test]
    fn who_is_named_reads_and_the_own_account_leaves_it_to_its_policies() {
        for (who, expected) in [
            (ANA, vec![READS]),
            (r#""*""#, vec!["anyone | "]),
            (r#"{"AWS":"arn:aws:iam::111122223333:root"}"#, vec![]),
            (r#"{"AWS":"111122223333"}"#, vec![]),
            (r#"{"AWS":"444455556666"}"#, vec!["account:444455556666 | "]),
            (
                r#"{"AWS":["arn:aws:iam::444455556666:role/r","arn:aws:iam::111122223333:role/q"]}"#,
                vec![
                    "role:arn:aws:iam::444455556666:role/r | ",
                    "role:arn:aws:iam::111122223333:role/q | ",
                ],
            ),
        ] {
            assert_eq!(read(&[allow(ALL, who)]), expected, "{who}");
        }
    }

    #[test]
    fn a_statement_is_about_reading_this_secret_or_is_not() {
        for (rest, reads) in [
            (
                r#""Action":"secretsmanager:GetSecretValue","Resource":"*""#,
                true,
            ),
            (
                r#""Action":"SecretsManager:get*","Resource":"arn:aws:secretsmanager:*:111122223333:secret:fraud-??????""#,
                true,
            ),
            (r#""NotAction":"secretsmanager:Put*","Resource":"*""#, true),
            (
                r#""Action":"secretsmanager:DescribeSecret","Resource":"*""#,
                false,
            ),
            (r#""NotAction":"secretsmanager:Get*","Resource":"*""#, false),
            (
                r#""Action":"*","NotResource":"arn:*:secret:fraud-*""#,
                false,
            ),
            (r#""Action":"*","Resource":"arn:*:secret:other-*""#, false),
            (
                r#""Action":"*","Resource":"arn:*:secret:${aws:PrincipalTag/team}-*""#,
                true,
            ),
        ] {
            assert_eq!(!read(&[allow(rest, ANA)]).is_empty(), reads, "{rest}");
        }
    }

    #[test]
    fn what_is_denied_comes_before_what_is_allowed() {
        let unless = r#"{"Bool":{"aws:SecureTransport":"false"}}"#;
        let conditional = format!("{READS}not {unless}");
        for (denial, expected) in [
            (format!(r#"{ALL},"Principal":{ANA}"#), vec![]),
            (format!(r#"{ALL},"Principal":"*""#), vec![]),
            (
                format!(r#"{ALL},"Principal":{{"AWS":"111122223333"}}"#),
                vec![],
            ),
            (
                format!(r#"{ALL},"Principal":"*","Condition":{unless}"#),
                vec![conditional.as_str()],
            ),
            (
                format!(r#"{ALL},"NotPrincipal":{{"AWS":"arn:aws:iam::111122223333:role/r"}}"#),
                vec![],
            ),
            (format!(r#"{ALL},"NotPrincipal":{ANA}"#), vec![READS]),
            (
                format!(r#"{ALL},"NotPrincipal":{{"AWS":"arn:aws:iam::111122223333:root"}}"#),
                vec![READS],
            ),
            (
                format!(r#"{ALL},"Principal":{{"AWS":"444455556666"}}"#),
                vec![READS],
            ),
            (
                format!(
                    r#"{ALL},"Principal":{{"AWS":"arn:aws:sts::111122223333:assumed-role/r/s"}}"#
                ),
                vec![READS],
            ),
            (
                r#""Action":"secretsmanager:Delete*","Resource":"*","Principal":"*""#.to_owned(),
                vec![READS],
            ),
        ] {
            assert_eq!(
                read(&[deny(&denial), allow(ALL, ANA)]),
                expected,
                "{denial}"
            );
        }
    }

    #[test]
    fn what_is_denied_to_a_session_or_by_a_variable_may_not_be_denied() {
        let session = r#"{"AWS":"arn:aws:sts::111122223333:assumed-role/r/s"}"#;
        let session = deny(&format!(r#"{ALL},"Principal":{session}"#));
        assert_eq!(read(&[session, allow(ALL, r#""*""#)]), ["anyone | "]);
        let team = r#""Resource":"arn:*:secret:${aws:PrincipalTag/team}-*""#;
        let own = deny(&format!(r#""Action":"*",{team},"Principal":"*""#));
        assert_eq!(read(&[own, allow(ALL, ANA)]), [READS]);
        let others = deny(&format!(
            r#""Action":"*","Not{}","Principal":"*""#,
            &team[1..team.len() - 1]
        ));
        assert_eq!(read(&[others, allow(ALL, ANA)]), [READS]);
    }

    #[test]
    fn a_condition_of_what_is_allowed_stays() {
        let condition = r#"{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}"#;
        let rest = format!(r#"{ALL},"Condition":{condition}"#);
        assert_eq!(
            read(&[allow(&rest, r#""*""#)]),
            [format!("anyone | {condition}")]
        );
    }

    #[test]
    fn patterns() {
        for (pattern, text, matches) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abbd", false),
            ("a?c", "aBC", true),
            ("a?c", "ac", false),
            ("", "a", false),
        ] {
            assert_eq!(is_like(pattern, text), matches, "{pattern} / {text}");
        }
    }
}
