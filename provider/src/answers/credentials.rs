//! Where the credentials of a party live: what connectors list, and what its split declares.

use std::collections::BTreeSet;

use portcullis_access::{Credential, Credentials};
use portcullis_model::{Operation, Reason};

use crate::known::Known;
use crate::party::Party;

/// A place where a credential lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialPlace {
    /// A connector lists it.
    Listed(Credential),
    /// The workload's split declares that it reads there, and no connector lists it.
    Declared {
        /// The object, such as `vault:secret/models/fraud`.
        location: String,
        /// The workload.
        of: String,
    },
}

/// Where all of a party's credentials live, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialPlaces {
    /// One entry a place.
    pub places: Vec<CredentialPlace>,
    /// Why there may be more of them, each as a clause.
    pub missing: Vec<String>,
}

impl CredentialPlaces {
    /// Those of `party`.
    ///
    /// # Errors
    /// When nobody declares the workload.
    pub fn of(party: &Party, known: &Known<'_>) -> Result<Self, Reason> {
        let subjects = party.subjects(known)?;
        let found = Credentials::of(&subjects, known.facts());
        let workload = party.workload(known);
        let listed: BTreeSet<String> = found.found.iter().map(|one| one.location.clone()).collect();
        let mut places: Vec<CredentialPlace> = found
            .found
            .into_iter()
            .map(CredentialPlace::Listed)
            .collect();
        let split = workload.and_then(|key| Some((key, known.split(key)?)));
        if let Some((key, split)) = split {
            let reads = split.permissions.iter().flatten();
            let reads = reads.filter(|permission| permission.operation == Operation::Read);
            let objects = reads.map(|permission| permission.object.to_string());
            places.extend(
                objects
                    .filter(|object| !listed.contains(object))
                    .map(|location| CredentialPlace::Declared {
                        location,
                        of: key.to_string(),
                    }),
            );
        }
        Ok(Self {
            places,
            missing: super::missing(&found.missing, &[party], known),
        })
    }
}

impl CredentialPlace {
    /// Where.
    #[must_use]
    pub fn location(&self) -> &str {
        match self {
            Self::Listed(credential) => &credential.location,
            Self::Declared { location, .. } => location,
        }
    }

    /// What it is to the party: `own` for a credential of it, `readable` for one that it may read, `declared` for one that
    /// only its split tells of.
    #[must_use]
    pub fn relation(&self) -> &'static str {
        match self {
            Self::Listed(credential) if credential.is_own => "own",
            Self::Listed(_) => "readable",
            Self::Declared { .. } => "declared",
        }
    }
}
