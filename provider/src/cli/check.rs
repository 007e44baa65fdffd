//! `portcullis check`: judge a whole saved plan at once.

mod pools;

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use portcullis_access::Separation;
use portcullis_ledger::LedgerUrl;
use portcullis_model::{Reason, Verdict};
use serde::Serialize;
use serde_json::json;

use super::basis::Grounds;
use super::facts::FactFiles;
use super::paint::Paint;
use super::plan_file::{PlanFile, Planned};
use super::sources::Sources;
use super::{Exit, Failure};
use crate::board::DeclaredSplit;
use crate::judge::mediated::judged;
use crate::judge::separation::{off, unseen};
use crate::known::Known;
use crate::resources::PermissionSplit;

/// Judge a whole saved plan: does everything fit, is everything separate?
///
/// The provider judges resources one at a time while Terraform plans; this sees the plan as a whole.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The plan, as `terraform show -json` prints it.
    plan: PathBuf,
    #[command(flatten)]
    sources: Sources,
    #[command(flatten)]
    files: FactFiles,
    /// Where the ledger is.
    #[arg(
        long,
        default_value = "sqlite:.portcullis/ledger.db",
        env = "PORTCULLIS_LEDGER"
    )]
    ledger: LedgerUrl,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// The answer to one question about one resource.
#[derive(Debug, Serialize)]
struct Answer {
    address: String,
    question: &'static str,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<Reason>,
    #[serde(skip)]
    exit: Exit,
}

impl Answer {
    fn new<W>(address: String, question: &'static str, verdict: Verdict<W>) -> Self {
        let (word, exit, reason) = match verdict {
            Verdict::Fits(_) => ("pass", Exit::Pass, None),
            Verdict::Cannot(reason) => ("violation", Exit::Violation, Some(reason)),
            Verdict::Unknown(reason) => ("unknown", Exit::Unknown, Some(reason)),
        };
        Self {
            address,
            question,
            verdict: word,
            reason,
            notes: Vec::new(),
            exit,
        }
    }

    /// A part of the question is only known after apply.
    fn undecided(address: String, question: &'static str) -> Self {
        let reason = Reason {
            code: "decided-at-apply".to_owned(),
            summary: "Value is known only after apply".to_owned(),
            asked: String::new(),
            found: "A value that the question needs is not known in this plan.".to_owned(),
            remedy: "Give it a value in configuration, or read what the apply run says.".to_owned(),
        };
        Self::new::<()>(address, question, Verdict::Unknown(reason))
    }
}

impl Check {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let plan = PlanFile::read(&self.plan)?;
        let grounds = Grounds::read(&self.files, Some(&plan), &self.ledger)?;
        let mut answers = separation(&plan, &grounds.known())?;
        let promised = grounds.known().promised;
        answers.extend(pools::judged(&plan, promised, || self.sources.snapshot())?);
        answers.sort_by(|one, other| {
            (&one.address, one.question).cmp(&(&other.address, other.question))
        });
        let exit = answers
            .iter()
            .map(|answer| answer.exit)
            .max()
            .unwrap_or(Exit::Pass);
        self.print(&answers, &grounds)?;
        Ok(exit)
    }

    fn print(&self, answers: &[Answer], grounds: &Grounds) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        if self.json {
            let document = json!({
                "judged": "whole_plan",
                "answers": answers,
                "facts": grounds.used(),
            });
            let text = serde_json::to_string_pretty(&document).map_err(io::Error::from)?;
            writeln!(out, "{text}")?;
            return Ok(());
        }
        for answer in answers {
            writeln!(
                out,
                "{:<9}  {:<10}  {}",
                answer.verdict, answer.question, answer.address
            )?;
            for reason in answer.reason.iter().chain(&answer.notes) {
                for line in reason.to_string().lines() {
                    let line = format!("    {line}");
                    writeln!(out, "{}", line.trim_end())?;
                }
            }
        }
        let count = |exit| answers.iter().filter(|answer| answer.exit == exit).count();
        let called = |word| answers.iter().filter(|one| one.verdict == word).count();
        let of_these = match (called("mediated"), called("off")) {
            (0, 0) => String::new(),
            (mediated, 0) => format!(" ({mediated} mediated)"),
            (0, off) => format!(" ({off} not judged)"),
            (mediated, off) => format!(" ({mediated} mediated, {off} not judged)"),
        };
        let (pass, violation, unknown) = (
            count(Exit::Pass),
            count(Exit::Violation),
            count(Exit::Unknown),
        );
        writeln!(
            out,
            "\n{pass} pass{of_these}, {violation} violation, {unknown} unknown: of the whole plan, all resources judged together"
        )?;
        grounds.print(&mut out, Paint::new())?;
        Ok(())
    }
}

/// Whether every split of the plan is one, with the plan's groups and workloads in place of the ledger's.
fn separation(plan: &PlanFile, known: &Known<'_>) -> Result<Vec<Answer>, Failure> {
    let mut answers = Vec::new();
    for planned in plan.resources::<PermissionSplit>()? {
        let judged = planned.after.workload.get().and_then(|key| {
            let workload = known.workload(key.value());
            // A saved plan does not hold the accounts that its apply will make.
            if workload.is_some_and(|one| one.is_undecided) {
                return Err(tfplugin::Stop::Deferred);
            }
            let subjects = workload.map(|one| one.subjects.clone());
            planned.after.declaration(subjects.unwrap_or_default())
        });
        answers.push(match judged {
            Ok(declared) => separated(planned, &declared, known),
            Err(tfplugin::Stop::Deferred) => Answer::undecided(planned.address, "separation"),
            Err(failed) => return Err(failed.into()),
        });
    }
    Ok(answers)
}

/// The answer for one split whose declaration is known.
fn separated(
    planned: Planned<PermissionSplit>,
    declared: &DeclaredSplit,
    known: &Known<'_>,
) -> Answer {
    let question = "separation";
    if declared.enforce.on_crossing().is_none() {
        return Answer {
            verdict: "off",
            reason: Some(off(&declared.split.workload)),
            ..Answer::new(planned.address, question, Verdict::Fits(()))
        };
    }
    let split = match planned.after.workload.get() {
        Ok(key) => known.judged(key.value(), declared),
        Err(_) => declared.split.clone(),
    };
    let judged = judged(&split, declared, known.facts(), known.now);
    let unseen = match &judged.separation {
        Separation::Holds(proof) => unseen(&split, proof),
        Separation::Crossed(_) | Separation::Undecided(_) => None,
    };
    let verdict = judged.separation.into_verdict(&declared.split.workload);
    let answer = Answer::new(planned.address, question, verdict);
    let (mut notes, verdict) = (judged.idle, answer.verdict);
    let (verdict, reason) = match (answer.reason, judged.mediated) {
        (None, Some(mediated)) => {
            notes.extend(unseen);
            ("mediated", Some(mediated))
        }
        (reason, _) => (verdict, reason.or(unseen)),
    };
    Answer {
        verdict,
        reason,
        notes,
        ..answer
    }
}
