//! Pages, and what is wrong with them, as a script plays them; natively and as a component alike.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

use aws_connector::Aws;
use portcullis_testkit::{Answer, AwsKeys, Fixture, Script};
use serde_json::{Value, json};

const ASKED: &str = "/?Action=GetAccountAuthorizationDetails&Version=2010-05-08";
const FIRST: &str = "&Filter.member.1=Group&Filter.member.2=LocalManagedPolicy&Filter.member.3=AWSManagedPolicy&MaxItems=2";
const SECOND: &str = "&Filter.member.1=User&Filter.member.2=Role&MaxItems=2";
const TRUST: &str = "%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22sts%3AAssumeRole%22%2C%22Principal%22%3A%7B%22Service%22%3A%22ec2.amazonaws.com%22%7D%7D%5D%7D";

fn answer(result: &str) -> Answer {
    let name = "GetAccountAuthorizationDetails";
    Answer {
        status: 200,
        headers: Vec::new(),
        body: Value::from(format!(
            "<{name}Response xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><{name}Result>{result}</{name}Result></{name}Response>"
        )),
    }
}

const LAST: &str = "<IsTruncated>false</IsTruncated>";

fn more(marker: &str) -> String {
    format!("<IsTruncated>true</IsTruncated><Marker>{marker}</Marker>")
}

fn policy(name: &str) -> String {
    format!(
        "<Policies><member><Arn>arn:aws:iam::1:policy/{name}</Arn><PolicyVersionList>\
         <member><IsDefaultVersion>false</IsDefaultVersion><Document>no policy at all</Document></member>\
         <member><IsDefaultVersion>true</IsDefaultVersion><Document>{{\"Statement\":{{\"Effect\":\"Allow\",\"Action\":\"iam:*\",\"Resource\":\"*\"}}}}</Document></member>\
         </PolicyVersionList></member></Policies>"
    )
}

fn role(name: &str, more: &str) -> String {
    format!(
        "<RoleDetailList><member><Arn>arn:aws:iam::1:role/{name}</Arn><RoleName>{name}</RoleName>\
         <AssumeRolePolicyDocument>{TRUST}</AssumeRolePolicyDocument>{more}</member></RoleDetailList>"
    )
}

fn attached(policy: &str) -> String {
    format!(
        "<AttachedManagedPolicies><member><PolicyArn>arn:aws:iam::1:policy/{policy}</PolicyArn></member></AttachedManagedPolicies>"
    )
}

fn fixture(script: Script) -> Fixture {
    let keys = AwsKeys {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: "not-checked-by-a-script".to_owned(),
        session_token: None,
    };
    Fixture::new(script)
        .config(|url| json!({"iam": url, "page_size": 2}))
        .sigv4("iam", "us-east-1", &keys)
}

/// The first round in two pages and the second in two.
fn account() -> Script {
    Script::new()
        .get(&format!("{ASKED}{FIRST}"), answer(&format!("{}{}", policy("admin"), more("p2"))))
        .get(
            &format!("{ASKED}{FIRST}&Marker=p2"),
            answer(&format!(
                "<GroupDetailList><member><Arn>arn:aws:iam::1:group/x/ml</Arn><GroupName>ml</GroupName>{}</member></GroupDetailList>{LAST}",
                attached("admin")
            )),
        )
        .get(
            &format!("{ASKED}{SECOND}"),
            answer(&format!(
                "<UserDetailList><member><Arn>arn:aws:iam::1:user/ana</Arn><UserName>ana</UserName><GroupList><member>ml</member></GroupList></member></UserDetailList>{}",
                more("r2")
            )),
        )
        .get(&format!("{ASKED}{SECOND}&Marker=r2"), answer(&format!("{}{LAST}", role("models", &attached("admin")))))
}

