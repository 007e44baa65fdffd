//! Facts that hurt: a clear answer all the same, never a wrong one, and soon.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

mod facts;

use std::collections::{BTreeMap, BTreeSet};

use facts::{Says, crosses, crossing, judge, judge_with, said, source, split};
use portcullis_access::{ListedSubject, Memberships, Platform, Separation};
use portcullis_model::Subject;

#[test]
fn everything_in_circles() {
    let mut cluster = source("cluster", Platform::Kubernetes);
    for (from, to) in [("a", "b"), ("b", "c"), ("c", "a"), ("a", "a")] {
        let (from, to) = (format!("sa:x/{from}"), format!("sa:x/{to}"));
        cluster =
            cluster
                .edge(&from, "assumes", &to, "config")
                .edge(&from, "member_of", &to, "config");
    }
    let cluster = cluster.edge("role:x/r", "member_of", "role:x/r", "RoleBinding x/r");
    assert!(crosses(
        &split(&["sa:cluster/x/a"], &["sa:cluster/x/c"]),
        std::slice::from_ref(&cluster)
    ));
    assert!(!crosses(
        &split(&["sa:cluster/x/a"], &["sa:cluster/y/c"]),
        &[cluster]
    ));
}

#[test]
fn a_group_of_a_hundred_thousand() {
    let members: BTreeSet<Subject> = (0..100_000)
        .map(|one| format!("user:u{one}").parse().unwrap())
        .collect();
    let groups = Memberships::from([("group:all".parse().unwrap(), members)]);
    let cluster = source("cluster", Platform::Kubernetes)
        .edge(
            "group:all",
            "member_of",
            "role:infer/pods",
            "RoleBinding infer/pods",
        )
        .allows(
            "role:infer/pods",
            "create pods",
            "infer/*",
            "Role infer/pods",
        );
    let unread = BTreeMap::new();
    let at = |namespace: &str| split(&["group:all"], &[&format!("sa:cluster/{namespace}/run")]);
    let Separation::Crossed(crossing) = judge_with(
        &at("infer"),
        std::slice::from_ref(&cluster),
        &groups,
        &unread,
    ) else {
        panic!("no crossing");
    };
    assert_eq!(crossing.others, 100_000);
    assert!(matches!(
        judge_with(&at("serve"), &[cluster], &groups, &unread),
        Separation::Holds(_)
    ));
}

#[test]
fn a_live_group_of_a_hundred_thousand_with_half_of_what_a_rule_needs() {
    let group = "group:arn:aws:iam::1:group/all";
    let mut account = source("aws", Platform::Aws)
        .lists("role:arn:aws:iam::1:role/models", "role")
        .lists(group, "group")
        .edge(
            "service:ec2.amazonaws.com",
            "assumes",
            "role:arn:aws:iam::1:role/models",
            "trust",
        )
        .allows(group, "iam:PassRole", "*", "policy pass")
        .allows(
            "user:arn:aws:iam::1:user/u7",
            "ec2:RunInstances",
            "*",
            "policy instances",
        );
    for one in 0..100_000 {
        account = account.edge(
            &format!("user:arn:aws:iam::1:user/u{one}"),
            "member_of",
            group,
            "membership",
        );
    }
    let of = |user: &str| {
        split(
            &[&format!("user:arn:aws:iam::1:user/{user}")],
            &["role:arn:aws:iam::1:role/models"],
        )
    };
    assert!(crosses(&of("u7"), std::slice::from_ref(&account)));
    assert!(!crosses(&of("u8"), &[account]));
}

#[test]
fn a_role_that_grants_everything_twice_over() {
    let mut cluster = source("cluster", Platform::Kubernetes).edge(
        "user:root",
        "member_of",
        "clusterrole:root",
        "b",
    );
    for object in ["*/*", "*/*", "", "/", "a/b/c", "**", "infer/*"] {
        for operation in [
            "* *.*",
            "* *",
            "*",
            "",
            " ",
            "* * *",
            "create pods/exec/more",
        ] {
            cluster = cluster.allows("clusterrole:root", operation, object, "ClusterRole root");
        }
    }
    let crossing = crossing(
        &split(&["user:root"], &["sa:cluster/infer/run"]),
        &[cluster],
    );
    assert!(!crossing.cuts.sets.is_empty());
}

#[test]
fn the_same_id_twice_is_one_subject() {
    let cluster = source("cluster", Platform::Kubernetes)
        .lists("sa:infer/run", "service-account")
        .lists("sa:infer/run", "role")
        .edge("sa:build/deploy", "assumes", "sa:infer/run", "config")
        .edge("sa:build/deploy", "assumes", "sa:infer/run", "config");
    let found = crossing(
        &split(&["sa:cluster/build/deploy"], &["sa:cluster/infer/run"]),
        &[cluster],
    );
    assert_eq!(found.runtime.hops.len(), 1);
}

