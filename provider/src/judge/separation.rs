//! Is every split that a declaration touches still a split?

use std::collections::BTreeSet;

use portcullis_access::{Crossing, Proof, Separation, Split};
use portcullis_model::{Name, Reason, Subject, WorkloadKey};
use tfplugin::{Diagnostic, Outcome, Path};

use crate::board::DeclaredSplit;
use crate::configured::Configured;
use crate::judge::mediated::{Judged, judged};
use crate::known::{Known, granted};
use crate::policy::OnProblem;
use crate::realize::PlannedObject;

/// Declares the split of `workload` and judges it, by what the platforms say and by what connectors are about to make of it
/// there: `objects` is what is planned. The diagnostics, where there are any, are at the deploy side and at `separation`.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn split(
    workload: WorkloadKey,
    declared: DeclaredSplit,
    objects: &[PlannedObject],
    provider: &Configured,
) -> Outcome<Vec<Diagnostic>> {
    let (promised, live) = (provider.promised().await?, provider.access().await);
    let after = live.after(objects);
    let mut board = provider.board.lock();
    let now = provider.clock.now();
    let said = match declared.enforce.on_crossing() {
        None => {
            let reason = off(&declared.split.workload);
            let path = Path::root().attribute("separation");
            vec![Diagnostic::warning(&reason.summary, reason.detail()).at(path)]
        }
        Some(on_crossing) => {
            let granted = granted(&board, &promised, now);
            let known = Known {
                declared: &board,
                promised: &promised,
                now,
                granted: &granted,
                access: after.as_ref().unwrap_or(&live.access),
                unread: &live.unread,
            };
            let split = known.judged(&workload, &declared);
            let judged = judged(&split, &declared, known.facts(), now);
            diagnostics(&split, judged, on_crossing, declared.on_unknown)
        }
    };
    board.splits.insert(workload, declared);
    Ok(said)
}

/// What to say of a split that was judged.
fn diagnostics(
    split: &Split,
    judged: Judged,
    on_crossing: OnProblem,
    on_unknown: OnProblem,
) -> Vec<Diagnostic> {
    let deploy = Path::root().attribute("deploy").attribute("subjects");
    let at_separation = Path::root().attribute("separation");
    let idle = judged.idle.iter().map(|reason| {
        OnProblem::Warn
            .diagnostic(&reason.summary, reason.detail())
            .at(at_separation.clone())
    });
    let mut said: Vec<Diagnostic> = idle.collect();
    let (policy, reason) = match judged.separation {
        Separation::Holds(proof) => {
            let mediated = judged.mediated.map(|reason| {
                let reason = one_at_a_time(reason);
                OnProblem::Warn
                    .diagnostic(&reason.summary, reason.detail())
                    .at(at_separation)
            });
            said.extend(mediated);
            (OnProblem::Warn, unseen(split, &proof))
        }
        crossed @ Separation::Crossed(_) => (on_crossing, reason(crossed, split)),
        undecided @ Separation::Undecided(_) => (on_unknown, reason(undecided, split)),
    };
    said.extend(reason.map(one_at_a_time).map(|reason| {
        policy
            .diagnostic(&reason.summary, reason.detail())
            .at(deploy)
    }));
    said
}

fn reason(separation: Separation, split: &Split) -> Option<Reason> {
    separation.into_verdict(&split.workload).reason().cloned()
}

/// The same, with which part of the plan it rests on: a provider is shown resources one at a time.
fn one_at_a_time(mut reason: Reason) -> Reason {
    reason.remedy.push_str(
        "\n\nTerraform shows a provider one resource at a time: `portcullis check plan.json` judges the whole plan at once.",
    );
    reason
}

/// What to say of a split that is declared and not judged.
pub fn off(workload: &str) -> Reason {
    Reason {
        code: "separation-off".to_owned(),
        summary: "Separation is not judged".to_owned(),
        asked: format!(
            "The split of `{workload}` declares who deploys it and who acts as it, and has `enforce = \"off\"`: nobody looks \
             whether a subject can come to do both."
        ),
        found: String::new(),
        remedy: "Set `enforce = \"warn\"` in `separation` to be told, or `\"error\"` to have such plans refused.".to_owned(),
    }
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
            let on_crossing = declared.enforce.on_crossing()?;
            let split = known.judged(workload, declared);
            let verdict = judged(&split, declared, known.facts(), known.now).separation;
            let Separation::Crossed(crossing) = &verdict else {
                return None;
            };
            if !meant(known, workload, crossing) {
                return None;
            }
            let reason = one_at_a_time(reason(verdict, &split)?);
            let diagnostic = on_crossing.diagnostic(&reason.summary, reason.detail());
            Some(diagnostic.at(path.clone()))
        });
        said.collect()
    })
    .await
}
