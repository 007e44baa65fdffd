//! `OpenBao` and Vault: one rule decides a path, whichever policies of a token it is in.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod facts;

use facts::{Says, crosses, source, split};
use portcullis_access::{Platform, SourceFacts};

const RUNTIME: &str = "role:auth/jwt/role/fraud";

/// Ana with these policies, each a list of capabilities on paths, beside the role that fraud logs in to.
fn held(policies: &[&[(&str, &str)]]) -> SourceFacts {
    let mut facts = source("bao", Platform::Vault).lists(RUNTIME, "role");
    for (number, rules) in policies.iter().enumerate() {
        let policy = format!("policy:p{number}");
        facts = facts.edge("user:ana", "member_of", &policy, "entity ana");
        for (capability, path) in *rules {
            facts = match *capability {
                "deny" => facts.denies(&policy, "deny", path, &policy),
                _ => facts.allows(&policy, capability, path, &policy),
            };
        }
    }
    facts
}

#[test]
fn the_narrowest_rule_decides_over_all_policies_of_a_token() {
    const WRITES: (&str, &str) = ("update", "sys/policies/acl/*");
    for (policies, expected) in [
        (vec![&[WRITES][..]], true),
        // A denial of all yields to a permission on some.
        (vec![&[("deny", "sys/*"), WRITES][..]], true),
        (vec![&[("deny", "*")][..], &[WRITES][..]], true),
        // On the same path it does not.
        (
            vec![&[WRITES][..], &[("deny", "sys/policies/acl/*")][..]],
            false,
        ),
        // A rule that gives little takes what a broader one gives.
        (
            vec![
                &[("update", "sys/*")][..],
                &[("read", "sys/policies/acl/*"), ("read", "sys/policy/*")][..],
            ],
            false,
        ),
        (
            vec![
                &[("update", "sys/*")][..],
                &[("none", "sys/policies/*"), ("none", "sys/policy/*")][..],
            ],
            false,
        ),
        // What is taken on one name is left on all others.
        (
            vec![&[WRITES][..], &[("deny", "sys/policies/acl/admin")][..]],
            true,
        ),
        (
            vec![
                &[("update", "sys/policies/acl/mine")][..],
                &[("deny", "sys/policies/acl/mine")][..],
            ],
            false,
        ),
        // Segments: two wildcards against one.
        (
            vec![
                &[("update", "sys/+/acl/*")][..],
                &[("deny", "sys/policies/acl/*"), ("deny", "sys/policy/*")][..],
            ],
            false,
        ),
        (
            vec![
                &[("update", "sys/policies/acl/*")][..],
                &[("deny", "+/+/acl/*")][..],
            ],
            true,
        ),
        // Nobody knows what a template makes of itself.
        (
            vec![
                &[("update", "sys/policies/acl/{{identity.entity.name}}")][..],
                &[("deny", "sys/policies/acl/*")][..],
            ],
            true,
        ),
        (
            vec![
                &[WRITES][..],
                &[("deny", "sys/policies/acl/{{identity.entity.name}}*")][..],
            ],
            true,
        ),
    ] {
        let facts = held(&policies);
        let found = crosses(&split(&["user:ana"], &[RUNTIME]), &[facts]);
        assert_eq!(found, expected, "{policies:?}");
    }
}

#[test]
fn a_namespace_has_the_same_ways_below_its_path() {
    let rules: &[&[(&str, &str)]] = &[&[("update", "team/sys/policies/acl/*")]];
    let split = split(&["user:ana"], &[RUNTIME]);
    assert!(!crosses(&split, &[held(rules)]));
    let listed = held(rules).object("namespace:team/", "namespace", "id", "eMuUCe");
    assert!(crosses(&split, &[listed]));
}

#[test]
fn a_role_that_others_keep_away_from_is_not_led_to() {
    let split = split(&["user:ana"], &[RUNTIME]);
    let broad = ("update", "auth/jwt/role/*");
    for (policies, expected) in [
        (vec![&[broad][..]], true),
        (
            vec![&[broad][..], &[("deny", "auth/jwt/role/fraud")][..]],
            false,
        ),
        (
            vec![&[broad][..], &[("deny", "auth/jwt/role/other")][..]],
            true,
        ),
        (
            vec![&[("update", "auth/jwt/role/{{identity.entity.name}}")][..]],
            true,
        ),
    ] {
        assert_eq!(
            crosses(&split, &[held(&policies)]),
            expected,
            "{policies:?}"
        );
    }
}

#[test]
fn a_role_of_tokens_is_taken_on_by_whoever_creates_tokens_by_it() {
    let runtime = "role:auth/token/create/fraud";
    for (path, expected) in [
        ("auth/token/create/fraud", true),
        ("auth/token/create/*", true),
        ("auth/token/create/other", false),
        ("auth/token/create", false),
    ] {
        let facts = held(&[&[("update", path)]]).lists(runtime, "role");
        assert_eq!(
            crosses(&split(&["user:ana"], &[runtime]), &[facts]),
            expected,
            "{path}"
        );
    }
}