#[test]
fn a_permission_of_a_subject_that_nobody_listed_is_one() {
    let cluster = source("cluster", Platform::Kubernetes).allows(
        "sa:build/deploy",
        "create pods",
        "infer/*",
        "something",
    );
    assert!(crosses(
        &split(&["sa:cluster/build/deploy"], &["sa:cluster/infer/run"]),
        &[cluster]
    ));
}

#[test]
fn a_subject_cannot_pose_as_what_stands_for_many() {
    let cluster = source("cluster", Platform::Kubernetes)
        .edge(
            "any service account in infer",
            "assumes",
            "sa:infer/run",
            "config",
        )
        .edge(
            "sa:build/deploy",
            "assumes",
            "any service account in infer",
            "config",
        )
        .edge("cluster admin", "member_of", "sa:other/one", "config");
    assert!(crosses(
        &split(&["sa:cluster/build/deploy"], &["sa:cluster/infer/run"]),
        std::slice::from_ref(&cluster)
    ));
    assert!(!crosses(
        &split(&["sa:cluster/build/deploy"], &["sa:cluster/infer/other"]),
        &[cluster]
    ));
}

#[test]
fn one_cluster_cannot_speak_of_the_groups_of_another() {
    let one = source("one", Platform::Kubernetes).edge(
        "sa:build/deploy",
        "member_of",
        "group:system:masters",
        "a lie about another cluster",
    );
    let two = source("two", Platform::Kubernetes).lists("sa:infer/run", "service-account");
    assert!(!crosses(
        &split(&["sa:one/build/deploy"], &["sa:two/infer/run"]),
        &[one, two]
    ));
}

#[test]
fn names_of_every_kind_are_shown_and_never_obeyed() {
    let names = [
        "",
        ":",
        "sa:",
        "sa:a",
        "sa:///",
        "ci:",
        "ci:::",
        "group:",
        "user:system:serviceaccount:",
        "\u{0}",
        "sa:\u{1b}[31m/\n",
        "ユーザー:太郎",
        "a`b",
    ];
    let mut cluster = source("cluster", Platform::Kubernetes);
    for from in names {
        cluster.subjects.push(ListedSubject {
            id: from.to_owned(),
            ..ListedSubject::default()
        });
        for to in names {
            cluster = cluster.edge(from, to, to, from).allows(from, to, from, to);
        }
        cluster = cluster
            .edge("user:ana", "assumes", from, from)
            .edge(from, "assumes", "user:bo", from);
    }
    let text = said(&split(&["user:ana"], &["user:bo"]), &[cluster]);
    assert!(text.contains("user:ana"), "{text}");
    assert!(
        text.chars()
            .all(|character| character == '\n' || !character.is_control()),
        "{text:?}"
    );
}

#[test]
fn what_has_ended_is_no_path() {
    let mut cluster = source("cluster", Platform::Kubernetes).edge(
        "sa:build/deploy",
        "assumes",
        "sa:infer/run",
        "config",
    );
    let apart = split(&["sa:cluster/build/deploy"], &["sa:cluster/infer/run"]);
    for (ends, is_crossed) in [
        ("2026-11-23T07:59:59Z", false),
        ("2026-11-23T08:00:01Z", true),
    ] {
        cluster.edges[0].expires_at = Some(ends.parse().unwrap());
        assert_eq!(
            crosses(&apart, std::slice::from_ref(&cluster)),
            is_crossed,
            "{ends}"
        );
    }
}

#[test]
fn a_cut_that_would_need_more_than_three_changes_is_not_made_up() {
    let mut cluster = source("cluster", Platform::Kubernetes);
    for way in ["a", "b", "c", "d"] {
        let role = format!("role:infer/{way}");
        cluster = cluster
            .edge(
                "group:ml",
                "member_of",
                &role,
                &format!("RoleBinding infer/{way}"),
            )
            .allows(
                &role,
                "create serviceaccounts/token",
                "infer/run",
                &format!("Role infer/{way}"),
            );
    }
    let found = crossing(
        &split(&["group:ml", "user:x"], &["sa:cluster/infer/run"]),
        std::slice::from_ref(&cluster),
    );
    let sets: Vec<&str> = found.cuts.sets.iter().map(|set| set[0].as_str()).collect();
    assert_eq!(
        sets,
        [
            "take `group:ml` off the deploy side",
            "take `sa:cluster/infer/run` off the runtime side"
        ]
    );
    assert!(matches!(
        judge(&split(&["user:x"], &["sa:cluster/infer/run"]), &[cluster]),
        Separation::Holds(_)
    ));
}
