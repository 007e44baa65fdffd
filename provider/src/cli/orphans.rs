//! `portcullis orphans`: which access does nobody answer for?

use std::io::{self, Write};

use clap::Args;
use portcullis_access::Orphans as Found;
use serde_json::json;

use super::basis::{Basis, Grounds};
use super::paint::Paint;
use super::{Exit, Failure};
use crate::answers::orphans;

/// Show access that nobody answers for: accounts that no declaration names, identities whose owner is gone, grants past
/// their time.
///
/// Exit status 2 when there is any, and 3 when none is known and something that could show one was not there.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  portcullis orphans --facts cluster=facts.json --facts directory=people.json
  portcullis orphans --facts cluster=facts.json --json")]
pub(crate) struct Orphans {
    #[command(flatten)]
    basis: Basis,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Orphans {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let grounds = self.basis.read()?;
        let found = orphans(&grounds.known());
        if self.json {
            let each = found.found.iter().map(|orphan| {
                json!({
                    "kind": orphan.kind.as_str(),
                    "what": orphan.what,
                    "why": orphan.why,
                    "connector": orphan.source.as_ref().map(ToString::to_string),
                })
            });
            let document = json!({
                "orphans": each.collect::<Vec<_>>(),
                "missing": found.unchecked,
                "facts": grounds.used(),
            });
            let text = serde_json::to_string_pretty(&document).map_err(io::Error::from)?;
            writeln!(io::stdout().lock(), "{text}")?;
        } else {
            print(&found, &grounds)?;
        }
        Ok(match (found.found.is_empty(), found.unchecked.is_empty()) {
            (false, _) => Exit::Violation,
            (true, false) => Exit::Unknown,
            (true, true) => Exit::Pass,
        })
    }
}

fn print(found: &Found, grounds: &Grounds) -> io::Result<()> {
    let (mut out, paint) = (io::stdout().lock(), Paint::new());
    if found.found.is_empty() {
        writeln!(out, "No access is known that nobody answers for.")?;
    }
    for orphan in &found.found {
        let kind = paint.alarm(&format!("{:<10}", orphan.kind.as_str()));
        writeln!(out, "{kind}  {}: {}", paint.bold(&orphan.what), orphan.why)?;
    }
    for line in &found.unchecked {
        writeln!(out, "\nThere may be more: {line}.")?;
    }
    grounds.print(&mut out, paint)
}
