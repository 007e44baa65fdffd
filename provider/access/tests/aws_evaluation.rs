//! The published examples of how AWS evaluates policies, as a table: what AWS decides, and what is said of the same facts.
//!
//! The rules are those of the IAM User Guide, restated: "Policy evaluation logic", "How AWS enforcement code logic evaluates
//! requests to allow or deny access", "Permissions boundaries for IAM entities", "Session policies", "IAM JSON policy
//! elements: NotAction", "... NotResource", and "How IAM roles differ from resource-based policies". Each asks whether ana can
//! come to act as the role `models`, by starting an instance with it or by taking it on.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod facts;

use facts::{Says, crosses, source, split};
use portcullis_access::{Platform, SourceFacts};

const ANA: &str = "user:arn:aws:iam::1:user/ana";
const TEAM: &str = "group:arn:aws:iam::1:group/team";
const ROLE: &str = "role:arn:aws:iam::1:role/models";
const ARN: &str = "arn:aws:iam::1:role/models";
const LIMITS: &str = "boundary:arn:aws:iam::1:policy/limits";
const FORBIDS: &str = "policy:arn:aws:iam::1:policy/limits#denied";

/// What AWS decides, and what is said of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decision {
    /// AWS allows it, and the path is shown.
    Allowed,
    /// AWS denies it, and there is no path.
    Denied,
    /// AWS denies it, and a path is shown all the same, since what denies it may not apply. The other way round there is
    /// nothing: what AWS allows is never said to be closed.
    DeniedAndStillShown,
}
use Decision::{Allowed, Denied, DeniedAndStillShown};

