//! Does anybody hold more duties than a constraint allows?

use std::collections::{BTreeMap, BTreeSet};

use portcullis_access::{Holders, Missing};
use portcullis_model::{Duty, Reason, Subject, Through, WorkloadKey};
use tfplugin::{Diagnostic, Outcome, Path};

use crate::answers;
use crate::board::DeclaredConstraint;
use crate::configured::Configured;
use crate::known::Known;
use crate::party::Party;

/// Through what somebody holds a duty without first changing anything.
const STANDING: [Through; 2] = [Through::Groups, Through::RoleChaining];

/// Subjects with one duty over one thing, as it was declared.
struct Assigned {
    duty: Duty,
    to: BTreeSet<Subject>,
    /// What declares it, `deploy of production/fraud-scorer` for example.
    under: String,
}

/// How a subject holds each of its duties, step by step.
type Duties = BTreeMap<Duty, String>;

/// What a constraint comes to.
struct Count {
    /// Everybody with more duties than allowed.
    over: BTreeMap<String, Duties>,
    /// Why there may be more of them, each as a clause.
    missing: Vec<String>,
}

/// Judges one constraint. The diagnostic, where there is one, is at `at_most`.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn of_constraint(name: &str, provider: &Configured) -> Outcome<Option<Diagnostic>> {
    let at = Path::root().attribute("at_most");
    Known::ask(provider, |known| {
        let constraint = known.constraint(name)?;
        let count = Count::of(constraint, known);
        let said = count.broken(name, constraint, |_| true);
        let said = said.or_else(|| count.undecided(name, constraint))?;
        Some(said.at(at))
    })
    .await
}

/// Judges every constraint that a grant could break. The grant is on the board already.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn of_grant(grant: &str, provider: &Configured) -> Outcome<Vec<Diagnostic>> {
    let under = format!("grant {grant}");
    all(provider, &Path::root().attribute("operation"), |path| {
        path.ends_with(&under)
    })
    .await
}

/// Judges every constraint that the split of a workload could break. The split is on the board already.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn of_split(workload: &WorkloadKey, provider: &Configured) -> Outcome<Vec<Diagnostic>> {
    let under = format!(" of {workload}");
    all(provider, &Path::root().attribute("deploy"), |path| {
        path.ends_with(&under)
    })
    .await
}

/// Judges every constraint that membership in a group could break. The group is on the board already.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn of_group(group: &Subject, provider: &Configured) -> Outcome<Vec<Diagnostic>> {
    let station = format!("{group} --");
    all(provider, &Path::root().attribute("members"), |path| {
        path.contains(&station)
    })
    .await
}

async fn all(
    provider: &Configured,
    at: &Path,
    involves: impl Fn(&str) -> bool + Send,
) -> Outcome<Vec<Diagnostic>> {
    Known::ask(provider, |known| {
        let broken = known.constraints().filter_map(|(name, constraint)| {
            let count = Count::of(constraint, known);
            count.broken(name, constraint, |path| involves(path))
        });
        broken.map(|diagnostic| diagnostic.at(at.clone())).collect()
    })
    .await
}

impl Count {
    fn of(constraint: &DeclaredConstraint, known: &Known<'_>) -> Self {
        let (mut held, mut missing) = (BTreeMap::<String, Duties>::new(), Missing::default());
        for assigned in assigned(constraint, known) {
            let through = BTreeSet::from(STANDING);
            let found = Holders::of(&assigned.to, &through, known.facts());
            missing.groups.extend(found.missing.groups);
            missing.sources.extend(found.missing.sources);
            let undescribed = assigned.to.iter().filter(|subject| {
                matches!(subject, Subject::Group(_)) && known.facts().members(subject).is_none()
            });
            missing.groups.extend(undescribed.map(ToString::to_string));
            let themselves = assigned.to.iter().map(ToString::to_string);
            let themselves = themselves.map(|name| (name.clone(), name));
            let others = found.holders.iter().filter(|holder| holder.is_standing);
            let others = others.map(|holder| {
                let route = &holder.route;
                (route.start.clone(), route.to_string())
            });
            for (who, path) in themselves.chain(others) {
                let path = format!("{path} --declared under--> {}", assigned.under);
                held.entry(who)
                    .or_default()
                    .entry(assigned.duty)
                    .or_insert(path);
            }
        }
        held.retain(|_, duties| duties.len() > constraint.at_most);
        let workloads = known
            .splits()
            .filter(|(key, _)| constraint.counts(Some(key)));
        let workloads: Vec<Party> = workloads
            .map(|(key, _)| Party::Workload(key.clone()))
            .collect();
        let parties: Vec<&Party> = workloads.iter().collect();
        Self {
            over: held,
            missing: answers::missing(&missing, &parties, known),
        }
    }

