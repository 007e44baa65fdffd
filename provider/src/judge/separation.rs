//! Is every split that a declaration touches still a split?

use std::collections::BTreeSet;

use portcullis_access::{Crossing, Proof, Separation, Split, separate};
use portcullis_model::{Name, Reason, Subject, WorkloadKey};
use tfplugin::{Diagnostic, Outcome, Path};

use crate::board::DeclaredSplit;
use crate::configured::Configured;
use crate::known::{Known, granted};
use crate::realize::PlannedObject;

/// Declares the split of `workload` and judges it, by what the platforms say and by what connectors are about to make of it
/// there: `objects` is what is planned. The diagnostic, where there is one, is at the deploy side.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn split(
    workload: WorkloadKey,
    declared: DeclaredSplit,
    objects: &[PlannedObject],
    provider: &Configured,
) -> Outcome<Option<Diagnostic>> {
    let (promised, live) = (provider.promised().await?, provider.access().await);
    let after = live.after(objects);
    let mut board = provider.board.lock();
    let (now, declared_split) = (provider.clock.now(), &declared);
    let (verdict, judged) = {
        let granted = granted(&board, &promised, now);
        let known = Known {
            declared: &board,
            promised: &promised,
            now,
            granted: &granted,
            access: after.as_ref().unwrap_or(&live.access),
            unread: &live.unread,
        };
        let judged = known.judged(&workload, declared_split);
        (separate(&judged, known.facts()), judged)
    };
    let path = Path::root().attribute("deploy").attribute("subjects");
    let policy = match &verdict {
        Separation::Holds(proof) => {
            let unseen = unseen(&judged, proof);
            board.splits.insert(workload, declared);
            let warning =
                |reason: Reason| Diagnostic::warning(&reason.summary, reason.detail()).at(path);
            return Ok(unseen.map(warning));
        }
        Separation::Crossed(_) => declared.enforce,
        Separation::Undecided(_) => declared.on_unknown,
    };
    let reason = verdict.into_verdict(&declared.split.workload);
    let diagnostic = reason
        .reason()
        .map(|reason| policy.diagnostic(&reason.summary, reason.detail()).at(path));
    board.splits.insert(workload, declared);
    Ok(diagnostic)
}

/// What to say of a split that holds by declarations, when nobody told what its platforms themselves grant.
pub fn unseen(split: &Split, proof: &Proof) -> Option<Reason> {
    let sides = split.deploy.iter().chain(&split.runtime);
    let platforms = sides.filter_map(|subject| match subject {
        Subject::ServiceAccount { connector, .. } => Some(connector),
        _ => None,
    });
    let silent: BTreeSet<&Name> = platforms
        .filter(|connector| !proof.sources.contains_key(*connector))
        .collect();
    if silent.is_empty() {
        return None;
    }
    let names: Vec<String> = silent.iter().map(|name| format!("`{name}`")).collect();
    Some(Reason {
        code: "separation-by-declaration".to_owned(),
        summary: "Separation rests on declarations alone".to_owned(),
        asked: format!(
            "Nobody declared for one side of the split of `{}` is declared for the other.",
            split.workload
        ),
        found: format!(
            "What its service accounts can become on their platform was not looked at: no connector {} tells who may do \
             what there.",
            names.join(" or ")
        ),
        remedy: "Configure a connector of that name that reads access, such as one with `plugin = \"kubernetes\"`."
            .to_owned(),
    })
}

/// Judges every split, of this plan and of any workspace, that membership in `group` could cross. The group itself is on
/// the board already.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn group(group: &Subject, provider: &Configured) -> Outcome<Vec<Diagnostic>> {
    let path = Path::root().attribute("members");
    crossed(provider, &path, |_, _, crossing| crossing.involves(group)).await
}

/// Judges the split of the workload that a grant is about. The grant is on the board already.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn grant(name: &str, provider: &Configured) -> Outcome<Vec<Diagnostic>> {
    let path = Path::root().attribute("operation");
    crossed(provider, &path, |known, workload, crossing| {
        let grant = known.declared.grants.get(name);
        grant.is_some_and(|grant| {
            grant.workload.as_ref() == Some(workload) && crossing.involves(&grant.subject)
        })
    })
    .await
}

/// What to say of every split that is crossed, of this plan and of any workspace, by a crossing that is `meant`.
async fn crossed(
    provider: &Configured,
    path: &Path,
    meant: impl Fn(&Known<'_>, &WorkloadKey, &Crossing) -> bool + Send,
) -> Outcome<Vec<Diagnostic>> {
    Known::ask(provider, |known| {
        let said = known.splits().filter_map(|(workload, declared)| {
            let verdict = separate(&known.judged(workload, declared), known.facts());
            let Separation::Crossed(crossing) = &verdict else {
                return None;
            };
            if !meant(known, workload, crossing) {
                return None;
            }
            let reason = verdict.into_verdict(&declared.split.workload);
            let reason = reason.reason()?;
            let diagnostic = declared
                .enforce
                .diagnostic(&reason.summary, reason.detail());
            Some(diagnostic.at(path.clone()))
        });
        said.collect()
    })
    .await
}