#[test]
fn every_page_of_both_rounds_is_read() {
    let script = account();
    let facts = fixture(script.clone())
        .native::<Aws>()
        .twice(|plugin| plugin.list_access())
        .unwrap();
    assert_eq!(script.unused(), [""; 0]);
    let held: Vec<(&str, &str)> = facts
        .edges
        .iter()
        .filter(|edge| edge.relation == "member_of")
        .map(|edge| (edge.from.as_str(), edge.to.as_str()))
        .collect();
    assert_eq!(
        held,
        [
            (
                "group:arn:aws:iam::1:group/x/ml",
                "policy:arn:aws:iam::1:policy/admin"
            ),
            (
                "user:arn:aws:iam::1:user/ana",
                "group:arn:aws:iam::1:group/x/ml"
            ),
            (
                "role:arn:aws:iam::1:role/models",
                "policy:arn:aws:iam::1:policy/admin"
            ),
        ]
    );
}

/// What a listing says when the last page of the second round is this instead.
fn refusal(last: Answer) -> (String, String) {
    let script = Script::new()
        .get(
            &format!("{ASKED}{FIRST}"),
            answer(&format!("{}{LAST}", policy("admin"))),
        )
        .get(&format!("{ASKED}{SECOND}"), last);
    let stopped = fixture(script).native::<Aws>().list_access().unwrap_err();
    (stopped.kind, stopped.message)
}

#[test]
fn what_is_not_whole_is_a_failure_and_never_a_smaller_account() {
    let bad_document = "<RolePolicyList><member><PolicyName>p</PolicyName><PolicyDocument>{\"Statement\":[{\"Effect\":\"Deny\"</PolicyDocument></member></RolePolicyList>";
    for (page, reason) in [
        (
            format!("{}{LAST}", role("models", &attached("gone"))),
            "`arn:aws:iam::1:policy/gone` is attached",
        ),
        (
            format!("{}{LAST}", role("models", bad_document)),
            "policy p of role models, of",
        ),
        (role("models", ""), "has no `IsTruncated`"),
        (
            "<IsTruncated>true</IsTruncated>".to_owned(),
            "has no `Marker`",
        ),
        ("<IsTruncated>maybe</IsTruncated>".to_owned(), "`maybe`"),
        (
            format!(
                "<RoleDetailList><member><RoleName>x</RoleName></member></RoleDetailList>{LAST}"
            ),
            "has no `Arn`",
        ),
        (
            format!(
                "<UserDetailList><member><Arn>arn:aws:iam::1:user/a</Arn><UserName>a</UserName><GroupList><member>new</member></GroupList></member></UserDetailList>{LAST}"
            ),
            "in the group `new`, which was not told",
        ),
    ] {
        let (kind, message) = refusal(answer(&page));
        assert_eq!(kind, "malformed", "{message}");
        assert!(message.contains(reason), "{message}");
    }
    let body = |text: &str| Answer {
        status: 200,
        headers: Vec::new(),
        body: Value::from(text),
    };
    for text in [
        "",
        "<a>",
        "{}",
        "<html></html>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
    ] {
        let (kind, message) = refusal(body(text));
        assert_eq!(kind, "malformed", "{text}: {message}");
    }
}

#[test]
fn a_boundary_that_nobody_told_bounds_nothing() {
    let boundary = "<PermissionsBoundary><PermissionsBoundaryArn>arn:aws:iam::aws:policy/PowerUserAccess</PermissionsBoundaryArn></PermissionsBoundary>";
    let script = Script::new()
        .get(&format!("{ASKED}{FIRST}"), answer(LAST))
        .get(
            &format!("{ASKED}{SECOND}"),
            answer(&format!("{}{LAST}", role("models", boundary))),
        );
    let facts = fixture(script).native::<Aws>().list_access().unwrap();
    assert!(
        !facts.edges.iter().any(|edge| edge.relation == "bounded_by"),
        "{facts:?}"
    );
}

#[test]
fn a_list_that_goes_round_in_a_circle_ends() {
    let script = Script::new()
        .get(&format!("{ASKED}{FIRST}"), answer(&more("again")))
        .get(
            &format!("{ASKED}{FIRST}&Marker=again"),
            answer(&more("again")),
        );
    let stopped = fixture(script).native::<Aws>().list_access().unwrap_err();
    assert!(
        stopped.message.contains("was read already"),
        "{}",
        stopped.message
    );
}
