//! Generated policies, read by the connector and asked of the server itself: what the facts say together is what
//! `sys/capabilities` says, for every path.

use std::collections::{BTreeMap, BTreeSet};

use openbao_server::{Client, Server};
use portcullis_access::Acl;
use portcullis_plugin_host::AccessFacts;
use serde_json::{Value, json};

use super::{facts, server};

/// Sets of policies that tokens hold.
const SETS: usize = 400;
const POLICIES: usize = 240;
const PATHS: usize = 40;
const SEGMENTS: [&str; 6] = ["a", "b", "ab", "a+b", "+b", "ü"];
const CAPABILITIES: [&str; 9] = [
    "create", "read", "update", "delete", "list", "patch", "scan", "sudo", "deny",
];

/// Numbers that look random and are the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound).unwrap()).unwrap()
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.below(from.len())]
    }

    /// A path of a rule: a few segments, some of them wildcards, some of them open at the end.
    fn rule_path(&mut self) -> String {
        let mut parts: Vec<&str> = Vec::new();
        for _ in 0..=self.below(4) {
            parts.push(match self.below(4) {
                0 => "+",
                _ => self.pick(&SEGMENTS),
            });
        }
        let mut path = parts.join("/");
        match self.below(4) {
            0 if !path.ends_with('+') => path.push('*'),
            1 => path.push_str("/*"),
            2 if self.below(3) == 0 => path.push('/'),
            _ => {}
        }
        if self.below(12) == 0 {
            path = ["*", "+/*", "/a/*", "", "a*b"][self.below(5)].to_owned();
        }
        path
    }

    /// What is asked: no wildcards, sometimes a slash at the end.
    fn asked_path(&mut self) -> String {
        let parts: Vec<&str> = (0..=self.below(5)).map(|_| self.pick(&SEGMENTS)).collect();
        let end = if self.below(4) == 0 { "/" } else { "" };
        parts.join("/") + end
    }

    fn body(&mut self) -> BTreeMap<&'static str, Value> {
        let mut body = BTreeMap::new();
        if self.below(6) == 0 {
            let word = self.pick(&["read", "write", "sudo", "deny"]);
            body.insert("policy", json!(word));
        }
        let given: Vec<&str> = (0..self.below(4))
            .map(|_| self.pick(&CAPABILITIES))
            .collect();
        if !given.is_empty() || body.is_empty() {
            body.insert("capabilities", json!(given));
        }
        match self.below(12) {
            0 => drop(body.insert("expiration", json!("2020-01-01T00:00:00Z"))),
            1 => drop(body.insert("expiration", json!("2100-01-01T00:00:00+01:00"))),
            2 => drop(body.insert("required_parameters", json!(["x"]))),
            3 => drop(body.insert("allowed_parameters", json!({"x": ["1"]}))),
            _ => {}
        }
        body
    }

    /// A policy in one of its notations.
    fn policy(&mut self) -> String {
        let count = 1 + self.below(5);
        let rules: Vec<_> = (0..count)
            .map(|_| (self.rule_path(), self.body()))
            .collect();
        let text = |value: &dyn ToString| value.to_string();
        match self.below(3) {
            0 => {
                let entry = |(path, body): &(String, BTreeMap<&str, Value>)| {
                    format!("{}: {}", json!(path), json!(body))
                };
                let entries: Vec<String> = rules.iter().map(entry).collect();
                format!("{{\"path\": {{{}}}}}", entries.join(", "))
            }
            1 => {
                let block = |(path, body): &(String, BTreeMap<&str, Value>)| {
                    format!("{{{}: {}}}", json!(path), json!(body))
                };
                let blocks: Vec<String> = rules.iter().map(block).collect();
                format!("{{\"path\": [{}]}}", blocks.join(", "))
            }
            _ => {
                let mut policy = "# made by a test\n".to_owned();
                for (path, body) in &rules {
                    policy.push_str(&format!("path {} {{ // rule\n", json!(path)));
                    for (name, value) in body {
                        let value = match value {
                            Value::Object(inner) => {
                                let inner = inner.iter().map(|(key, one)| format!("{key} = {one}"));
                                format!("{{ {} }}", inner.collect::<Vec<_>>().join("\n"))
                            }
                            other => text(other),
                        };
                        policy.push_str(&format!("  {name} = {value} /* , */\n"));
                    }
                    policy.push_str("}\n");
                }
                policy
            }
        }
    }
}

