//! Rights as lines for people: what a connector may do, what it asks for in vain, and what is granted for nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

use crate::grants::{Grants, Phase};
use crate::http::address::is_public;
use crate::http::rights::signature::{self, AskedSignature};
use crate::http::rights::{Rights, asked, asked_secret, narrower};
use crate::http::target::{Host, Target};
use crate::manifest::{HttpAccess, SecretAccess, SignatureAccess};

/// The rights of one connector as sorted lines, worked out by the code that enforces them. Comparing two of them shows
/// what an upgrade changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explained {
    /// Asked and granted: `GET https://api.example.com/v1 in plan and apply`.
    pub effective: Vec<String>,
    /// Asked and not granted.
    pub not_granted: Vec<String>,
    /// Granted and not asked.
    pub not_asked: Vec<String>,
}

impl Explained {
    /// What follows from what a manifest asks for, the connector's `config` and its grants.
    #[must_use]
    pub fn new(
        http: &[HttpAccess],
        secrets: &[SecretAccess],
        signatures: &[SignatureAccess],
        config: &Value,
        grants: &Grants,
    ) -> Self {
        let rights = Rights::new(http, secrets, signatures, config, grants);
        Self {
            effective: effective(&rights, grants),
            not_granted: not_granted(http, secrets, signatures, config, &rights),
            not_asked: not_asked(&rights, grants),
        }
    }

    /// What a manifest asks for, before any configuration: `GET <config.url>/api/`.
    #[must_use]
    pub fn asked(
        http: &[HttpAccess],
        secrets: &[SecretAccess],
        signatures: &[SignatureAccess],
    ) -> Vec<String> {
        let requests = http
            .iter()
            .filter(|access| !access.methods.is_empty())
            .map(|access| {
                let reads = if access.reads {
                    ", which only reads"
                } else {
                    ""
                };
                let methods = access.methods.join(", ");
                format!(
                    "{methods} {}{}{reads}",
                    written(&access.origin),
                    access.path_prefix
                )
            });
        let signatures = signatures.iter().map(|access| {
            signature_line(
                &access.service,
                &access.operations,
                &written(&access.origin),
            )
        });
        sorted(
            requests
                .chain(secrets.iter().map(secret_line))
                .chain(signatures),
        )
    }
}

impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (word, lines) in [
            ("may", &self.effective),
            ("asks for, not granted:", &self.not_granted),
            ("granted, not asked for:", &self.not_asked),
        ] {
            for line in lines {
                writeln!(f, "{word} {line}")?;
            }
        }
        Ok(())
    }
}

fn effective(rights: &Rights, grants: &Grants) -> Vec<String> {
    let mut phases = BTreeMap::<_, BTreeMap<&str, BTreeSet<Phase>>>::new();
    for right in rights.effective() {
        let methods = phases.entry((&right.origin, &right.path)).or_default();
        let phases = methods.entry(right.method.as_str()).or_default();
        phases.insert(right.phase);
    }
    let requests = phases.into_iter().flat_map(|((origin, path), methods)| {
        let mut alike = BTreeMap::<BTreeSet<Phase>, Vec<&str>>::new();
        for (method, phases) in methods {
            alike.entry(phases).or_default().push(method);
        }
        let line = move |(phases, methods): (_, Vec<&str>)| {
            format!(
                "{} {origin}{path} in {}",
                methods.join(", "),
                in_words(&phases)
            )
        };
        alike.into_iter().map(line)
    });
    let secrets = rights.secrets().iter().map(|right| {
        format!(
            "send the secret {} in the header {} to {}",
            right.name, right.header, right.origin
        )
    });
    let addresses = grants.requests.iter().filter_map(|grant| {
        let origin = &grant.target.origin;
        match origin.host {
            Host::Address(address) if !is_public(address) => Some(format!(
                "connect to {address} on port {} when a name leads there",
                origin.port
            )),
            _ => None,
        }
    });
    let signatures = rights.signatures().effective().map(|(asked, region)| {
        let AskedSignature {
            origin,
            service,
            operations,
        } = asked;
        let line = signature_line(service, operations, &origin.to_string());
        format!("{line} in {region}")
    });
    sorted(requests.chain(secrets).chain(addresses).chain(signatures))
}

