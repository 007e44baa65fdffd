//! Who can change a party: by what platforms let them do, and by what is declared.

use std::collections::BTreeSet;

use portcullis_access::{ChangeAuthority as Live, Holders, Missing};
use portcullis_model::{Duty, Instant, Reason, Subject, Through};

use crate::known::Known;
use crate::party::Party;

/// Somebody who can exercise a duty over a party.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Authority {
    /// Which duty.
    pub duty: Duty,
    /// Who.
    pub from: String,
    /// How, step by step.
    pub path: String,
    /// Whether it is authority at any time; otherwise something has to be changed first.
    pub is_standing: bool,
    /// When it ends; `None` when it does not.
    pub until: Option<Instant>,
}

/// Everybody who can change a party, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeAuthority {
    /// By duty; the declared ones of a duty first, then the nearest.
    pub authorities: Vec<Authority>,
    /// Why there may be more of them, each as a clause.
    pub missing: Vec<String>,
}

impl ChangeAuthority {
    /// Everybody who can change `party`.
    ///
    /// # Errors
    /// When nobody declares the workload.
    pub fn over(party: &Party, known: &Known<'_>) -> Result<Self, Reason> {
        let live = Live::over(&party.subjects(known)?, known.facts());
        let mut missing = live.missing;
        let mut authorities = declared(party, known, &mut missing);
        authorities.extend(granted(party, known, &mut missing));
        authorities.extend(live.changers.into_iter().map(|changer| Authority {
            duty: changer.duty,
            from: changer.holder.route.start.clone(),
            path: changer.holder.route.to_string(),
            is_standing: changer.holder.is_standing,
            until: changer.holder.route.until().map(Instant::from),
        }));
        // Stable, so that within a duty the order stays.
        authorities.sort_by_key(|authority| authority.duty);
        Ok(Self {
            authorities,
            missing: super::missing(&missing, &[party], known),
        })
    }
}

/// Those who were granted something over the workload, and who can come to act as one of them.
fn granted(party: &Party, known: &Known<'_>, missing: &mut Missing) -> Vec<Authority> {
    let Some(key) = party.workload(known) else {
        return Vec::new();
    };
    let mut authorities = Vec::new();
    for (name, grant) in known
        .grants()
        .filter(|(_, grant)| grant.workload.as_ref() == Some(key))
    {
        let who = holders(&BTreeSet::from([grant.subject.clone()]), known, missing);
        let until = Instant::from(grant.until);
        authorities.extend(who.into_iter().map(|one| Authority {
            duty: grant.permission.duty(),
            path: format!("{} --was granted--> {name}", one.path),
            until: one.until.into_iter().chain([until]).min(),
            ..one
        }));
    }
    authorities
}

/// Those whom the split of the workload declares to deploy it, and who can come to act as one of them.
fn declared(party: &Party, known: &Known<'_>, missing: &mut Missing) -> Vec<Authority> {
    let Some((key, split)) = party
        .workload(known)
        .and_then(|key| Some((key, known.split(key)?)))
    else {
        return Vec::new();
    };
    let who = holders(&split.split.deploy, known, missing);
    let duties: BTreeSet<Duty> = split.may.iter().map(|verb| verb.duty()).collect();
    let each = duties.into_iter().flat_map(|duty| {
        who.iter().map(move |one| Authority {
            duty,
            path: format!("{} --declared under--> deploy of {key}", one.path),
            ..one.clone()
        })
    });
    each.collect()
}

/// These subjects, and everybody who can come to act as one of them. The duty is for the caller to say.
fn holders(
    subjects: &BTreeSet<Subject>,
    known: &Known<'_>,
    missing: &mut Missing,
) -> Vec<Authority> {
    let found = Holders::of(subjects, &Through::all(), known.facts());
    missing.groups.extend(found.missing.groups);
    let groups = subjects.iter().filter(|subject| {
        matches!(subject, Subject::Group(_)) && known.facts().members(subject).is_none()
    });
    missing.groups.extend(groups.map(ToString::to_string));
    let themselves = subjects.iter().map(|subject| Authority {
        duty: Duty::Deploy,
        from: subject.to_string(),
        path: subject.to_string(),
        is_standing: true,
        until: None,
    });
    let others = found.holders.iter().map(|holder| Authority {
        duty: Duty::Deploy,
        from: holder.route.start.clone(),
        path: holder.route.to_string(),
        is_standing: holder.is_standing,
        until: holder.route.until().map(Instant::from),
    });
    themselves.chain(others).collect()
}
