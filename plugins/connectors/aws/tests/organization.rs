//! An organization as a script plays it: pages, refusals, and what must not look like a limit.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

use aws_connector::Aws;
use portcullis_testkit::{AccessFacts, Answer, Asked, AwsKeys, Exchange, Fixture, Plugin, Script};
use serde_json::{Value, json};

const ASKED: &str = "/?Action=GetAccountAuthorizationDetails&Version=2010-05-08";
const FIRST: &str = "&Filter.member.1=Group&Filter.member.2=LocalManagedPolicy&Filter.member.3=AWSManagedPolicy&MaxItems=100";
const SECOND: &str = "&Filter.member.1=User&Filter.member.2=Role&MaxItems=100";
const TRUST: &str = "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":{\"Service\":\"ec2.amazonaws.com\"}}]}";
const EVERYTHING: &str = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
const NO_ROLES: &str = r#"{"Statement":{"Effect":"Deny","Action":"iam:PassRole","Resource":"*"}}"#;

fn details(result: &str) -> Answer {
    let name = "GetAccountAuthorizationDetails";
    Answer {
        status: 200,
        headers: Vec::new(),
        body: Value::from(format!(
            "<{name}Response><{name}Result>{result}<IsTruncated>false</IsTruncated></{name}Result></{name}Response>"
        )),
    }
}

fn role(path: &str) -> String {
    format!(
        "<member><Arn>arn:aws:iam::222233334444:role/{path}</Arn><RoleName>{path}</RoleName>\
         <AssumeRolePolicyDocument>{TRUST}</AssumeRolePolicyDocument></member>"
    )
}

/// An account of a group and two roles, of which a service keeps one for itself.
fn account() -> Script {
    let group = "<GroupDetailList><member><Arn>arn:aws:iam::222233334444:group/ml</Arn><GroupName>ml</GroupName></member></GroupDetailList>";
    let roles = format!(
        "<RoleDetailList>{}{}</RoleDetailList>",
        role("models"),
        role("aws-service-role/eks.amazonaws.com/eks")
    );
    Script::new()
        .get(&format!("{ASKED}{FIRST}"), details(group))
        .get(&format!("{ASKED}{SECOND}"), details(&roles))
}

/// An operation of AWS Organizations, which its members alone tell from others here.
fn asked(script: Script, members: Value, answer: Answer) -> Script {
    script.exchange(Exchange {
        request: Asked {
            method: "POST".to_owned(),
            path: "/".to_owned(),
            body: members,
        },
        response: answer,
    })
}

fn managed_by(script: Script, account: &str) -> Script {
    let organization = json!({"Organization": {"Id": "o-1", "MasterAccountId": account}});
    asked(script, json!({}), Answer::json(organization))
}

fn parent(script: Script, child: &str, parent: &str, kind: &str) -> Script {
    let parents = json!({"Parents": [{"Id": parent, "Type": kind}]});
    asked(script, json!({"ChildId": child}), Answer::json(parents))
}

fn attached(script: Script, level: &str, policies: &[&str]) -> Script {
    let policies: Vec<Value> = policies
        .iter()
        .map(|id| json!({"Id": id, "Name": id}))
        .collect();
    let members = json!({"TargetId": level, "Filter": "SERVICE_CONTROL_POLICY"});
    asked(script, members, Answer::json(json!({"Policies": policies})))
}

fn policy(script: Script, id: &str, content: &str) -> Script {
    let described = json!({"Policy": {"Content": content}});
    asked(script, json!({"PolicyId": id}), Answer::json(described))
}

fn refusal(code: &str) -> Answer {
    let said = json!({"__type": format!("com.amazonaws.organizations#{code}"), "Message": "no"});
    Answer {
        status: 400,
        ..Answer::json(said)
    }
}

fn read(script: &Script) -> (AccessFacts, Plugin) {
    let keys = AwsKeys {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: "not-checked-by-a-script".to_owned(),
        session_token: None,
    };
    let plugin = Fixture::new(script.clone())
        .config(|url| json!({"iam": url, "organizations": url}))
        .sigv4("iam", "us-east-1", &keys)
        .sigv4("organizations", "us-east-1", &keys)
        .native::<Aws>();
    (plugin.list_access().unwrap(), plugin)
}

/// Who is bound by what, without what everybody's names have in common.
fn bound(facts: &AccessFacts) -> Vec<String> {
    let limits = facts
        .edges
        .iter()
        .filter(|edge| edge.relation == "bounded_by" || edge.to == "policy:organization#denied");
    limits
        .map(|edge| format!("{} {}", edge.from, edge.to))
        .map(|line| line.replace("arn:aws:iam::222233334444:", ""))
        .collect()
}

#[test]
fn groups_and_roles_are_bound_at_every_level_and_policies_are_asked_for_once() {
    let script = managed_by(account(), "111122223333");
    let script = parent(script, "222233334444", "ou-1", "ORGANIZATIONAL_UNIT");
    let script = parent(script, "ou-1", "r-1", "ROOT");
    let script = attached(script, "222233334444", &["p-all"]);
    let script = attached(script, "r-1", &["p-all"]);
    let members = json!({"TargetId": "ou-1", "Filter": "SERVICE_CONTROL_POLICY"});
    let page = json!({"Policies": [{"Id": "p-all", "Name": "p-all"}], "NextToken": "n"});
    let script = asked(script, members, Answer::json(page));
    let members = json!({"TargetId": "ou-1", "Filter": "SERVICE_CONTROL_POLICY", "NextToken": "n"});
    let page = json!({"Policies": [{"Id": "p-no", "Name": "p-no"}], "NextToken": null});
    let script = asked(script, members, Answer::json(page));
    let script = policy(script, "p-all", EVERYTHING);
    let script = policy(script, "p-no", NO_ROLES);
    // Nobody is there to be asked a second time.
    let script = asked(
        script,
        json!({"PolicyId": "p-all"}),
        refusal("AccessDeniedException"),
    );
    let (facts, plugin) = read(&script);
    let mut expected = Vec::new();
    for subject in ["group:group/ml", "role:role/models"] {
        for level in ["222233334444", "ou-1", "r-1"] {
            expected.push(format!("{subject} boundary:organization/{level}"));
        }
        expected.push(format!("{subject} policy:organization#denied"));
    }
    assert_eq!(bound(&facts), expected, "{}", plugin.log());
    let denied = facts
        .permissions
        .iter()
        .find(|one| one.subject == "policy:organization#denied");
    let denied = denied.unwrap();
    assert_eq!(denied.operation, "iam:PassRole");
    assert_eq!(
        denied.source,
        "service control policy p-no of the unit ou-1"
    );
    assert_eq!(plugin.log(), "");
}

#[test]
fn what_is_not_read_limits_nothing_and_is_said() {
    let level = |script| attached(script, "222233334444", &["p-all", "p-no"]);
    let whole = |script| policy(policy(script, "p-all", EVERYTHING), "p-no", NO_ROLES);
    let begun = || managed_by(account(), "111122223333");
    let denied = "policy:organization#denied";
    let refused = || refusal("AccessDeniedException");
    let parents = json!({"ChildId": "222233334444"});
    for (script, limits, said) in [
        (
            asked(account(), json!({}), refused()),
            vec![],
            "Allow `organizations:DescribeOrganization` on `*`",
        ),
        (
            asked(account(), json!({}), Answer::status(500)),
            vec![],
            "those of the account 222233334444",
        ),
        (
            asked(whole(level(begun())), parents.clone(), refused()),
            vec!["boundary:organization/222233334444", denied],
            "those further up",
        ),
        (
            asked(
                whole(level(begun())),
                parents.clone(),
                Answer::json(json!({"Parents": []})),
            ),
            vec!["boundary:organization/222233334444", denied],
            "names 0 parents of the account 222233334444",
        ),
        (
            asked(
                policy(
                    level(parent(begun(), "222233334444", "r-1", "ROOT")),
                    "p-no",
                    NO_ROLES,
                ),
                json!({"PolicyId": "p-all"}),
                refused(),
            ),
            vec![denied],
            "`p-all` of the account 222233334444",
        ),
        (
            policy(policy(level(begun()), "p-all", EVERYTHING), "p-no", "{"),
            vec![denied],
            "`p-no` of the account 222233334444",
        ),
        (
            attached(begun(), "222233334444", &[]),
            vec![],
            "none is attached there",
        ),
    ] {
        let (facts, plugin) = read(&script);
        let expected: Vec<String> = ["group:group/ml", "role:role/models"]
            .iter()
            .flat_map(|subject| limits.iter().map(move |limit| format!("{subject} {limit}")))
            .collect();
        let log = plugin.log();
        assert_eq!(bound(&facts), expected, "{log}");
        assert!(log.contains(said), "{said}: {log}");
        assert!(
            log.contains("What they forbid is still shown as allowed."),
            "{log}"
        );
    }
}

#[test]
fn nobody_is_bound_without_an_organization_and_in_the_account_that_manages_it() {
    let none = refusal("AWSOrganizationsNotInUseException");
    for (script, said) in [
        (asked(account(), json!({}), none), "is in no organization"),
        (
            managed_by(account(), "222233334444"),
            "manages its organization",
        ),
    ] {
        let (facts, plugin) = read(&script);
        assert_eq!(bound(&facts), [""; 0]);
        assert!(plugin.log().contains(said), "{}", plugin.log());
    }
}

#[test]
fn units_that_go_round_in_a_circle_end() {
    let script = managed_by(account(), "111122223333");
    let script = parent(script, "222233334444", "ou-1", "ORGANIZATIONAL_UNIT");
    let script = parent(script, "ou-1", "ou-1", "ORGANIZATIONAL_UNIT");
    let script = attached(script, "222233334444", &["p-all"]);
    let script = policy(attached(script, "ou-1", &["p-all"]), "p-all", EVERYTHING);
    let (facts, plugin) = read(&script);
    assert!(bound(&facts).len() > 2);
    assert!(
        plugin
            .log()
            .contains("organizations are not as deep as that"),
        "{}",
        plugin.log()
    );
}
