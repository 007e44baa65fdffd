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
    /// Why there may be more of them.
    pub missing: Missing,
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
            missing,
        })
    }
}

/// Those whom the split of the workload declares to deploy it, and who can come to act as one of them.
fn declared(party: &Party, known: &Known<'_>, missing: &mut Missing) -> Vec<Authority> {
    let Some((key, split)) = party
        .workload(known)
        .and_then(|key| Some((key, known.split(key)?)))
    else {
        return Vec::new();
    };
    let deploy = &split.split.deploy;
    let found = Holders::of(deploy, &Through::all(), known.facts());
    missing.groups.extend(found.missing.groups);
    let groups = deploy.iter().filter(|subject| {
        matches!(subject, Subject::Group(_)) && known.facts().members(subject).is_none()
    });
    missing.groups.extend(groups.map(ToString::to_string));
    let themselves = deploy.iter().map(|subject| {
        let name = subject.to_string();
        (name.clone(), name, true, None)
    });
    let others = found.holders.iter().map(|holder| {
        let route = &holder.route;
        (
            route.start.clone(),
            route.to_string(),
            holder.is_standing,
            route.until().map(Instant::from),
        )
    });
    let who: Vec<_> = themselves.chain(others).collect();
    let duties: BTreeSet<Duty> = split.may.iter().map(|verb| verb.duty()).collect();
    let each = duties.into_iter().flat_map(|duty| {
        who.iter()
            .map(move |(from, path, is_standing, until)| Authority {
                duty,
                from: from.clone(),
                path: format!("{path} --declared under--> deploy of {key}"),
                is_standing: *is_standing,
                until: *until,
            })
    });
    each.collect()
}
