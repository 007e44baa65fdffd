//! Asked and granted: which requests a connector may send in which phase.

mod effective;
pub(crate) mod signature;

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde_json::Value;

use crate::grants::{Grants, Phase, RequestGrant};
use crate::http::address::is_public;
use crate::http::target::{Host, Origin, Target};
use crate::manifest::{HttpAccess, SecretAccess, SignatureAccess};
pub(crate) use effective::{Asked, Right, SecretRight, asked, asked_secret, covers, narrower};
use effective::{NEVER, READS, effective};
use signature::Signatures;

/// What the manifest asks for and the configuration grants, worked out once a call.
#[derive(Debug)]
pub(crate) struct Rights {
    asked: Vec<Asked>,
    grants: Grants,
    effective: BTreeSet<Right>,
    secrets: BTreeSet<SecretRight>,
    signatures: Signatures,
}

impl Rights {
    /// Combines manifest and grants. An ask for an attribute of `config` that holds no URL asks for nothing.
    pub(crate) fn new(
        http: &[HttpAccess],
        secrets: &[SecretAccess],
        signatures: &[SignatureAccess],
        config: &Value,
        grants: &Grants,
    ) -> Self {
        let asked: Vec<Asked> = http
            .iter()
            .filter_map(|access| asked(access, config))
            .collect();
        let effective = effective(&asked, grants);
        let granted = |right: &SecretRight| {
            let host = |other: &Right| other.origin == right.origin;
            grants.has_secret(&right.name) && effective.iter().any(host)
        };
        let secrets = secrets
            .iter()
            .filter_map(|access| asked_secret(access, &asked, config))
            .filter(granted)
            .collect();
        Self {
            asked,
            grants: grants.clone(),
            effective,
            secrets,
            signatures: Signatures::new(signatures, config, grants),
        }
    }

    pub(crate) fn effective(&self) -> &BTreeSet<Right> {
        &self.effective
    }

    /// Whether the mark makes a method that usually writes a read of some plan.
    pub(crate) fn reads_in_plan(&self, mark: &Target) -> bool {
        self.effective.iter().any(|right| {
            right.phase == Phase::Plan
                && !READS.contains(&right.method.as_str())
                && right.origin == mark.origin
                && covers(&mark.path, &right.path)
        })
    }

    pub(crate) fn signatures(&self) -> &Signatures {
        &self.signatures
    }

    pub(crate) fn secrets(&self) -> &BTreeSet<SecretRight> {
        &self.secrets
    }

    /// Whether a request may be sent; otherwise what is missing and the remedy.
    pub(crate) fn permit(
        &self,
        phase: Phase,
        method: &str,
        target: &Target,
    ) -> Result<(), Refusal> {
        let permits = |right: &Right| {
            right.phase == phase
                && right.method == method
                && right.origin == target.origin
                && covers(&right.path, &target.path)
        };
        if self.effective.iter().any(permits) {
            return Ok(());
        }
        Err(self.missing(method, target))
    }

    /// What a request that is not permitted lacks.
    fn missing(&self, method: &str, target: &Target) -> Refusal {
        let Target { origin, path, .. } = target;
        let asked: Vec<&Asked> = self
            .asked
            .iter()
            .filter(|asked| asked.origin == *origin)
            .collect();
        if asked.is_empty() {
            return Refusal::new(
                format!("the plugin's manifest does not ask for `{origin}`"),
                "Correct the address in `config`, or report this to the plugin's author.",
            );
        }
        let granted: Vec<&RequestGrant> = self
            .grants
            .requests
            .iter()
            .filter(|grant| grant.target.origin == *origin)
            .collect();
        if granted.is_empty() {
            return Refusal::new(
                format!("`{origin}` is not granted to it"),
                format!(
                    "Add `\"{origin}\"` to `allow {{ hosts }}` of this connector if it may call that host."
                ),
            );
        }
        let asks = |asked: &&Asked| {
            asked.methods.iter().any(|asked| asked == method) && covers(&asked.path_prefix, path)
        };
        if NEVER.contains(&method) || !asked.iter().any(asks) {
            return Refusal::new(
                format!("the plugin's manifest does not ask for `{method} {path}` there"),
                "Report this to the plugin's author.",
            );
        }
        if !granted.iter().any(|grant| covers(&grant.target.path, path)) {
            return Refusal::new(
                format!("the grant for `{origin}` does not cover the path `{path}`"),
                "Widen the path in `allow { hosts }` of this connector if it may call that.",
            );
        }
        if !granted
            .iter()
            .any(|grant| grant.allows(method) && covers(&grant.target.path, path))
        {
            return Refusal::new(
                format!("the grants for `{origin}` do not name `{method}`"),
                format!(
                    "Add `{method}` to the methods in `allow` of this connector if it may send it."
                ),
            );
        }
        if READS.contains(&method) {
            return Refusal::new(
                format!("the grants for `{origin}` do not name this phase"),
                "Add the phase in `allow` of this connector if it may read then.",
            );
        }
        Refusal::new(
            format!("`{method}` may change `{origin}` and this is not apply or destroy"),
            "If that request only reads, its manifest has to say so, and `allow { reads }` has to name the address; \
             otherwise report this to the plugin's author: planning may only read.",
        )
    }

    /// Whether the host may put a secret into that header of a request to `origin`.
    pub(crate) fn permit_secret(
        &self,
        name: &str,
        header: &str,
        origin: &Origin,
        asked: &[SecretAccess],
    ) -> Result<(), Refusal> {
        let named: Vec<&SecretRight> = self
            .secrets
            .iter()
            .filter(|right| right.name == name && right.header == header)
            .collect();
        if named.iter().any(|right| right.origin == *origin) {
            return Ok(());
        }
        if let Some(right) = named.first() {
            return Err(Refusal::new(
                format!(
                    "the secret `{name}` is for `{}` and not for `{origin}`",
                    right.origin
                ),
                "Report this to the plugin's author.",
            ));
        }
        if !asked
            .iter()
            .any(|asked| asked.name == name && asked.header == header)
        {
            return Err(Refusal::new(
                format!("the plugin's manifest does not ask for the secret `{name}` in `{header}`"),
                "Report this to the plugin's author.",
            ));
        }
        Err(Refusal::new(
            format!("the secret `{name}` is not granted to it"),
            format!(
                "Add `\"{name}\"` to `allow {{ secrets }}` of this connector if it may use that secret."
            ),
        ))
    }

    /// Whether a connection to this address may serve a request to `origin`.
    pub(crate) fn permit_address(&self, origin: &Origin, address: IpAddr) -> Result<(), Refusal> {
        let literal = Host::Address(address);
        let by_address = |grant: &RequestGrant| {
            grant.target.origin.host == literal && grant.target.origin.port == origin.port
        };
        if is_public(address) || self.grants.requests.iter().any(by_address) {
            return Ok(());
        }
        Err(Refusal::new(
            format!("`{origin}` leads to {address}, which is not a public address"),
            "If the connector may call that address, grant it as an address, with scheme and port.",
        ))
    }
}

impl RequestGrant {
    pub(crate) fn allows(&self, method: &str) -> bool {
        self.methods
            .as_ref()
            .is_none_or(|methods| methods.iter().any(|allowed| allowed == method))
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

#[cfg(test)]
mod tests;
