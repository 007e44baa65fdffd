//! Is every split that a declaration touches still a split?

use std::collections::BTreeSet;

use portcullis_access::{Facts, Proof, Separation, Split, separate};
use portcullis_model::{Name, Reason, Subject, WorkloadKey};
use tfplugin::{Diagnostic, Outcome, Path};

use crate::board::{Declared, DeclaredSplit};
use crate::configured::Configured;
use crate::promised::Promised;

/// Declares the split of `workload` and judges it. The diagnostic, where there is one, is at the deploy side.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn split(
    workload: WorkloadKey,
    declared: DeclaredSplit,
    provider: &Configured,
) -> Outcome<Option<Diagnostic>> {
    let (promised, live) = (provider.promised().await?, provider.access().await);
    let mut board = provider.board.lock();
    let facts = Facts {
        configuration: &board.groups,
        ledger: &promised.groups,
        access: &live.access,
        unread: &live.unread,
    };
    let verdict = separate(&declared.split, facts);
    let path = Path::root().attribute("deploy").attribute("subjects");
    let policy = match &verdict {
        Separation::Holds(proof) => {
            let unseen = unseen(&declared.split, proof);
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
    let (promised, live) = (provider.promised().await?, provider.access().await);
    let board = provider.board.lock();
    let facts = Facts {
        configuration: &board.groups,
        ledger: &promised.groups,
        access: &live.access,
        unread: &live.unread,
    };
    let crossed = splits(&board, &promised).filter_map(|declared| {
        let verdict = separate(&declared.split, facts);
        let Separation::Crossed(crossing) = &verdict else {
            return None;
        };
        if !crossing.involves(group) {
            return None;
        }
        let reason = verdict.into_verdict(&declared.split.workload);
        let reason = reason.reason()?;
        let path = Path::root().attribute("members");
        Some(
            declared
                .enforce
                .diagnostic(&reason.summary, reason.detail())
                .at(path),
        )
    });
    Ok(crossed.collect())
}

/// Every split, once: what this plan declares replaces what the ledger recorded under the same workload.
fn splits<'a>(
    board: &'a Declared,
    promised: &'a Promised,
) -> impl Iterator<Item = &'a DeclaredSplit> {
    let recorded = promised
        .splits
        .iter()
        .filter(|(key, _)| !board.splits.contains_key(*key));
    board
        .splits
        .values()
        .chain(recorded.map(|(_, split)| split))
}
