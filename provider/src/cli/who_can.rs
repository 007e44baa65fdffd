//! `portcullis who-can`: who can come to act as a subject?

use std::io::{self, Write};

use clap::Args;
use portcullis_access::Holders;
use portcullis_model::Through;
use serde_json::json;

use super::basis::{Basis, Grounds};
use super::paint::Paint;
use super::{Exit, Failure, shown};
use crate::answers::missing;
use crate::party::Party;

/// Show who can come to act as a subject, and through which path.
///
/// It looks over groups that are declared, and over what connectors told. Exit status 3 when something that could show a
/// further path was not there.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  portcullis who-can sa:cluster/infer/fraud-runtime --facts cluster=facts.json
  portcullis who-can production/fraud-scorer --plan plan.json --facts cluster=facts.json --json
  portcullis plugin run kubernetes.wasm list-access | portcullis who-can sa:cluster/infer/run --facts cluster=-")]
pub(crate) struct WhoCan {
    /// The subject, such as `sa:cluster/infer/fraud-runtime`; or a workload, such as `production/fraud-scorer`, which
    /// stands for every subject that it is.
    subject: Party,
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

impl WhoCan {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let mut grounds = self.basis.read()?;
        let subjects = self
            .subject
            .subjects(&grounds.known())
            .map_err(Failure::told)?;
        grounds.expect(&subjects);
        let through = match self.through.as_slice() {
            [] => Through::all(),
            classes => classes.iter().copied().collect(),
        };
        let found = Holders::of(&subjects, &through, grounds.known().facts());
        let missing = missing(&found.missing, &[&self.subject], &grounds.known());
        if self.json {
            let document = json!({
                "holders": found.holders.iter().map(shown::holder).collect::<Vec<_>>(),
                "missing": missing,
                "facts": grounds.used(),
            });
            let text = serde_json::to_string_pretty(&document).map_err(io::Error::from)?;
            writeln!(io::stdout().lock(), "{text}")?;
        } else {
            self.print(&found, &missing, &grounds)?;
        }
        Ok(if missing.is_empty() {
            Exit::Pass
        } else {
            Exit::Unknown
        })
    }

    fn print(&self, found: &Holders, missing: &[String], grounds: &Grounds) -> io::Result<()> {
        let (mut out, paint) = (io::stdout().lock(), Paint::new());
        if found.holders.is_empty() {
            writeln!(out, "Nobody known can come to act as {}.", self.subject)?;
        }
        for holder in &found.holders {
            let how = format!("{:<12}", shown::how(holder));
            let how = match holder.is_side_door {
                true => paint.alarm(&how),
                false => how,
            };
            let terms = shown::terms(&holder.route);
            writeln!(out, "{how}  {}{terms}", holder.route)?;
        }
        shown::print_missing(&mut out, missing)?;
        grounds.print(&mut out, paint)
    }
}
