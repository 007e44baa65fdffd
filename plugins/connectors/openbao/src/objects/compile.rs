//! A split as the policy of its workload: what the server enforces of it, clause by clause.
//!
//! Pure: what is desired decides what comes out.

use std::collections::BTreeMap;

use portcullis_plugin::Failure;
use portcullis_plugin::objects::{self, Clause, Term};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::carrier::Carrier;

/// What objects of this server are called in a split: `vault:secret/models/fraud`.
const KINDS: [&str; 2] = ["vault:", "openbao:"];

/// A split, with the words of this connector.
pub(super) type Split = objects::Split<Settings>;

/// `settings` of a split.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    /// Mounts of the key-value engine of version 2, whose values lie below `data`.
    #[serde(default = "secret")]
    kv2_mounts: Vec<String>,
}

fn secret() -> Vec<String> {
    vec!["secret".to_owned()]
}

/// A split for this server.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Compiled {
    /// The name of the policy.
    pub(super) policy: String,
    /// Its text, without a mark.
    pub(super) text: String,
    pub(super) clauses: Vec<Clause>,
}

/// What the policy and the entity of a workload are called: `portcullis.production.fraud-scorer`. A slash in the name of an
/// entity makes the server refuse every token of it: the policy `default` puts the name into a path.
pub(super) fn name_of(workload: &str) -> String {
    format!("portcullis.{}", workload.replace('/', "."))
}

/// The split of a workload.
///
/// # Errors
/// When `settings` cannot be used.
pub(super) fn parse(workload: &str, declared: &Map<String, Value>) -> Result<Split, Failure> {
    let hint = "`settings` may have `kv2_mounts = [\"secret\"]`.";
    Split::parse(workload, declared, hint)
}

/// What the server is to hold for the split of a workload, whose roles there are `carriers`.
///
/// # Errors
/// When an object cannot be a path of a policy.
pub(super) fn compile(
    workload: &str,
    split: &Split,
    carriers: &[Carrier],
) -> Result<Compiled, Failure> {
    let policy = name_of(workload);
    let mut paths: BTreeMap<String, String> = BTreeMap::new();
    let mut clauses = Vec::new();
    for term in split.terms() {
        let why = match term {
            Term::DeployMay(_) => "this server rolls nothing out and keeps no logs of workloads",
            Term::DeployStaysOut => {
                "the policy gives deploy nothing here, and takes nothing that others give it"
            }
            Term::Use(_) => "this server has no GPUs",
            Term::Call(_) => "calls between services do not pass this server",
            Term::ActAs(_) => "who logs in by a role of the workload is said by its identity",
            Term::Read(object) => {
                let path = KINDS.iter().find_map(|kind| object.strip_prefix(kind));
                let Some(path) = path else {
                    clauses.push(Clause::advisory(&term, "the object is not of this server"));
                    continue;
                };
                let path = split.settings.path(path, object)?;
                paths.insert(path, term.to_string());
                clauses.push(Carrier::clause(carriers, &term, &policy));
                continue;
            }
        };
        clauses.push(Clause::advisory(&term, why));
    }
    let rule = |(path, clause): (&String, &String)| {
        format!(
            "# {clause}\npath {} {{ capabilities = [\"read\"] }}\n",
            json!(path)
        )
    };
    let text: String = paths.iter().map(rule).collect();
    Ok(Compiled {
        policy,
        // The server takes no policy without a text.
        text: if text.is_empty() {
            "# nothing on this server\n".to_owned()
        } else {
            text
        },
        clauses,
    })
}

