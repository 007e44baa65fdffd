//! What decides in AWS besides the action: resources, conditions, denials, boundaries, trust and wildcards.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod facts;

use facts::{Says, crosses, crossing, judge, source, split};
use portcullis_access::{Platform, Separation, SourceFacts};

const ANA: &str = "user:arn:aws:iam::1:user/ana";
const ROLE: &str = "role:arn:aws:iam::1:role/models";
const ROLES: &str = "arn:aws:iam::1:role/";

/// A role that instances and the account may take on, and a user who may start instances.
fn account() -> SourceFacts {
    source("aws", Platform::Aws)
        .lists(ANA, "human")
        .lists(ROLE, "role")
        .edge(
            "service:ec2.amazonaws.com",
            "assumes",
            ROLE,
            "trust policy of models",
        )
        .edge("account:1", "assumes", ROLE, "trust policy of models")
        .allows(ANA, "ec2:RunInstances", "*", "policy instances")
}

fn crosses_with(account: SourceFacts) -> bool {
    crosses(&split(&[ANA], &[ROLE]), &[account])
}

#[test]
fn the_witness_names_the_actions_and_the_roles() {
    let account = account().allows(ANA, "iam:PassRole", &format!("{ROLES}*"), "policy pass");
    insta::assert_snapshot!(crossing(&split(&[ANA], &[ROLE]), &[account]).runtime);
}

#[test]
fn the_resource_decides_which_role_is_passed() {
    for (resource, crosses) in [
        ("*", true),
        ("arn:aws:iam::1:role/models", true),
        ("arn:aws:iam::1:role/mod*", true),
        ("arn:aws:iam::?:role/m*s", true),
        ("arn:aws:iam::1:role/other", false),
        ("arn:aws:iam::2:*", false),
        ("!arn:aws:iam::1:role/mod*,arn:aws:iam::2:*", false),
        ("!arn:aws:iam::2:*", true),
    ] {
        let account = account().allows(ANA, "iam:PassRole", resource, "policy pass");
        assert_eq!(crosses_with(account), crosses, "{resource}");
    }
}

#[test]
fn the_action_may_be_a_wildcard() {
    for (action, crosses) in [
        ("iam:*", true),
        ("iam:Pass*", true),
        ("IAM:passrole", true),
        ("*", true),
        ("!s3:*", true),
        ("iam:Get*", false),
    ] {
        let account = self::account().allows(ANA, action, &format!("{ROLES}models"), "policy pass");
        assert_eq!(crosses_with(account), crosses, "{action}");
    }
}

#[test]
fn an_action_on_a_resource_of_another_kind_does_nothing() {
    for (resource, crosses) in [
        ("arn:aws:iam::1:user/ana", false),
        ("arn:aws:iam::1:policy/*", true),
    ] {
        let account = account().allows(ANA, "iam:CreatePolicyVersion", resource, "policy versions");
        assert_eq!(crosses_with(account), crosses, "{resource}");
    }
}

#[test]
fn a_denial_takes_away_unless_it_is_conditional_or_of_something_else() {
    let pass = || account().allows(ANA, "iam:PassRole", "*", "policy pass");
    assert!(!crosses_with(pass().denies(ANA, "iam:*", "*", "policy no")));
    assert!(!crosses_with(pass().denies(
        ANA,
        "iam:PassRole",
        &format!("{ROLES}mod*"),
        "policy no"
    )));
    assert!(!crosses_with(pass().denies(
        ANA,
        "ec2:RunInstances",
        "*",
        "policy no"
    )));
    assert!(crosses_with(pass().denies(
        ANA,
        "iam:PassRole",
        &format!("{ROLES}other"),
        "policy no"
    )));
    let mut conditional = pass().denies(ANA, "iam:*", "*", "policy no");
    for permission in &mut conditional.permissions {
        if permission.effect == "deny" {
            permission.condition = r#"{"Bool":{"aws:MultiFactorAuthPresent":"false"}}"#.to_owned();
        }
    }
    assert!(crosses_with(conditional));
}

#[test]
fn an_unknown_effect_denies() {
    let mut account = account().allows(ANA, "iam:PassRole", "*", "policy pass");
    for permission in &mut account.permissions {
        if permission.operation == "iam:PassRole" {
            permission.effect = "maybe".to_owned();
        }
    }
    assert!(!crosses_with(account));
}

#[test]
fn a_condition_is_taken_to_hold_and_is_said() {
    let mut account = account().allows(ANA, "iam:PassRole", "*", "policy pass");
    for permission in &mut account.permissions {
        permission.condition = "StringEquals aws:PrincipalTag/team ml".to_owned();
    }
    let split = split(&[ANA], &[ROLE]);
    let judged = judge(&split, &[account]).into_verdict("production/fraud-scorer");
    let said = judged.reason().unwrap().to_string();
    assert!(
        said.contains(
            "policy pass (if `StringEquals aws:PrincipalTag/team ml`, which is taken to hold)"
        ),
        "{said}"
    );
}

