//! AWS beside a naive twin, written apart: what is allowed to whom is asked of every statement in turn.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking, and says on standard output how much it tried"
)]

mod facts;

use std::collections::BTreeSet;
use std::time::Instant;

use facts::{Says, crosses, source, split};
use portcullis_access::{Platform, SourceFacts};
use proptest::prelude::*;

const ANA: &str = "user:arn:aws:iam::1:user/ana";
const BO: &str = "user:arn:aws:iam::1:user/bo";
const GROUP: &str = "group:arn:aws:iam::1:group/g";
const ONE: &str = "role:arn:aws:iam::1:role/one";
const TWO: &str = "role:arn:aws:iam::1:role/two";
const BOUNDARY: &str = "boundary:b";

const HOLDERS: [&str; 6] = [ANA, BO, GROUP, ONE, TWO, BOUNDARY];
const ACTIONS: [&str; 8] = [
    "iam:PassRole",
    "iam:Pass*",
    "ec2:RunInstances",
    "ec2:Run*",
    "sts:AssumeRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:CreateAccessKey",
    "iam:AddUserToGroup",
];
const RESOURCES: [&str; 6] = [
    "*",
    "arn:aws:iam::1:role/one",
    "arn:aws:iam::1:role/*",
    "arn:aws:iam::1:user/bo",
    "arn:aws:iam::1:group/*",
    "arn:aws:iam::1:role/t*",
];

/// A statement: who, what, on what, and whether it allows.
type Statement = (&'static str, &'static str, &'static str, bool);

/// Everything that is said of an account.
#[derive(Debug, Clone, Default)]
struct Account {
    statements: Vec<Statement>,
    /// Whether ana, and bo, are in the group.
    members: [bool; 2],
    /// Whether the boundary holds for ana.
    bounded: bool,
    /// For each role whether instances may take it on, whoever has the permission, and the other role.
    trusts: [[bool; 3]; 2],
}

impl Account {
    fn facts(&self) -> SourceFacts {
        let mut facts = source("aws", Platform::Aws)
            .lists(ANA, "human")
            .lists(BO, "human")
            .lists(GROUP, "group")
            .lists(ONE, "role")
            .lists(TWO, "role");
        for (who, action, resource, allows) in &self.statements {
            facts = if *allows {
                facts.allows(who, action, resource, "allowed")
            } else {
                facts.denies(who, action, resource, "denied")
            };
        }
        for (user, is_member) in [ANA, BO].into_iter().zip(self.members) {
            if is_member {
                facts = facts.edge(user, "member_of", GROUP, "membership");
            }
        }
        if self.bounded {
            facts = facts.edge(ANA, "bounded_by", BOUNDARY, "boundary");
        }
        for ((role, other), trusts) in [(ONE, TWO), (TWO, ONE)].into_iter().zip(self.trusts) {
            for (who, trusted) in ["service:ec2.amazonaws.com", "account:1", other]
                .into_iter()
                .zip(trusts)
            {
                if trusted {
                    facts = facts.edge(who, "assumes", role, "trust policy");
                }
            }
        }
        facts
    }

    /// Whether somebody may do one action on one resource, in the group or not, with what the group denies or without.
    fn may(&self, who: &str, [in_group, denies]: [bool; 2], action: &str, resource: &str) -> bool {
        let said = |allows: bool, holds: &dyn Fn(&str) -> bool| {
            let mut statements = self.statements.iter();
            statements.any(|(holder, action_said, resource_said, allowed)| {
                let is_about = matches(action_said, action) && matches(resource_said, resource);
                *allowed == allows && holds(holder) && is_about
            })
        };
        let unbounded = !self.bounded || who != ANA || said(true, &|holder| holder == BOUNDARY);
        let allowed = said(true, &|holder| {
            holder == who || (in_group && holder == GROUP)
        });
        let denied = said(false, &|holder| {
            holder == who || (denies && holder == GROUP)
        });
        allowed && unbounded && !denied
    }

    fn is_member(&self, who: &str) -> bool {
        (who == ANA && self.members[0]) || (who == BO && self.members[1])
    }

    /// Everybody whom somebody can become. What a group denies is denied to whoever joins it: `strict` says so, and
    /// otherwise it is denied to those who are in it already.
    fn reach(&self, start: &'static str, strict: bool) -> BTreeSet<&'static str> {
        let mut reached = BTreeSet::from([start]);
        loop {
            let mut more = BTreeSet::new();
            for &who in &reached {
                let is_member = self.is_member(who);
                more.extend(self.becomes(who, [is_member, is_member]));
                if self.may(
                    who,
                    [is_member, is_member],
                    "iam:AddUserToGroup",
                    "arn:aws:iam::1:group/g",
                ) {
                    more.extend(self.becomes(who, [true, strict || is_member]));
                }
            }
            let before = reached.len();
            reached.extend(more);
            if reached.len() == before {
                return reached;
            }
        }
    }

    /// Whom somebody can become by one step.
    fn becomes(&self, who: &str, group: [bool; 2]) -> BTreeSet<&'static str> {
        let mut more = BTreeSet::new();
        let runs = self.may(
            who,
            group,
            "ec2:RunInstances",
            "arn:aws:ec2:eu:1:instance/i",
        );
        for (position, role) in [ONE, TWO].into_iter().enumerate() {
            let [by_instances, by_permission, by_other] = self.trusts[position];
            let arn = role.strip_prefix("role:").unwrap();
            let passes = runs && by_instances && self.may(who, group, "iam:PassRole", arn);
            let assumes = by_permission && self.may(who, group, "sts:AssumeRole", arn);
            let edits = self.may(who, group, "iam:UpdateAssumeRolePolicy", arn);
            let named = by_other && [TWO, ONE][position] == who;
            if passes || assumes || edits || named {
                more.insert(role);
            }
        }
        for user in [ANA, BO] {
            let arn = user.strip_prefix("user:").unwrap();
            if self.may(who, group, "iam:CreateAccessKey", arn) {
                more.insert(user);
            }
        }
        more
    }

    /// Whether ana and the second role are crossed; whoever takes the role on by its trust alone has it at any time.
    fn is_crossed(&self, strict: bool) -> bool {
        let reaches = |from, to| self.reach(from, strict).contains(to);
        let named = self.trusts[1][2] && reaches(ONE, ANA);
        reaches(ANA, TWO) || reaches(TWO, ANA) || named
    }

    fn check(&self) {
        let found = crosses(&split(&[ANA], &[TWO]), &[self.facts()]);
        assert!(
            found || !self.is_crossed(true),
            "a path is missed: {self:?}"
        );
        assert!(
            !found || self.is_crossed(false),
            "there is no path: {self:?}"
        );
    }
}

/// Whether a text matches a pattern with one `*` at its end at most.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => text.starts_with(prefix),
        None => pattern == text,
    }
}