fn not_granted(
    http: &[HttpAccess],
    secrets: &[SecretAccess],
    signatures: &[SignatureAccess],
    config: &Value,
    rights: &Rights,
) -> Vec<String> {
    let mut lines = Vec::new();
    let resolved: Vec<_> = http
        .iter()
        .filter_map(|access| asked(access, config))
        .collect();
    for access in http {
        let Some(asked) = asked(access, config) else {
            lines.extend(Explained::asked(std::slice::from_ref(access), &[], &[]));
            continue;
        };
        for method in &asked.methods {
            let lacks = |phase| {
                !rights.effective().iter().any(|right| {
                    right.origin == asked.origin
                        && right.method == *method
                        && phase == right.phase
                        && narrower(&right.path, &asked.path_prefix).is_some()
                })
            };
            let place = format!("{method} {}{}", asked.origin, asked.path_prefix);
            match (lacks(Phase::Plan), lacks(Phase::Apply)) {
                (true, true) => lines.push(place),
                (true, false) if asked.reads => lines.push(format!("{place} in plan")),
                _ => {}
            }
        }
    }
    for access in secrets {
        let wanted = asked_secret(access, &resolved, config);
        if wanted.is_none_or(|wanted| !rights.secrets().contains(&wanted)) {
            lines.push(secret_line(access));
        }
    }
    for access in signatures {
        let wanted = signature::asked(access, config);
        let mut granted = rights.signatures().effective();
        if !wanted.is_some_and(|wanted| granted.any(|(asked, _)| *asked == wanted)) {
            lines.extend(Explained::asked(&[], &[], std::slice::from_ref(access)));
        }
    }
    sorted(lines.into_iter())
}

fn not_asked(rights: &Rights, grants: &Grants) -> Vec<String> {
    let used = |target: &Target, method: Option<&String>| {
        rights.effective().iter().any(|right| {
            right.origin == target.origin
                && method.is_none_or(|method| *method == right.method)
                && narrower(&right.path, &target.path).is_some()
        })
    };
    let mut lines = Vec::new();
    for grant in &grants.requests {
        let Target { origin, path, .. } = &grant.target;
        match &grant.methods {
            Some(methods) => lines.extend(
                methods
                    .iter()
                    .filter(|method| !used(&grant.target, Some(method)))
                    .map(|method| format!("{method} {origin}{path}")),
            ),
            None if used(&grant.target, None) => {}
            // An address may be granted for a name that leads to it.
            None if matches!(origin.host, Host::Address(address) if !is_public(address)) => {}
            None => lines.push(format!("{origin}{path}")),
        }
    }
    let idle = |reads: &&Target| !rights.reads_in_plan(reads);
    let idle = grants.reads.iter().filter(idle);
    lines.extend(idle.map(|reads| format!("reads at {}{}", reads.origin, reads.path)));
    let given = grants.secrets.iter().map(|secret| &secret.name);
    let fetched = grants.fetched.iter().map(|secret| &secret.name);
    for name in given.chain(fetched) {
        if !rights.secrets().iter().any(|right| right.name == *name) {
            lines.push(format!("the secret {name}"));
        }
    }
    for grant in &grants.signatures {
        if !rights.signatures().are_asked(grant) {
            let (service, origin) = (&grant.service, &grant.target.origin);
            lines.push(format!("signatures for {service} at {origin}"));
        }
    }
    sorted(lines.into_iter())
}

fn secret_line(access: &SecretAccess) -> String {
    let to = match access.origin.as_str() {
        "" => String::new(),
        origin => format!(" to {}", written(origin)),
    };
    format!(
        "send the secret {} in the header {}{to}",
        access.name, access.header
    )
}

fn signature_line(service: &str, operations: &[String], origin: &str) -> String {
    let what = match operations {
        [] => "requests".to_owned(),
        operations => operations.join(", "),
    };
    format!("sign {what} of {service} at {origin}")
}

/// The origin as a manifest writes it, `<config.url>` when the configuration says it.
fn written(origin: &str) -> String {
    match origin.strip_prefix("config:") {
        Some(attribute) => format!("<config.{attribute}>"),
        None => origin.to_owned(),
    }
}