impl Settings {
    /// The path at which an object is read. Wildcards stay out: what was declared is one object.
    fn path(&self, path: &str, object: &str) -> Result<String, Failure> {
        let is_plain = |part: &str| {
            let known = |c: char| {
                c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '=' | '@')
            };
            !part.is_empty() && part != "." && part != ".." && part.chars().all(known)
        };
        if !path.split('/').all(is_plain) {
            return Err(Failure::config(format!(
                "`{}` cannot be a path of a policy: of each of its parts only letters, digits and `-_.:=@` are taken, and \
                 wildcards would give more than what is named.",
                object.escape_debug()
            ))
            .remedy("Write `vault:<mount>/<path>`, `vault:secret/models/fraud` for example."));
        }
        let mounts = self.kv2_mounts.iter().map(|mount| mount.trim_matches('/'));
        let below = mounts.filter_map(|mount| {
            let rest = path.strip_prefix(mount)?.strip_prefix('/')?;
            Some((mount, rest))
        });
        // The longest mount is the one that the server takes.
        let mount = below.max_by_key(|(mount, _)| mount.len());
        Ok(match mount {
            Some((mount, rest)) => format!("{mount}/data/{rest}"),
            None => path.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{compile, parse};
    use crate::objects::carrier::{Carrier, Standing};
    use serde_json::{Value, json};

    fn compiled(split: Value, carriers: &[Carrier]) -> Result<(String, Vec<String>), String> {
        let Value::Object(declared) = split else {
            unreachable!()
        };
        let compiled = parse("production/fraud", &declared)
            .and_then(|split| compile("production/fraud", &split, carriers));
        let compiled = compiled.map_err(|failure| failure.message)?;
        let clauses = compiled.clauses.iter();
        let clauses = clauses.map(|one| format!("{}: {:?}", one.clause, one.enforcement));
        Ok((compiled.text, clauses.collect()))
    }

    fn carrier(standing: Standing) -> Carrier {
        Carrier {
            path: "auth/jwt/role/fraud".to_owned(),
            standing,
        }
    }

    #[test]
    fn every_clause_appears_once_and_says_who_enforces_it() {
        let split = json!({
            "deploy": {"subjects": ["ci:github:acme/fraud"], "may": ["rollout", "read_logs"]},
            "runtime": {
                "subjects": ["group:oncall"],
                "use": [{"pool": "scoring-h200", "max_gpus": 4}],
                "read": ["vault:secret/models/fraud", "vault:kv/a", "vault:team/kv/b", "secret:infer/key"],
                "call": ["service:ledger-api"],
            },
            "settings": {"kv2_mounts": ["secret", "team", "team/kv"]},
        });
        let (text, clauses) = compiled(split, &[carrier(Standing::Carries)]).unwrap();
        assert_eq!(
            text,
            "# runtime read vault:kv/a\npath \"kv/a\" { capabilities = [\"read\"] }\n\
            # runtime read vault:secret/models/fraud\npath \"secret/data/models/fraud\" { capabilities = [\"read\"] }\n\
            # runtime read vault:team/kv/b\npath \"team/kv/data/b\" { capabilities = [\"read\"] }\n"
        );
        assert_eq!(
            clauses,
            [
                "deploy may rollout: Advisory",
                "deploy may read_logs: Advisory",
                "deploy stays out of runtime: Advisory",
                "runtime use scoring-h200: Advisory",
                "runtime read vault:secret/models/fraud: Enforced",
                "runtime read vault:kv/a: Enforced",
                "runtime read vault:team/kv/b: Enforced",
                "runtime read secret:infer/key: Advisory",
                "runtime call service:ledger-api: Advisory",
                "runtime act as group:oncall: Advisory",
            ]
        );
    }

    #[test]
    fn what_no_role_carries_is_not_enforced() {
        let read = || json!({"runtime": {"read": ["vault:secret/a"]}});
        for (carriers, said) in [
            (vec![], "Advisory"),
            (vec![carrier(Standing::Lacks)], "Advisory"),
            (vec![carrier(Standing::Absent)], "Mediated"),
            (
                vec![carrier(Standing::Lacks), carrier(Standing::Carries)],
                "Enforced",
            ),
        ] {
            let (text, clauses) = compiled(read(), &carriers).unwrap();
            assert!(text.contains("secret/data/a"));
            assert_eq!(
                clauses.last(),
                Some(&format!("runtime read vault:secret/a: {said}"))
            );
        }
        let (text, _) = compiled(json!({}), &[]).unwrap();
        assert_eq!(text, "# nothing on this server\n");
    }

    #[test]
    fn no_object_becomes_more_than_it_names() {
        for object in [
            "vault:secret/*",
            "vault:secret/+/a",
            "vault:secret/../sys",
            "vault:secret/a\n}",
            "vault:secret//a",
            "vault:",
            "vault:a\" {} path \"*",
        ] {
            let refused = compiled(json!({"runtime": {"read": [object]}}), &[]);
            assert!(refused.is_err(), "{object}: {refused:?}");
        }
        assert!(
            compiled(json!({"settings": {"kv_mounts": []}}), &[])
                .unwrap_err()
                .contains("kv_mounts")
        );
    }
}