/// A line of the table: what holds, the facts, and the decision.
type Case = (&'static str, SourceFacts, Decision);

/// An account with ana in her team, and a role that instances run as.
fn account() -> SourceFacts {
    source("aws", Platform::Aws)
        .lists(ANA, "human")
        .lists(TEAM, "group")
        .lists(ROLE, "role")
        .edge(ANA, "member_of", TEAM, "groups of ana")
        .edge("service:ec2.amazonaws.com", "assumes", ROLE, "trust policy")
}

fn starting() -> SourceFacts {
    account().allows(ANA, "ec2:RunInstances", "*", "policy run")
}

/// Ana may do all that it takes.
fn passing() -> SourceFacts {
    starting().allows(ANA, "iam:PassRole", ARN, "policy pass")
}

fn bounded(facts: SourceFacts) -> SourceFacts {
    facts
        .edge(ANA, "bounded_by", LIMITS, "boundary")
        .edge(ANA, "member_of", FORBIDS, "boundary")
}

/// A role that ana takes on rather than starts.
fn trusting(who: &str) -> SourceFacts {
    source("aws", Platform::Aws)
        .lists(ANA, "human")
        .lists(ROLE, "role")
        .edge(who, "assumes", ROLE, "trust policy")
}

fn conditional_denial() -> SourceFacts {
    let mut facts = passing().denies(ANA, "iam:PassRole", "*", "policy no");
    for permission in &mut facts.permissions {
        if permission.effect == "deny" {
            permission.condition = r#"{"Bool":{"aws:MultiFactorAuthPresent":"false"}}"#.to_owned();
        }
    }
    facts
}

fn identity_policies() -> Vec<Case> {
    vec![
        (
            "a request is denied unless something allows it",
            starting(),
            Denied,
        ),
        ("an allow of each action allows", passing(), Allowed),
        (
            "an allow of a group is its members'",
            starting().allows(TEAM, "iam:PassRole", ARN, "policy"),
            Allowed,
        ),
        (
            "an explicit deny overrides every allow",
            passing().denies(ANA, "iam:PassRole", "*", "policy no"),
            Denied,
        ),
        (
            "an explicit deny of a group overrides the allow of a user",
            passing().denies(TEAM, "iam:*", "*", "policy no"),
            Denied,
        ),
        (
            "the deny of one action of two is enough",
            passing().denies(ANA, "ec2:RunInstances", "*", "policy no"),
            Denied,
        ),
        (
            "a deny of another resource denies nothing here",
            passing().denies(
                ANA,
                "iam:PassRole",
                "arn:aws:iam::1:role/other",
                "policy no",
            ),
            Allowed,
        ),
        (
            "a deny whose condition may not hold may not apply",
            conditional_denial(),
            DeniedAndStillShown,
        ),
        (
            "actions are compared without case, wildcards match any text",
            starting().allows(ANA, "IAM:pass*", "*", "policy"),
            Allowed,
        ),
    ]
}

/// What is said by what it leaves out.
fn negations() -> Vec<Case> {
    let both = |facts: SourceFacts, action: &str| facts.allows(ANA, action, "*", "policy");
    vec![
        (
            "NotAction with Allow allows everything else",
            both(starting(), "!s3:*"),
            Allowed,
        ),
        (
            "NotAction with Allow does not allow what it names",
            both(
                starting(),
                "!iam:*,ec2*,ssm:*,codedeploy:*,codestar:*,sso:*",
            ),
            Denied,
        ),
        (
            "NotAction with Deny denies everything else",
            passing().denies(ANA, "!iam:*", "*", "policy no"),
            Denied,
        ),
        (
            "NotAction with Deny spares what it names",
            passing().denies(ANA, "!iam:*,ec2:*", "*", "policy no"),
            Allowed,
        ),
        (
            "NotResource with Allow allows on everything else",
            starting().allows(ANA, "iam:PassRole", "!arn:aws:iam::1:role/other", "policy"),
            Allowed,
        ),
        (
            "NotResource with Allow does not allow on what it names",
            starting().allows(ANA, "iam:PassRole", "!arn:aws:iam::1:role/m*", "policy"),
            Denied,
        ),
        (
            "NotResource with Deny spares what it names",
            passing().denies(ANA, "iam:PassRole", "!arn:aws:iam::1:role/m*", "policy no"),
            Allowed,
        ),
        (
            "NotResource with Deny denies on everything else",
            passing().denies(
                ANA,
                "iam:PassRole",
                "!arn:aws:iam::1:role/other",
                "policy no",
            ),
            Denied,
        ),
    ]
}

fn boundaries() -> Vec<Case> {
    let limit =
        |facts: SourceFacts, action: &str| bounded(facts).allows(LIMITS, action, "*", "boundary");
    vec![
        (
            "policy and boundary both allow",
            limit(passing(), "*"),
            Allowed,
        ),
        (
            "a boundary that does not allow denies implicitly",
            limit(passing(), "ec2:*"),
            Denied,
        ),
        (
            "a boundary allows nothing by itself",
            limit(starting(), "*"),
            Denied,
        ),
        (
            "a boundary without any statement leaves nothing",
            bounded(passing()),
            Denied,
        ),
        (
            "a deny in a boundary is explicit",
            limit(passing(), "*").denies(FORBIDS, "iam:PassRole", "*", "boundary"),
            Denied,
        ),
        (
            "a boundary limits what groups give, too",
            limit(
                starting().allows(TEAM, "iam:PassRole", ARN, "policy"),
                "ec2:*",
            ),
            Denied,
        ),
    ]
}

fn roles() -> Vec<Case> {
    let assume = |facts: SourceFacts| facts.allows(ANA, "sts:AssumeRole", ARN, "policy");
    vec![
        (
            "trust that names a user of the account is enough",
            trusting(ANA),
            Allowed,
        ),
        (
            "trust in the account leaves it to policies, and none allows",
            trusting("account:1"),
            Denied,
        ),
        (
            "trust in the account and a policy that allows",
            assume(trusting("account:1")),
            Allowed,
        ),
        (
            "a policy without trust is not enough",
            assume(trusting("service:ec2.amazonaws.com")),
            Denied,
        ),
        (
            "an explicit deny overrides trust by name",
            trusting(ANA).denies(ANA, "sts:AssumeRole", "*", "policy no"),
            Denied,
        ),
        (
            "an explicit deny of a group overrides trust in its member",
            trusting(ANA)
                .lists(TEAM, "group")
                .edge(ANA, "member_of", TEAM, "groups of ana")
                .denies(TEAM, "sts:*", "*", "policy no"),
            Denied,
        ),
        (
            "a deny of another action leaves trust as it is",
            trusting(ANA).denies(ANA, "sts:AssumeRoleWithSAML", "*", "policy no"),
            Allowed,
        ),
        (
            "an explicit deny in a trust policy overrides what it allows",
            trusting(ANA).denies(ANA, "sts:AssumeRole", ARN, "trust policy"),
            Denied,
        ),
        (
            "a trust policy that denies everybody trusts nobody",
            trusting(ANA).denies("anyone", "sts:AssumeRole", ARN, "trust policy"),
            Denied,
        ),
        (
            "a trust policy that denies an account denies whoever is in it",
            assume(trusting("account:1")).denies(
                "account:1",
                "sts:AssumeRole",
                ARN,
                "trust policy",
            ),
            Denied,
        ),
        (
            "a trust policy that denies another account denies nobody here",
            trusting(ANA).denies("account:2", "sts:AssumeRole", ARN, "trust policy"),
            Allowed,
        ),
    ]
}

/// Policies that allow nothing and only take away: of a session, and of an organization.
fn limits() -> Vec<Case> {
    let session =
        |facts: SourceFacts| facts.edge(ANA, "bounded_by", "boundary:session", "session policy");
    let organization = |facts: SourceFacts| {
        facts.edge(ANA, "bounded_by", "boundary:scp", "service control policy")
    };
    vec![
        (
            "a session policy that does not allow limits the session",
            session(passing()).allows("boundary:session", "ec2:*", "*", "session policy"),
            Denied,
        ),
        (
            "a session policy that allows leaves what policies allow",
            session(passing()).allows("boundary:session", "*", "*", "session policy"),
            Allowed,
        ),
        (
            "a service control policy that does not allow limits the account",
            organization(passing()).allows("boundary:scp", "s3:*", "*", "service control policy"),
            Denied,
        ),
        (
            "a service control policy and a boundary both have to allow",
            organization(session(passing()))
                .allows("boundary:scp", "ec2:*", "*", "service control policy")
                .allows("boundary:session", "*", "*", "session policy"),
            Denied,
        ),
        (
            "what a service control policy and a boundary both allow is left",
            organization(session(passing()))
                .allows("boundary:scp", "*", "*", "service control policy")
                .allows("boundary:session", "*", "*", "session policy"),
            Allowed,
        ),
        (
            "a deny in a service control policy is explicit",
            organization(passing())
                .allows("boundary:scp", "*", "*", "service control policy")
                .edge(
                    ANA,
                    "member_of",
                    "policy:scp#denied",
                    "service control policy",
                )
                .denies(
                    "policy:scp#denied",
                    "iam:PassRole",
                    "*",
                    "service control policy",
                ),
            Denied,
        ),
    ]
}

#[test]
fn what_aws_decides_is_what_is_said_or_less_than_that() {
    let cases = [
        identity_policies(),
        negations(),
        boundaries(),
        roles(),
        limits(),
    ]
    .concat();
    let mut still_shown = 0;
    for (rule, facts, decision) in &cases {
        let shown = crosses(&split(&[ANA], &[ROLE]), std::slice::from_ref(facts));
        assert_eq!(shown, *decision != Denied, "{rule}: {decision:?}");
        still_shown += usize::from(*decision == DeniedAndStillShown);
    }
    assert_eq!((cases.len(), still_shown), (40, 1));
}

/// The one denial that stays a path: nobody knows whether its condition will hold, and the answer says that it rests on it.
#[test]
fn a_deny_that_may_not_apply_is_said() {
    let unless = r#"not {"Bool":{"aws:MultiFactorAuthPresent":"false"}}"#;
    let mut trusted = trusting(ANA).denies(ANA, "sts:AssumeRole", ARN, "trust policy");
    for permission in &mut trusted.permissions {
        permission.condition = r#"{"Bool":{"aws:MultiFactorAuthPresent":"false"}}"#.to_owned();
    }
    for (facts, policy) in [
        (conditional_denial(), "policy no"),
        (trusted, "trust policy"),
    ] {
        let said = facts::said(&split(&[ANA], &[ROLE]), &[facts]);
        let expected = format!("{policy}, which denies it (if `{unless}`, which is taken to hold)");
        assert!(said.contains(&expected), "{said}");
    }
}