/// Policies of the server's choosing: what it does not take is made anew.
fn policies(dice: &mut Dice, root: &Client) -> Vec<String> {
    let mut names = Vec::new();
    while names.len() < POLICIES {
        let name = format!("p{}", names.len());
        let path = format!("sys/policies/acl/{name}");
        let policy = json!({"policy": dice.policy()});
        if root.send("POST", &path, Some(&policy)).unwrap().status < 300 {
            names.push(name);
        }
    }
    names
}

/// What the server says of each path to whoever holds a token.
fn said(server: &Server, token: &str, paths: &[String]) -> Vec<BTreeSet<String>> {
    let ask = json!({"token": token, "paths": paths});
    let answer = server.root().post("sys/capabilities", &ask).unwrap();
    let of = |path: &String| {
        let list = answer["data"][path].as_array().unwrap();
        let words = list.iter().map(|word| word.as_str().unwrap().to_owned());
        words.filter(|word| word != "deny").collect()
    };
    paths.iter().map(of).collect()
}

/// What the facts say of it.
fn told(facts: &AccessFacts, policies: &BTreeSet<String>, path: &str) -> BTreeSet<String> {
    let of_these = facts.permissions.iter().filter(|permission| {
        let name = permission.subject.strip_prefix("policy:");
        name.is_some_and(|name| policies.contains(name))
    });
    let acl = Acl::of(of_these.map(|one| (one.operation.as_str(), one.object.as_str())));
    acl.capabilities(path)
        .into_iter()
        .map(str::to_owned)
        .collect()
}

/// The facts read wrongly on purpose: every rule that matches gives what it has, and a denial takes all.
fn misread(facts: &AccessFacts, policies: &BTreeSet<String>, path: &str) -> BTreeSet<String> {
    let mut given = BTreeSet::new();
    for one in &facts.permissions {
        let name = one.subject.strip_prefix("policy:");
        if name.is_some_and(|name| policies.contains(name)) {
            let rule = (one.operation.as_str(), one.object.as_str());
            let matches = !Acl::of([("read", rule.1)]).capabilities(path).is_empty();
            match rule.0 {
                "deny" if matches => return BTreeSet::new(),
                "none" => {}
                capability if matches => drop(given.insert(capability.to_owned())),
                _ => {}
            }
        }
    }
    given
}

#[tokio::test]
async fn what_is_told_of_policies_is_what_the_server_says() {
    let Some(server) = server() else { return };
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let names = policies(&mut dice, &server.root());
    let facts = facts(&server, json!({"tokens": false})).await;
    let (mut wrong, mut allowed, mut found) = (Vec::new(), 0, 0);
    for _ in 0..SETS {
        let held: BTreeSet<String> = (0..=dice.below(4))
            .map(|_| names[dice.below(names.len())].clone())
            .collect();
        let list: Vec<&str> = held.iter().map(String::as_str).collect();
        let token = server.token(&list).unwrap();
        let paths: BTreeSet<String> = (0..PATHS).map(|_| dice.asked_path()).collect();
        let paths: Vec<String> = paths.into_iter().collect();
        for (path, said) in paths.iter().zip(said(&server, &token, &paths)) {
            let told = told(&facts, &held, path);
            allowed += usize::from(!said.is_empty());
            found += usize::from(misread(&facts, &held, path) != said);
            if told != said {
                wrong.push(format!(
                    "{held:?} on `{path}`: the server says {said:?}, the facts {told:?}"
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of them:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(
        allowed > SETS * PATHS / 10,
        "{allowed} allowed: the questions decide little"
    );
    // The questions would find an evaluation that does not let one rule decide.
    assert!(found > SETS, "{found} of them find the planted reading");
    println!(
        "{SETS} sets of policies, {allowed} paths of about {} allowed, no disagreement",
        SETS * PATHS
    );
}
