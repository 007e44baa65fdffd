//! Asked and granted: which requests the host signs for a connector.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Refusal;
use super::effective::origin;
use crate::grants::{Grants, Phase, SignatureGrant};
use crate::http::failure::DEFECT;
use crate::http::operation::only_reads;
use crate::http::target::{Origin, Target};
use crate::manifest::SignatureAccess;

/// Requests that the manifest asks to have signed, with their origin found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AskedSignature {
    pub(crate) origin: Origin,
    pub(crate) service: String,
    pub(crate) operations: Vec<String>,
}

/// What of signatures a connector has: asked for, granted, or both.
#[derive(Debug)]
pub(crate) struct Signatures {
    asked: Vec<AskedSignature>,
    granted: Vec<SignatureGrant>,
}

impl Signatures {
    /// Combines manifest and grants. An ask for an attribute of `config` that holds no URL asks for nothing.
    pub(super) fn new(access: &[SignatureAccess], config: &Value, grants: &Grants) -> Self {
        let asked = access.iter().filter_map(|access| asked(access, config));
        Self {
            asked: asked.collect(),
            granted: grants.signatures.clone(),
        }
    }

    /// What is asked and granted, with its region.
    pub(crate) fn effective(&self) -> impl Iterator<Item = (&AskedSignature, &str)> {
        self.asked.iter().filter_map(|asked| {
            let grant = self.granted.iter().find(|grant| grant.is_for(asked))?;
            Some((asked, grant.region.as_str()))
        })
    }

    /// Whether somebody asks for what is granted.
    pub(crate) fn are_asked(&self, grant: &SignatureGrant) -> bool {
        self.asked.iter().any(|asked| grant.is_for(asked))
    }

    /// The grant by which a request of that service is signed; otherwise what is missing and the remedy.
    pub(crate) fn permit(
        &self,
        phase: Phase,
        service: &str,
        target: &Target,
        operations: &BTreeSet<String>,
    ) -> Result<&SignatureGrant, Refusal> {
        let origin = &target.origin;
        let mine = |asked: &&AskedSignature| asked.origin == *origin && asked.service == service;
        let asked = self.asked.iter().find(mine).ok_or_else(|| {
            let reason = format!(
                "the plugin's manifest does not ask to sign for the service `{service}` at `{origin}`"
            );
            Refusal::new(
                reason,
                "Correct the address in `config`, or report this to the plugin's author.",
            )
        })?;
        asked.permit(phase, target, operations)?;
        let grant = self.granted.iter().find(|grant| grant.is_for(asked));
        grant.ok_or_else(|| {
            Refusal::new(
                format!("signing for the service `{service}` at `{origin}` is not granted to it"),
                format!(
                    "Add a block `sigv4` with `url = \"{origin}\"` and `service = \"{service}\"` to `allow` of this \
                     connector if it may send such requests."
                ),
            )
        })
    }
}

impl AskedSignature {
    /// Whether the request names what the manifest names, and one thing alone: a service could find another name than
    /// the one that was looked at.
    fn permit(
        &self,
        phase: Phase,
        target: &Target,
        operations: &BTreeSet<String>,
    ) -> Result<(), Refusal> {
        let mut named = operations.iter();
        match (named.next(), named.next()) {
            (None, _) if self.operations.is_empty() => Ok(()),
            (Some(one), None) if self.operations.contains(one) && target.path == "/" => {
                if phase == Phase::Apply || only_reads(one) {
                    return Ok(());
                }
                Err(Refusal::new(
                    format!("`{one}` may change something and this is not apply or destroy"),
                    "Report this to the plugin's author: planning may only read.",
                ))
            }
            (Some(one), None) => Err(Refusal::new(
                format!(
                    "the plugin's manifest does not ask for the operation `{one}` of `{}`",
                    self.service
                ),
                DEFECT,
            )),
            _ => Err(Refusal::new(
                format!("it does not name one operation of `{}`", self.service),
                DEFECT,
            )),
        }
    }
}

impl SignatureGrant {
    fn is_for(&self, asked: &AskedSignature) -> bool {
        self.target.origin == asked.origin && self.service == asked.service
    }
}

/// The signatures of the manifest, if they name an origin with this configuration.
pub(crate) fn asked(access: &SignatureAccess, config: &Value) -> Option<AskedSignature> {
    Some(AskedSignature {
        origin: origin(&access.origin, config)?,
        service: access.service.clone(),
        operations: access.operations.clone(),
    })
}
