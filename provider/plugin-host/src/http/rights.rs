//! Asked and granted: which requests one call may send.

use std::net::IpAddr;

use serde_json::Value;

use crate::grants::{Grants, Phase};
use crate::http::address::is_public;
use crate::http::target::{Host, Origin, Target};
use crate::manifest::Manifest;

/// Methods that only read (RFC 9110, section 9.2.1).
const READS: [&str; 3] = ["GET", "HEAD", "OPTIONS"];

/// Which requests one call may send.
#[derive(Debug)]
pub(crate) struct Rights {
    phase: Phase,
    asked: Vec<Asked>,
    granted: Vec<Target>,
}

#[derive(Debug)]
struct Asked {
    origin: Origin,
    methods: Vec<String>,
    path_prefix: String,
}

impl Rights {
    /// Combines manifest and grants. An ask for an attribute of `config` that holds no URL asks for nothing.
    pub(crate) fn new(manifest: &Manifest, config: &Value, grants: &Grants) -> Self {
        let asked = manifest.http.iter().filter_map(|access| {
            let url = match access.origin.strip_prefix("config:") {
                Some(attribute) => config.get(attribute)?.as_str()?,
                None => &access.origin,
            };
            Some(Asked {
                origin: Target::parse(url).ok()?.origin,
                methods: access.methods.clone(),
                path_prefix: access.path_prefix.clone(),
            })
        });
        Self {
            phase: grants.phase,
            asked: asked.collect(),
            granted: grants.hosts.clone(),
        }
    }

    /// Whether a request may be sent; otherwise what is missing and the remedy.
    pub(crate) fn permit(&self, method: &str, target: &Target) -> Result<(), Refusal> {
        let origin = &target.origin;
        let asked: Vec<&Asked> = self
            .asked
            .iter()
            .filter(|asked| asked.origin == *origin)
            .collect();
        if asked.is_empty() {
            return Err(Refusal::new(
                format!("the plugin's manifest does not ask for `{origin}`"),
                "Correct the address in `config`, or report this to the plugin's author.",
            ));
        }
        let granted: Vec<&Target> = self
            .granted
            .iter()
            .filter(|grant| grant.origin == *origin)
            .collect();
        if granted.is_empty() {
            return Err(Refusal::new(
                format!("`{origin}` is not granted to it"),
                format!(
                    "Add `\"{origin}\"` to `allow {{ hosts }}` of this connector if it may call that host."
                ),
            ));
        }
        if self.phase == Phase::Plan && !READS.contains(&method) {
            return Err(Refusal::new(
                format!("`{method}` may change `{origin}` and this is not apply or destroy"),
                "Report this to the plugin's author: planning may only read.",
            ));
        }
        let by_manifest = asked.iter().any(|asked| {
            asked.methods.iter().any(|asked| asked == method)
                && covers(&asked.path_prefix, &target.path)
        });
        if !by_manifest {
            return Err(Refusal::new(
                format!(
                    "the plugin's manifest does not ask for `{method} {}` there",
                    target.path
                ),
                "Report this to the plugin's author.",
            ));
        }
        if !granted
            .iter()
            .any(|grant| covers(&grant.path, &target.path))
        {
            return Err(Refusal::new(
                format!(
                    "the grant for `{origin}` does not cover the path `{}`",
                    target.path
                ),
                "Widen the path in `allow { hosts }` of this connector if it may call that.",
            ));
        }
        Ok(())
    }

    /// Whether a connection to this address may serve a request to `origin`.
    pub(crate) fn permit_address(&self, origin: &Origin, address: IpAddr) -> Result<(), Refusal> {
        let literal = Host::Address(address);
        let by_address =
            |grant: &Target| grant.origin.host == literal && grant.origin.port == origin.port;
        if is_public(address) || self.granted.iter().any(by_address) {
            return Ok(());
        }
        Err(Refusal::new(
            format!("`{origin}` leads to {address}, which is not a public address"),
            "If the connector may call that address, grant it as an address, with scheme and port.",
        ))
    }
}

/// Why a request is not sent.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// A clause.
    pub(crate) reason: String,
    pub(crate) remedy: String,
}

impl Refusal {
    pub(crate) fn new(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            remedy: remedy.into(),
        }
    }
}