    /// What to say of the first subject over the limit that something `involves`: people before the groups that hold them.
    fn broken(
        &self,
        name: &str,
        constraint: &DeclaredConstraint,
        involves: impl Fn(&str) -> bool,
    ) -> Option<Diagnostic> {
        let involved = self
            .over
            .iter()
            .filter(|(_, duties)| duties.values().any(|path| involves(path)));
        let (who, duties) = involved.min_by_key(|(who, _)| (who.starts_with("group:"), *who))?;
        let paths: Vec<String> = duties
            .iter()
            .map(|(duty, path)| format!("  {duty}: {path}"))
            .collect();
        let others = match self.over.len() - 1 {
            0 => String::new(),
            1 => "\n\nOne more subject holds too many.".to_owned(),
            more => format!("\n\n{more} more subjects hold too many."),
        };
        let reason = Reason {
            code: "duty-constraint-broken".to_owned(),
            summary: "Subject holds too many duties".to_owned(),
            asked: asked(name, constraint),
            found: format!("`{who}` holds {}:\n\n{}{others}", duties.len(), paths.join("\n")),
            remedy: "Take the subject off one of them, or end the grant; or declare with `workload` that the constraint \
                     is about one workload alone."
                .to_owned(),
        };
        Some(
            constraint
                .enforce
                .diagnostic(&reason.summary, reason.detail()),
        )
    }

    /// What to say when nobody known is over the limit and not everybody is known.
    fn undecided(&self, name: &str, constraint: &DeclaredConstraint) -> Option<Diagnostic> {
        let missing = &self.missing;
        if missing.is_empty() {
            return None;
        }
        let reason = Reason {
            code: "duty-constraint-unknown".to_owned(),
            summary: "Duty constraint cannot be decided".to_owned(),
            asked: asked(name, constraint),
            found: format!("Nobody known holds more, but {}.", missing.join("; ")),
            remedy: "Declare the members with a `portcullis_group`, mend what keeps the connector from answering, or set \
                     `on_unknown = \"warn\"` to go on without an answer."
                .to_owned(),
        };
        Some(
            constraint
                .on_unknown
                .diagnostic(&reason.summary, reason.detail()),
        )
    }
}

/// Everything declared that is one of the duties, over what the constraint is about.
fn assigned(constraint: &DeclaredConstraint, known: &Known<'_>) -> Vec<Assigned> {
    let mut found = Vec::new();
    for (key, declared) in known
        .splits()
        .filter(|(key, _)| constraint.counts(Some(key)))
    {
        let deploy: BTreeSet<Duty> = declared.may.iter().map(|verb| verb.duty()).collect();
        found.extend(deploy.into_iter().map(|duty| Assigned {
            duty,
            to: declared.split.deploy.clone(),
            under: format!("deploy of {key}"),
        }));
        found.push(Assigned {
            duty: Duty::Runtime,
            to: declared.split.runtime.clone(),
            under: format!("runtime of {key}"),
        });
    }
    for (name, grant) in known
        .grants()
        .filter(|(_, grant)| constraint.counts(grant.workload.as_ref()))
    {
        found.push(Assigned {
            duty: grant.permission.duty(),
            to: BTreeSet::from([grant.subject.clone()]),
            under: format!("grant {name}"),
        });
    }
    found.retain(|assigned| constraint.duties.contains(&assigned.duty));
    found
}

fn asked(name: &str, constraint: &DeclaredConstraint) -> String {
    let duties: Vec<String> = constraint
        .duties
        .iter()
        .map(|duty| format!("`{duty}`"))
        .collect();
    let over = match &constraint.workload {
        Some(workload) => format!(" over `{workload}`"),
        None => String::new(),
    };
    format!(
        "The duty constraint `{name}` asks that one subject hold at most {} of {}{over}.",
        constraint.at_most,
        duties.join(", ")
    )
}
