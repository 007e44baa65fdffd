//! Access that nobody answers for: declarations against what connectors tell.

use portcullis_access::{Declarations, Orphans};

use crate::known::Known;

/// What nobody answers for.
#[must_use]
pub fn orphans(known: &Known<'_>) -> Orphans {
    Orphans::of(&declarations(known), known.now, known.facts())
}

fn declarations(known: &Known<'_>) -> Declarations {
    let mut declarations = Declarations::default();
    for (key, workload) in known.workloads() {
        let what = format!("workload identity {key}");
        declarations
            .subjects
            .extend(workload.subjects.iter().cloned());
        declarations
            .owners
            .insert(what.clone(), workload.owner.clone());
        if let Some(end) = workload.expires_at {
            declarations.ends.insert(what, end);
        }
    }
    let owners = known.promised.owners.iter().chain(&known.declared.owners);
    declarations
        .owners
        .extend(owners.map(|(what, owner)| (what.clone(), owner.clone())));
    for (_, declared) in known.splits() {
        let sides = declared.split.deploy.iter().chain(&declared.split.runtime);
        declarations.subjects.extend(sides.cloned());
    }
    for grants in [&known.promised.grants, &known.declared.grants] {
        for (name, grant) in grants {
            declarations.subjects.insert(grant.subject.clone());
            declarations
                .ends
                .insert(format!("grant {name}"), grant.until);
        }
    }
    let facts = known.facts();
    for groups in [facts.configuration, facts.ledger] {
        let members = groups.keys().filter_map(|group| facts.members(group));
        let members = members.flat_map(|(members, _)| members.iter().cloned());
        declarations.subjects.extend(members);
    }
    declarations
}