fn in_words(phases: &BTreeSet<Phase>) -> &'static str {
    match (
        phases.contains(&Phase::Plan),
        phases.contains(&Phase::Apply),
    ) {
        (true, true) => "plan and apply",
        (true, false) => "plan",
        _ => "apply",
    }
}

fn sorted(lines: impl Iterator<Item = String>) -> Vec<String> {
    lines.collect::<BTreeSet<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Explained;
    use crate::grants::{AwsKeys, Grants};
    use crate::manifest::Manifest;

    fn manifest() -> Manifest {
        serde_json::from_value(json!({
            "schema": 1, "name": "c", "version": "1", "world": "connector",
            "http": [
                {"origin": "config:url", "methods": ["GET", "POST"], "path_prefix": "/api/"},
                {"origin": "https://fixed.example", "methods": ["GET"], "path_prefix": "/"},
                {"origin": "https://query.example", "methods": ["GRPC"], "path_prefix": "/v1", "reads": true},
            ],
            "secrets": [{"name": "TOKEN", "header": "authorization", "origin": "config:url"}],
            "signatures": [{"origin": "https://iam.example", "service": "iam", "operations": ["ListRoles", "ListUsers"]}],
        }))
        .unwrap()
    }

    fn keys() -> AwsKeys {
        AwsKeys {
            access_key_id: "AKIDEXAMPLE".to_owned(),
            secret_access_key: "s3cr3t-value".to_owned(),
            session_token: None,
        }
    }

    fn explained(config: &Value, grants: &Grants) -> Explained {
        let manifest = manifest();
        Explained::new(
            &manifest.http,
            &manifest.secrets,
            &manifest.signatures,
            config,
            grants,
        )
    }

    #[test]
    fn asked_and_granted_and_what_is_left_over_on_either_side() {
        let grants = Grants::none()
            .host("http://api.example:9090")
            .and_then(|grants| grants.host("http://10.0.0.1:9090"))
            .and_then(|grants| grants.host("https://query.example/v1/pools"))
            .and_then(|grants| grants.host("https://other.example"))
            .and_then(|grants| grants.reads("https://other.example"))
            .and_then(|grants| grants.secret("TOKEN", "s3cr3t-value"))
            .and_then(|grants| grants.secret("UNUSED", "s3cr3t-value"))
            .and_then(|grants| grants.sigv4("https://iam.example", "iam", "us-east-1", keys()))
            .and_then(|grants| grants.sigv4("https://iam.example", "ec2", "us-east-1", keys()))
            .unwrap();
        let explained = explained(&json!({"url": "http://api.example:9090"}), &grants);
        assert_eq!(
            explained.to_string(),
            "may GET http://api.example:9090/api/ in plan and apply\n\
             may GRPC https://query.example/v1/pools in apply\n\
             may POST http://api.example:9090/api/ in apply\n\
             may connect to 10.0.0.1 on port 9090 when a name leads there\n\
             may send the secret TOKEN in the header authorization to http://api.example:9090\n\
             may sign ListRoles, ListUsers of iam at https://iam.example in us-east-1\n\
             asks for, not granted: GET https://fixed.example/\n\
             asks for, not granted: GRPC https://query.example/v1 in plan\n\
             granted, not asked for: https://other.example/\n\
             granted, not asked for: reads at https://other.example/\n\
             granted, not asked for: signatures for ec2 at https://iam.example\n\
             granted, not asked for: the secret UNUSED\n"
        );
    }

    #[test]
    fn without_configuration_the_manifest_speaks() {
        let manifest = manifest();
        assert_eq!(
            Explained::asked(&manifest.http, &manifest.secrets, &manifest.signatures),
            [
                "GET https://fixed.example/",
                "GET, POST <config.url>/api/",
                "GRPC https://query.example/v1, which only reads",
                "send the secret TOKEN in the header authorization to <config.url>",
                "sign ListRoles, ListUsers of iam at https://iam.example",
            ]
        );
        let nothing = explained(&Value::Null, &Grants::none());
        assert_eq!(nothing.effective, [""; 0]);
        assert_eq!(nothing.not_asked, [""; 0]);
        assert_eq!(nothing.not_granted.len(), 5, "{nothing}");
    }
}