/// Whether a path lies under a prefix, by whole segments: `/v1` covers `/v1/nodes` and not `/v10`.
pub(crate) fn covers(prefix: &str, path: &str) -> bool {
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || prefix.ends_with('/') || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::{Rights, covers};
    use crate::grants::{Grants, Phase};
    use crate::http::target::Target;
    use crate::manifest::Manifest;

    fn manifest() -> Manifest {
        serde_json::from_value(serde_json::json!({
            "schema": 1, "name": "c", "version": "1", "world": "connector",
            "http": [
                {"origin": "config:url", "methods": ["GET", "POST"], "path_prefix": "/api/"},
                {"origin": "https://fixed.example", "methods": ["GET"], "path_prefix": "/"},
            ],
        }))
        .unwrap()
    }

    fn refusal(phase: Phase, grants: &[&str], method: &str, url: &str) -> Option<String> {
        let config = serde_json::json!({"url": "http://10.0.0.1:9090/ignored"});
        let grants = grants
            .iter()
            .fold(Grants::none(phase), |all, url| all.host(url).unwrap());
        let rights = Rights::new(&manifest(), &config, &grants);
        rights
            .permit(method, &Target::parse(url).unwrap())
            .err()
            .map(|refusal| refusal.reason)
    }

    #[test]
    fn asked_and_granted_is_permitted() {
        let granted = ["http://10.0.0.1:9090"];
        assert_eq!(
            refusal(Phase::Plan, &granted, "GET", "http://10.0.0.1:9090/api/v1"),
            None
        );
        assert_eq!(
            refusal(
                Phase::Apply,
                &granted,
                "POST",
                "http://10.0.0.1:9090/api/v1"
            ),
            None
        );
    }

    #[test]
    fn anything_less_is_refused() {
        let granted = [
            "http://10.0.0.1:9090",
            "https://fixed.example/v1",
            "https://other.example",
        ];
        for (phase, method, url, reason) in [
            (
                Phase::Plan,
                "GET",
                "https://other.example/",
                "does not ask for `https://other.example`",
            ),
            (
                Phase::Plan,
                "POST",
                "http://10.0.0.1:9090/api/x",
                "may change",
            ),
            (
                Phase::Apply,
                "DELETE",
                "http://10.0.0.1:9090/api/x",
                "does not ask for `DELETE",
            ),
            (
                Phase::Apply,
                "POST",
                "https://fixed.example/v1",
                "does not ask for `POST",
            ),
            (
                Phase::Plan,
                "GET",
                "http://10.0.0.1:9090/apis",
                "does not ask for `GET /apis`",
            ),
            (
                Phase::Plan,
                "GET",
                "https://10.0.0.1:9090/api/",
                "does not ask for `https://10.0.0.1:9090`",
            ),
            (
                Phase::Plan,
                "GET",
                "http://10.0.0.1:22/api/",
                "does not ask for `http://10.0.0.1:22`",
            ),
            (
                Phase::Plan,
                "GET",
                "https://fixed.example/v10",
                "does not cover the path `/v10`",
            ),
        ] {
            let found = refusal(phase, &granted, method, url).unwrap_or_default();
            assert!(found.contains(reason), "{method} {url}: {found}");
        }
        let found = refusal(Phase::Plan, &[], "GET", "https://fixed.example/").unwrap_or_default();
        assert!(found.contains("is not granted"), "{found}");
    }

    #[test]
    fn private_addresses_need_a_grant_of_the_address_and_port() {
        let grants = Grants::none(Phase::Plan)
            .host("http://prom.example:9090")
            .unwrap();
        let by_name = Rights::new(&manifest(), &serde_json::Value::Null, &grants);
        let by_address = Rights::new(
            &manifest(),
            &serde_json::Value::Null,
            &grants.host("http://10.0.0.1:9090").unwrap(),
        );
        let origin = Target::parse("http://prom.example:9090").unwrap().origin;
        let elsewhere = Target::parse("http://prom.example:22").unwrap().origin;
        let private = "10.0.0.1".parse().unwrap();
        assert!(by_name.permit_address(&origin, private).is_err());
        assert!(by_address.permit_address(&origin, private).is_ok());
        assert!(by_address.permit_address(&elsewhere, private).is_err());
        assert!(
            by_name
                .permit_address(&origin, "8.8.8.8".parse().unwrap())
                .is_ok()
        );
    }

    #[test]
    fn prefixes_end_at_segments() {
        assert!(
            covers("/", "/x")
                && covers("/v1", "/v1")
                && covers("/v1", "/v1/x")
                && covers("/v1/", "/v1/x")
        );
        assert!(!covers("/v1", "/v10") && !covers("/v1/", "/v1"));
    }
}
