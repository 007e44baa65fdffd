//! Is every split that a declaration touches still a split?

use std::collections::BTreeMap;

use portcullis_access::{Access, Facts, Separation, separate};
use portcullis_model::{Subject, WorkloadKey};
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
    let promised = provider.promised().await?;
    let mut board = provider.board.lock();
    let facts = Facts {
        configuration: &board.groups,
        ledger: &promised.groups,
        access: &Access::default(),
        unread: &BTreeMap::new(),
    };
    let verdict = separate(&declared.split, facts);
    let said = match &verdict {
        Separation::Holds(_) => None,
        Separation::Crossed(_) => Some(declared.enforce),
        Separation::Undecided(_) => Some(declared.on_unknown),
    };
    let reason = verdict.into_verdict(&declared.split.workload);
    let diagnostic = said.zip(reason.reason()).map(|(policy, reason)| {
        let path = Path::root().attribute("deploy").attribute("subjects");
        policy.diagnostic(&reason.summary, reason.detail()).at(path)
    });
    board.splits.insert(workload, declared);
    Ok(diagnostic)
}

/// Judges every split, of this plan and of any workspace, that membership in `group` could cross. The group itself is on
/// the board already.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn group(group: &Subject, provider: &Configured) -> Outcome<Vec<Diagnostic>> {
    let promised = provider.promised().await?;
    let board = provider.board.lock();
    let facts = Facts {
        configuration: &board.groups,
        ledger: &promised.groups,
        access: &Access::default(),
        unread: &BTreeMap::new(),
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
