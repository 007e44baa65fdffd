//! Secrets as a script plays them: pages, refusals, and that no value is asked for.
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

const NOTHING: &str = "<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult>\
    <IsTruncated>false</IsTruncated></GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>";
const ALLOW: &str = r#"{"Statement":{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"*","Principal":{"AWS":"arn:aws:iam::1:role/r"}}}"#;

/// What Secrets Manager is asked and answers; of the account it is told that there is nobody.
fn script(exchanges: Vec<(Value, Answer)>) -> Script {
    let nobody = Answer {
        status: 200,
        headers: Vec::new(),
        body: Value::from(NOTHING),
    };
    let script = Script::new().get("/", nobody);
    exchanges
        .into_iter()
        .fold(script, |script, (body, response)| {
            script.exchange(Exchange {
                request: Asked {
                    method: "POST".to_owned(),
                    path: "/".to_owned(),
                    body,
                },
                response,
            })
        })
}

fn listed(names: &[&str], next: Option<&str>) -> Answer {
    let secrets = names
        .iter()
        .map(|name| json!({"ARN": arn(name), "Name": name}));
    Answer::json(json!({"SecretList": secrets.collect::<Vec<_>>(), "NextToken": next}))
}

fn policy(name: &str, policy: Option<&str>) -> (Value, Answer) {
    let answer = Answer::json(json!({"ARN": arn(name), "Name": name, "ResourcePolicy": policy}));
    (json!({"SecretId": arn(name)}), answer)
}

fn arn(name: &str) -> String {
    format!("arn:aws:secretsmanager:eu-west-1:1:secret:{name}")
}

fn refusal() -> Answer {
    Answer {
        status: 400,
        ..Answer::json(json!({"__type": "AccessDeniedException", "Message": "no"}))
    }
}

fn read(script: &Script) -> (AccessFacts, Plugin) {
    let keys = AwsKeys {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: "not-checked-by-a-script".to_owned(),
        session_token: None,
    };
    let plugin = Fixture::new(script.clone())
        .config(|url| json!({"iam": url, "secrets_manager": url}))
        .sigv4("iam", "us-east-1", &keys)
        .sigv4("secretsmanager", "eu-west-1", &keys)
        .native::<Aws>();
    (plugin.list_access().unwrap(), plugin)
}

/// Secrets, and who reads them.
fn told(facts: &AccessFacts) -> (Vec<&str>, Vec<String>) {
    let names = facts.objects.iter().map(|object| object.name.as_str());
    let readers = facts.edges.iter().map(|edge| {
        assert_eq!(edge.relation, "reads_secret_of");
        format!("{} {}", edge.from, edge.to).replace(&arn(""), "")
    });
    (names.collect(), readers.collect())
}

#[test]
fn every_page_is_read_and_no_value() {
    let first = json!({"MaxResults": 20});
    let second = json!({"MaxResults": 20, "NextToken": "n"});
    let script = script(vec![
        (first, listed(&["a", "b"], Some("n"))),
        (second, listed(&["c"], None)),
        policy("a", Some(ALLOW)),
        policy("b", None),
        policy("c", Some(ALLOW)),
    ]);
    let (facts, plugin) = read(&script);
    let readers = [
        "role:arn:aws:iam::1:role/r secret:a",
        "role:arn:aws:iam::1:role/r secret:c",
    ];
    assert_eq!(
        told(&facts),
        (vec!["a", "b", "c"], readers.map(str::to_owned).to_vec())
    );
    assert_eq!(plugin.log(), "");
    assert_eq!(script.unused(), [""; 0]);
    assert_eq!(script.unexpected(), [""; 0]);
}

#[test]
fn what_is_not_read_is_said_and_the_rest_told() {
    let first = || json!({"MaxResults": 20});
    let second = json!({"MaxResults": 20, "NextToken": "n"});
    let own = |name: &str| json!({"SecretId": arn(name)});
    for (exchanges, names, said) in [
        (
            vec![(first(), refusal())],
            vec![],
            "Allow `secretsmanager:ListSecrets` on `*`",
        ),
        (
            vec![
                (first(), listed(&["a", "b"], None)),
                (own("a"), refusal()),
                policy("b", Some(ALLOW)),
            ],
            vec!["a", "b"],
            "not read: the policy of the secret `a`",
        ),
        (
            vec![
                (first(), listed(&["a", "b"], None)),
                policy("a", Some("{")),
                policy("b", Some(ALLOW)),
            ],
            vec!["a", "b"],
            "resource policy of secret a, of 1 bytes, cannot be understood",
        ),
        (
            vec![
                (first(), listed(&["b"], Some("n"))),
                policy("b", Some(ALLOW)),
                (second.clone(), listed(&[], Some("n"))),
            ],
            vec!["b"],
            "a page as next that was read already",
        ),
        (
            vec![
                (first(), listed(&["b"], Some("n"))),
                policy("b", Some(ALLOW)),
                (second, Answer::status(400)),
            ],
            vec!["b"],
            "the names of secrets from here on",
        ),
    ] {
        let (facts, plugin) = read(&script(exchanges));
        let readers = names
            .contains(&"b")
            .then(|| "role:arn:aws:iam::1:role/r secret:b".to_owned());
        assert_eq!(told(&facts), (names, readers.into_iter().collect()));
        assert!(plugin.log().contains(said), "{said}: {}", plugin.log());
    }
}
