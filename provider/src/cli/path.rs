//! `portcullis path`: how can one party come to act as another?

use std::io::{self, Write};

use clap::Args;
use portcullis_access::Between;
use portcullis_model::Through;
use serde_json::json;

use super::basis::{Basis, Grounds};
use super::paint::Paint;
use super::{Exit, Failure, shown};
use crate::answers::missing;
use crate::party::Party;

/// Show the shortest path by which one party can come to act as another, and what each step rests on.
///
/// Exit status 0 when there is a path, and when there is none and all was known; 3 when none is known and something that
/// could show one was not there.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  portcullis path ci:github:acme/fraud:ref:main sa:cluster/infer/fraud-runtime --facts cluster=facts.json
  portcullis path group:ml-release production/fraud-scorer --plan plan.json --facts cluster=facts.json --json")]
pub(crate) struct Path {
    /// Where the path starts: a subject, or a workload.
    from: Party,
    /// Where it leads: a subject, or a workload.
    to: Party,
    #[command(flatten)]
    basis: Basis,
    /// Look through this class of paths only: groups, role_chaining, pod_identity, trust_edits, secrets or grants. May be
    /// given several times.
    #[arg(long, value_name = "CLASS")]
    through: Vec<Through>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Path {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let mut grounds = self.basis.read()?;
        let from = self
            .from
            .subjects(&grounds.known())
            .map_err(Failure::told)?;
        let to = self.to.subjects(&grounds.known()).map_err(Failure::told)?;
        grounds.expect(from.iter().chain(&to));
        let through = match self.through.as_slice() {
            [] => Through::all(),
            classes => classes.iter().copied().collect(),
        };
        let found = Between::of(&from, &to, &through, grounds.known().facts());
        let missing = missing(&found.missing, &[&self.from, &self.to], &grounds.known());
        if self.json {
            let document = json!({
                "path": found.holder.as_ref().map(shown::holder),
                "missing": missing,
                "facts": grounds.used(),
            });
            let text = serde_json::to_string_pretty(&document).map_err(io::Error::from)?;
            writeln!(io::stdout().lock(), "{text}")?;
        } else {
            self.print(&found, &missing, &grounds)?;
        }
        Ok(match found.holder {
            None if !missing.is_empty() => Exit::Unknown,
            Some(_) | None => Exit::Pass,
        })
    }

    fn print(&self, found: &Between, missing: &[String], grounds: &Grounds) -> io::Result<()> {
        let (mut out, paint) = (io::stdout().lock(), Paint::new());
        let Self { from, to, .. } = self;
        match &found.holder {
            Some(holder) if holder.route.hops.is_empty() => {
                writeln!(out, "{from} and {to} are the same subject.")?;
            }
            Some(holder) => {
                let (how, terms) = (shown::how(holder), shown::terms(&holder.route));
                writeln!(out, "{from} can come to act as {to}, {how}{terms}:\n")?;
                shown::print_steps(&mut out, &holder.route, paint)?;
            }
            None => {
                writeln!(out, "No path from {from} to {to} is known.")?;
                for line in missing {
                    writeln!(out, "\nThere may be one: {line}.")?;
                }
            }
        }
        grounds.print(&mut out, paint)
    }
}
