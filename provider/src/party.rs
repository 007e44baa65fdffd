//! Who a question is about.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use portcullis_model::{ParseError, Reason, Subject, WorkloadKey};

use crate::known::Known;

/// A subject, or a workload, which stands for every subject that it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Party {
    /// `sa:cluster/infer/fraud-runtime`
    Subject(Subject),
    /// `production/fraud-scorer`
    Workload(WorkloadKey),
}

impl Party {
    /// The subjects that are meant.
    ///
    /// # Errors
    /// When nobody declares the workload.
    pub fn subjects(&self, known: &Known<'_>) -> Result<BTreeSet<Subject>, Reason> {
        match self {
            Self::Subject(subject) => Ok(BTreeSet::from([subject.clone()])),
            Self::Workload(key) => match known.workload(key) {
                Some(workload) => Ok(workload.subjects.clone()),
                None => Err(not_declared(key)),
            },
        }
    }

    /// What keeps the subjects from being all known, as a clause.
    #[must_use]
    pub fn undecided(&self, known: &Known<'_>) -> Option<String> {
        let workload = self.workload(known)?;
        let is_undecided = known.workload(workload)?.is_undecided;
        is_undecided.then(|| format!("{workload} has accounts that are known only after apply"))
    }

    /// The workload that is meant: by its name, or by a subject that it is.
    #[must_use]
    pub fn workload<'a>(&'a self, known: &Known<'a>) -> Option<&'a WorkloadKey> {
        match self {
            Self::Workload(key) => Some(key),
            Self::Subject(subject) => {
                let mut workloads = known.workloads();
                let owner = workloads.find(|(_, workload)| workload.subjects.contains(subject));
                owner.map(|(key, _)| key)
            }
        }
    }
}

impl FromStr for Party {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        text.parse().map(Self::Subject).or_else(|error| {
            let workload = text.parse().map(Self::Workload);
            workload.map_err(|_: ParseError| error)
        })
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subject(subject) => subject.fmt(f),
            Self::Workload(key) => key.fmt(f),
        }
    }
}

fn not_declared(key: &WorkloadKey) -> Reason {
    Reason {
        code: "workload-not-declared".to_owned(),
        summary: "Workload is not declared".to_owned(),
        asked: format!("Asked about the workload `{key}`."),
        found: "Neither the configuration, as far as it is planned, nor the ledger declares it."
            .to_owned(),
        remedy: "Refer to it as `portcullis_workload_identity.<name>.id`, so that Terraform plans it first; apply the \
                 workspace that declares it; or give the command a saved plan that does."
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_subject_or_a_workload_and_a_wrong_one_is_told_of_as_a_subject() {
        let party: Party = "production/fraud-scorer".parse().unwrap();
        assert!(matches!(party, Party::Workload(_)));
        let party: Party = "sa:cluster/infer/run".parse().unwrap();
        assert_eq!(party.to_string(), "sa:cluster/infer/run");
        let error = "users:ana".parse::<Party>().unwrap_err();
        assert_eq!(error.suggestion(), Some("user:ana"));
    }
}