#[test]
fn a_boundary_leaves_what_it_allows() {
    let bounded = |action: &str, resource: &str| {
        account()
            .allows(ANA, "iam:PassRole", "*", "policy pass")
            .edge(
                ANA,
                "bounded_by",
                "boundary:developers",
                "permission boundary developers",
            )
            .allows(
                "boundary:developers",
                "ec2:*",
                "*",
                "permission boundary developers",
            )
            .allows(
                "boundary:developers",
                action,
                resource,
                "permission boundary developers",
            )
    };
    assert!(crosses_with(bounded("iam:PassRole", "*")));
    assert!(crosses_with(bounded("iam:*", &format!("{ROLES}mod*"))));
    assert!(!crosses_with(bounded(
        "iam:PassRole",
        &format!("{ROLES}other")
    )));
    assert!(!crosses_with(bounded("s3:*", "*")));
}

#[test]
fn the_trust_policy_decides_who_may_take_the_role_on() {
    let bare = || {
        source("aws", Platform::Aws)
            .lists(ANA, "human")
            .lists(ROLE, "role")
    };
    let passing = || {
        bare()
            .allows(ANA, "iam:PassRole", "*", "policy pass")
            .allows(ANA, "ec2:RunInstances", "*", "policy instances")
    };
    let trust = "trust policy of models";
    assert!(!crosses_with(passing()), "a role that trusts nobody");
    assert!(!crosses_with(passing().edge(
        "service:lambda.amazonaws.com",
        "assumes",
        ROLE,
        trust
    )));
    assert!(crosses_with(passing().edge(
        "service:ec2.amazonaws.com",
        "assumes",
        ROLE,
        trust
    )));
    let assuming = || bare().allows(ANA, "sts:AssumeRole", ROLES_ALL, "policy assume");
    assert!(!crosses_with(assuming()));
    assert!(crosses_with(assuming().edge(
        "account:1",
        "assumes",
        ROLE,
        trust
    )));
    assert!(crosses_with(
        assuming().edge("anyone", "assumes", ROLE, trust)
    ));
    assert!(
        crosses_with(bare().edge(ANA, "assumes", ROLE, trust)),
        "named by the trust itself"
    );
}

const ROLES_ALL: &str = "arn:aws:iam::1:role/*";

#[test]
fn roles_chain() {
    let (one, two) = (
        "role:arn:aws:iam::1:role/one",
        "role:arn:aws:iam::1:role/two",
    );
    let chain = account()
        .lists(one, "role")
        .lists(two, "role")
        .edge(ANA, "assumes", one, "trust policy of one")
        .edge(one, "assumes", two, "trust policy of two")
        .allows(
            two,
            "iam:UpdateAssumeRolePolicy",
            "arn:aws:iam::1:role/models",
            "policy two",
        );
    assert!(crosses_with(chain));
}

#[test]
fn what_a_group_and_its_member_hold_together_is_the_members() {
    let group = "group:arn:aws:iam::1:group/passers";
    let account = account()
        .lists(group, "group")
        .lists("user:arn:aws:iam::1:user/bo", "human")
        .edge(ANA, "member_of", group, "membership")
        .edge(
            "user:arn:aws:iam::1:user/bo",
            "member_of",
            group,
            "membership",
        )
        .allows(group, "iam:PassRole", "*", "policy of passers");
    assert!(crosses_with(account.clone()));
    let bo = split(&["user:arn:aws:iam::1:user/bo"], &[ROLE]);
    assert!(
        !crosses(&bo, std::slice::from_ref(&account)),
        "bo cannot start instances"
    );
    let denied = account.denies(ANA, "iam:PassRole", "*", "policy no");
    assert!(
        !crosses_with(denied),
        "what a group allows, its member may be denied"
    );
}

#[test]
fn changing_ones_own_keys_leads_nowhere_and_anybodys_leads_to_them() {
    let victim = "user:arn:aws:iam::1:user/victim";
    let keys = |resource: &str| {
        account()
            .lists(victim, "human")
            .allows(ANA, "iam:CreateAccessKey", resource, "policy keys")
    };
    let split = split(&[ANA], &[victim]);
    assert!(!crosses(
        &split,
        &[keys("arn:aws:iam::1:user/${aws:username}")]
    ));
    assert!(crosses(&split, &[keys("arn:aws:iam::1:user/*")]));
    assert!(crosses(
        &split,
        &[keys("arn:aws:iam::1:user/${aws:PrincipalTag/team}")]
    ));
}

#[test]
fn a_role_that_does_not_exist_yet_can_be_passed_all_the_same() {
    let account = account().allows(
        ANA,
        "iam:PassRole",
        "arn:aws:iam::1:role/new-*",
        "policy pass",
    );
    let later = |role: &str| split(&[ANA], &[role]);
    assert!(crosses(
        &later("role:arn:aws:iam::1:role/new-models"),
        std::slice::from_ref(&account)
    ));
    assert!(matches!(
        judge(&later("role:arn:aws:iam::1:role/old-models"), &[account]),
        Separation::Holds(_)
    ));
}
