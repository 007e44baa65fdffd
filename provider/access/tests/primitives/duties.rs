//! Portcullis' own words for duties, and what no permission says.

use std::collections::BTreeMap;

use super::super::Case;
use super::super::facts::{Says, source, split, subjects};
use portcullis_access::{Memberships, Platform, SourceFacts};

const RUNTIME: &str = "spiffe://acme.example/production/fraud";

/// A primitive, what fires it, and what its twin has instead.
type Pair = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static [(&'static str, &'static str)],
);

/// What somebody on the deploy side may do to the runtime identity, and the twin.
#[rustfmt::skip]
const PAIRS: &[Pair] = &[
    ("portcullis-trust-edit", &[("edit trust", RUNTIME)], &[("read trust", RUNTIME)]),
    ("portcullis-image-swap", &[("deploy", RUNTIME)], &[("deploy", "spiffe://acme.example/staging/fraud")]),
    ("portcullis-config-secret-env", &[("set environment", RUNTIME)], &[("read environment", RUNTIME)]),
    ("portcullis-exec-debug", &[("attach", RUNTIME)], &[("read logs", RUNTIME)]),
    ("portcullis-read-secret", &[("read secret", RUNTIME)], &[("list secrets", RUNTIME)]),
    ("portcullis-mint-token", &[("exchange token", RUNTIME)], &[("verify token", RUNTIME)]),
    ("portcullis-approve-own", &[("request change", RUNTIME), ("approve change", RUNTIME)], &[("request change", RUNTIME), ("approve change", "spiffe://acme.example/staging/other")]),
    ("portcullis-owner-edit", &[("edit owners", RUNTIME)], &[("read owners", RUNTIME)]),
    ("portcullis-policy-edit", &[("edit policy", "spiffe://acme.example/production/*")], &[("edit policy", "spiffe://acme.example/staging/*")]),
    ("portcullis-ledger-write", &[("write ledger", "*")], &[("read ledger", "*")]),
    ("portcullis-plugin-install", &[("change plugin", "*")], &[("run plugin", "*")]),
    ("portcullis-pool-to-node", &[("node access", RUNTIME)], &[("use pool", RUNTIME)]),
    ("portcullis-wildcard-future", &[("*", RUNTIME)], &[("*", "spiffe://acme.example/staging/fraud")]),
];

fn directory() -> SourceFacts {
    source("directory", Platform::Other)
        .lists("user:ana", "human")
        .lists("user:bo", "human")
        .lists(RUNTIME, "agent")
}

fn granted(mut directory: SourceFacts, subject: &str, held: &[(&str, &str)]) -> SourceFacts {
    for (operation, object) in held {
        directory = directory.allows(subject, operation, object, "team page");
    }
    directory
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (id, fires, silent) in PAIRS {
        for (held, does) in [(fires, true), (silent, false)] {
            let directory = granted(directory(), "user:ana", held);
            cases.push(Case::new(
                id,
                does,
                split(&["user:ana"], &[RUNTIME]),
                vec![directory],
            ));
        }
    }
    for (operation, fires) in [("write pipeline", true), ("read pipeline", false)] {
        let directory = granted(directory(), RUNTIME, &[(operation, "user:ana")]);
        let split = split(&["user:ana"], &[RUNTIME]);
        cases.push(Case::new(
            "portcullis-runtime-to-deploy",
            fires,
            split,
            vec![directory],
        ));
    }
    for (owner, fires) in [("user:gone", true), ("user:bo", false)] {
        let directory = granted(directory(), "user:ana", &[("request change", RUNTIME)]);
        let directory = directory.labels(RUNTIME, "owner", owner);
        let split = split(&["user:ana"], &[RUNTIME]);
        cases.push(Case::new(
            "portcullis-offboarded-owner",
            fires,
            split,
            vec![directory],
        ));
    }
    cases.extend(by_search());
    cases.extend(by_mode());
    cases
}

/// What the search finds without any rule.
fn by_search() -> Vec<Case> {
    let mut cases = Vec::new();
    for (who, fires) in [("user:ana", true), ("user:bo", false)] {
        let split = split(&["user:ana"], &[who, RUNTIME]);
        cases.push(Case::new(
            "portcullis-same-principal",
            fires,
            split,
            Vec::new(),
        ));
    }
    for (member, fires) in [("user:ana", true), ("user:bo", false)] {
        let split = split(&["user:ana"], &["group:outer"]);
        let mut case = Case::new("portcullis-group-nesting", fires, split, Vec::new());
        case.groups = Memberships::from([
            ("group:outer".parse().unwrap(), subjects(&["group:inner"])),
            ("group:inner".parse().unwrap(), subjects(&[member])),
        ]);
        cases.push(case);
    }
    for (last, fires) in [
        (RUNTIME, true),
        ("spiffe://acme.example/staging/fraud", false),
    ] {
        let chain = directory()
            .edge(
                "user:ana",
                "assumes",
                "role:arn:aws:iam::1:role/one",
                "trust",
            )
            .edge(
                "role:arn:aws:iam::1:role/one",
                "assumes",
                "role:arn:aws:iam::1:role/two",
                "trust",
            )
            .edge("role:arn:aws:iam::1:role/two", "assumes", last, "trust");
        let split = split(&["user:ana"], &[RUNTIME]);
        cases.push(Case::new(
            "portcullis-assume-chain",
            fires,
            split,
            vec![chain],
        ));
    }
    cases
}

/// What is unknown, and what ends by itself.
fn by_mode() -> Vec<Case> {
    let mut cases = Vec::new();
    for (is_unread, fires) in [(true, true), (false, false)] {
        let split = split(&["user:ana"], &[RUNTIME]);
        let mut case = Case::new(
            "portcullis-unknown-at-plan",
            fires,
            split,
            vec![directory()],
        );
        if is_unread {
            case.unread = BTreeMap::from([(
                "cluster".parse().unwrap(),
                "not known until apply".to_owned(),
            )]);
        }
        cases.push(case);
    }
    for (ends, fires) in [
        (None, true),
        (Some("2027-01-01T00:00:00Z"), true),
        (Some("2026-11-23T12:00:00Z"), false),
    ] {
        let mut directory =
            directory().edge("user:ana", "assumes", RUNTIME, "break-glass procedure");
        for edge in &mut directory.edges {
            edge.mode = "break-glass".to_owned();
            edge.expires_at = ends.map(|ends| ends.parse().unwrap());
        }
        let split = split(&["user:ana"], &[RUNTIME]);
        cases.push(Case::new(
            "portcullis-break-glass-permanent",
            fires,
            split,
            vec![directory],
        ));
    }
    cases
}