/// Instances may be started on anything or on nothing: other resources are none of theirs.
fn statement() -> impl Strategy<Value = Statement> {
    (
        0..HOLDERS.len(),
        0..ACTIONS.len(),
        0..RESOURCES.len(),
        prop::bool::weighted(0.8),
    )
        .prop_map(|(who, action, resource, allows)| {
            let action = ACTIONS[action];
            let resource = if action.starts_with("ec2:") {
                "*"
            } else {
                RESOURCES[resource]
            };
            (HOLDERS[who], action, resource, allows)
        })
}

fn account() -> impl Strategy<Value = Account> {
    let statements = prop::collection::vec(statement(), 0..9);
    let trusts = any::<[[bool; 3]; 2]>();
    (
        statements,
        any::<[bool; 2]>(),
        prop::bool::weighted(0.3),
        trusts,
    )
        .prop_map(|(statements, members, bounded, trusts)| Account {
            statements,
            members,
            bounded,
            trusts,
        })
}

/// Every subset of statements that complete, deny and bound each other.
#[test]
fn every_small_account() {
    let menu: [Statement; 11] = [
        (ANA, "iam:PassRole", "arn:aws:iam::1:role/*", true),
        (GROUP, "iam:Pass*", "*", true),
        (ANA, "ec2:RunInstances", "*", true),
        (GROUP, "ec2:Run*", "*", true),
        (GROUP, "iam:PassRole", "arn:aws:iam::1:role/t*", false),
        (ANA, "ec2:Run*", "*", false),
        (BOUNDARY, "ec2:RunInstances", "*", true),
        (BOUNDARY, "iam:Pass*", "arn:aws:iam::1:role/t*", true),
        (ANA, "sts:AssumeRole", "arn:aws:iam::1:role/one", true),
        (
            ONE,
            "iam:UpdateAssumeRolePolicy",
            "arn:aws:iam::1:role/t*",
            true,
        ),
        (ANA, "iam:AddUserToGroup", "arn:aws:iam::1:group/*", true),
    ];
    let (started, mut accounts) = (Instant::now(), 0);
    for chosen in 0_u32..1 << (menu.len() + 2) {
        let has = |position: usize| chosen >> position & 1 == 1;
        let statements = menu
            .iter()
            .enumerate()
            .filter(|(position, _)| has(*position));
        let account = Account {
            statements: statements.map(|(_, statement)| *statement).collect(),
            members: [has(menu.len()), false],
            bounded: has(menu.len() + 1),
            trusts: [[false, true, false], [true, false, false]],
        };
        account.check();
        accounts += 1;
    }
    println!(
        "{accounts} accounts of up to 13 facts, in {:.1} s",
        started.elapsed().as_secs_f64()
    );
}

/// 2,000 cases, or as many as the environment asks for with `PROPTEST_CASES`.
fn rounds() -> ProptestConfig {
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    if asked {
        ProptestConfig::default()
    } else {
        ProptestConfig::with_cases(2_000)
    }
}

proptest! {
    #![proptest_config(rounds())]

    #[test]
    fn larger_accounts_agree_with_the_twin(account in account()) {
        account.check();
    }
}
