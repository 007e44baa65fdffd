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
    /// AWS denies it, and a path is shown all the same: what denies it is not read, or may not apply. The other way round
    /// there is nothing: what AWS allows is never said to be closed.
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
            "an explicit deny overrides trust by name, and is not counted there",
            trusting(ANA).denies(ANA, "sts:AssumeRole", "*", "policy no"),
            DeniedAndStillShown,
        ),
    ]
}

/// What an account does not tell of itself. A session policy and a service control policy only take away.
fn untold() -> Vec<Case> {
    vec![
        (
            "a session policy that does not allow limits the session",
            passing(),
            DeniedAndStillShown,
        ),
        (
            "a service control policy that does not allow limits the account",
            passing(),
            DeniedAndStillShown,
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
        untold(),
    ]
    .concat();
    let mut still_shown = 0;
    for (rule, facts, decision) in &cases {
        let shown = crosses(&split(&[ANA], &[ROLE]), std::slice::from_ref(facts));
        assert_eq!(shown, *decision != Denied, "{rule}: {decision:?}");
        still_shown += usize::from(*decision == DeniedAndStillShown);
    }
    assert_eq!((cases.len(), still_shown), (30, 4));
}
