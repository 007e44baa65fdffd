//! A split as the policy of its workload: what the server enforces of it, clause by clause.
//!
//! Pure: what is desired decides what comes out.

use std::collections::BTreeMap;

use portcullis_plugin::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// What objects of this server are called in a split: `vault:secret/models/fraud`.
const KINDS: [&str; 2] = ["vault:", "openbao:"];

/// A split, as far as it is compiled.
#[derive(Debug, Deserialize)]
struct Split {
    #[serde(default)]
    deploy: Deploy,
    #[serde(default)]
    runtime: Runtime,
    /// The accounts of the workload on this server: its roles.
    #[serde(default)]
    accounts: Vec<String>,
    #[serde(default)]
    settings: Settings,
}

#[derive(Debug, Default, Deserialize)]
struct Deploy {
    #[serde(default)]
    may: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Runtime {
    #[serde(default, rename = "use")]
    pools: Vec<Use>,
    #[serde(default)]
    read: Vec<String>,
    #[serde(default)]
    call: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Use {
    pool: String,
}

/// `settings` of a split.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// Mounts of the key-value engine of version 2, whose values lie below `data`.
    #[serde(default = "secret")]
    kv2_mounts: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            kv2_mounts: secret(),
        }
    }
}

fn secret() -> Vec<String> {
    vec!["secret".to_owned()]
}

/// What becomes of one line of a split.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Clause {
    clause: String,
    enforcement: &'static str,
    by: String,
    reason: String,
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

/// What the server is to hold for the split of a workload.
///
/// # Errors
/// When `settings` cannot be used, or an object cannot be a path of a policy.
pub(super) fn compile(workload: &str, declared: &Map<String, Value>) -> Result<Compiled, Failure> {
    let split: Split =
        serde_json::from_value(Value::Object(declared.clone())).map_err(|error| {
            Failure::config(format!(
                "The split of `{workload}` cannot be compiled: {error}."
            ))
            .remedy("`settings` may have `kv2_mounts = [\"secret\"]`.")
        })?;
    let policy = name_of(workload);
    let mut paths: BTreeMap<String, String> = BTreeMap::new();
    let mut clauses = Vec::new();
    for verb in &split.deploy.may {
        let why = "this server rolls nothing out and keeps no logs of workloads";
        clauses.push(advisory(format!("deploy may {verb}"), why));
    }
    for used in &split.runtime.pools {
        clauses.push(advisory(
            format!("runtime may use {}", used.pool),
            "this server has no GPUs",
        ));
    }
    for object in &split.runtime.read {
        let clause = format!("runtime may read {object}");
        let Some(path) = KINDS.iter().find_map(|kind| object.strip_prefix(kind)) else {
            clauses.push(advisory(clause, "the object is not of this server"));
            continue;
        };
        paths.insert(split.settings.path(path, object)?, clause.clone());
        clauses.push(if split.accounts.is_empty() {
            advisory(
                clause,
                "the workload has no role on this server that could have the policy",
            )
        } else {
            Clause {
                clause,
                enforcement: "enforced",
                by: format!("policy {policy}"),
                reason: String::new(),
            }
        });
    }
    for object in &split.runtime.call {
        let why = "calls between services do not pass this server";
        clauses.push(advisory(format!("runtime may call {object}"), why));
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

fn advisory(clause: String, reason: &str) -> Clause {
    Clause {
        clause,
        enforcement: "advisory",
        by: String::new(),
        reason: reason.to_owned(),
    }
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
    use super::compile;
    use serde_json::{Value, json};

    fn compiled(split: Value) -> Result<(String, Vec<String>), String> {
        let Value::Object(declared) = split else {
            unreachable!()
        };
        let compiled = compile("production/fraud", &declared).map_err(|failure| failure.message)?;
        let clauses = compiled.clauses.iter();
        let clauses = clauses.map(|one| format!("{}: {}", one.clause, one.enforcement));
        Ok((compiled.text, clauses.collect()))
    }

    #[test]
    fn every_clause_appears_once_and_says_who_enforces_it() {
        let (text, clauses) = compiled(json!({
            "accounts": ["role:auth/jwt/role/fraud"],
            "deploy": {"subjects": ["ci:github:acme/fraud"], "may": ["rollout", "read_logs"]},
            "runtime": {
                "subjects": [],
                "use": [{"pool": "scoring-h200", "max_gpus": 4}],
                "read": ["vault:secret/models/fraud", "vault:kv/a", "vault:team/kv/b", "secret:infer/key"],
                "call": ["service:ledger-api"],
            },
            "settings": {"kv2_mounts": ["secret", "team", "team/kv"]},
        }))
        .unwrap();
        assert_eq!(
            text,
            "# runtime may read vault:kv/a\npath \"kv/a\" { capabilities = [\"read\"] }\n\
            # runtime may read vault:secret/models/fraud\npath \"secret/data/models/fraud\" { capabilities = [\"read\"] }\n\
            # runtime may read vault:team/kv/b\npath \"team/kv/data/b\" { capabilities = [\"read\"] }\n"
        );
        assert_eq!(
            clauses,
            [
                "deploy may rollout: advisory",
                "deploy may read_logs: advisory",
                "runtime may use scoring-h200: advisory",
                "runtime may read vault:secret/models/fraud: enforced",
                "runtime may read vault:kv/a: enforced",
                "runtime may read vault:team/kv/b: enforced",
                "runtime may read secret:infer/key: advisory",
                "runtime may call service:ledger-api: advisory",
            ]
        );
    }

    #[test]
    fn without_a_role_nothing_is_enforced_and_without_an_object_nothing_is_given() {
        let (text, clauses) = compiled(json!({"runtime": {"read": ["vault:secret/a"]}})).unwrap();
        assert!(text.contains("secret/data/a"));
        assert_eq!(clauses, ["runtime may read vault:secret/a: advisory"]);
        assert_eq!(compiled(json!({})).unwrap().0, "# nothing on this server\n");
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
            let refused = compiled(json!({"runtime": {"read": [object]}}));
            assert!(refused.is_err(), "{object}: {refused:?}");
        }
        assert!(
            compiled(json!({"settings": {"kv_mounts": []}}))
                .unwrap_err()
                .contains("kv_mounts")
        );
    }
}
