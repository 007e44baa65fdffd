//! `portcullis where-are`: where do the credentials of a party live?

use std::io::{self, Write};

use clap::Args;
use serde_json::{Value as Json, json};

use super::basis::{Basis, Grounds};
use super::paint::Paint;
use super::{Exit, Failure, shown};
use crate::answers::{CredentialPlace, CredentialPlaces};
use crate::party::Party;

/// How many readers of a place a line names.
const READERS: usize = 5;

/// Show where the credentials of a workload live, and who else can come to read them. Never a value: no connector tells one.
///
/// Exit status 3 when something that could show a further place was not there.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  portcullis where-are production/fraud-scorer --facts cluster=facts.json
  portcullis where-are sa:cluster/infer/fraud-runtime --facts cluster=facts.json --json")]
pub(crate) struct WhereAre {
    /// The workload, such as `production/fraud-scorer`; or a subject.
    workload: Party,
    #[command(flatten)]
    basis: Basis,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl WhereAre {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let mut grounds = self.basis.read()?;
        let subjects = self
            .workload
            .subjects(&grounds.known())
            .map_err(Failure::told)?;
        grounds.expect(&subjects);
        let found =
            CredentialPlaces::of(&self.workload, &grounds.known()).map_err(Failure::told)?;
        let missing = &found.missing;
        if self.json {
            let document = json!({
                "credentials": found.places.iter().map(place).collect::<Vec<_>>(),
                "missing": missing,
                "facts": grounds.used(),
            });
            let text = serde_json::to_string_pretty(&document).map_err(io::Error::from)?;
            writeln!(io::stdout().lock(), "{text}")?;
        } else {
            self.print(&found, &grounds)?;
        }
        Ok(if missing.is_empty() {
            Exit::Pass
        } else {
            Exit::Unknown
        })
    }

    fn print(&self, found: &CredentialPlaces, grounds: &Grounds) -> io::Result<()> {
        let (mut out, paint) = (io::stdout().lock(), Paint::new());
        if found.places.is_empty() {
            writeln!(out, "No stored credential of {} is known.", self.workload)?;
        }
        for place in &found.places {
            writeln!(out, "{}", paint.bold(place.location()))?;
            match place {
                CredentialPlace::Declared { of, .. } => {
                    writeln!(
                        out,
                        "  the split of {of} declares that it reads there; no connector lists it"
                    )?;
                }
                CredentialPlace::Listed(credential) => {
                    let kind = match credential.kind.as_str() {
                        "" => "of a kind that no connector tells",
                        kind => kind,
                    };
                    let relation = match credential.is_own {
                        true => "credential of",
                        false => "may be read by",
                    };
                    writeln!(out, "  {kind}, {relation} {}", credential.of)?;
                    let names = credential.readers.iter().take(READERS);
                    let mut names: Vec<&str> =
                        names.map(|reader| reader.route.start.as_str()).collect();
                    let more = format!("{} more", credential.readers.len().saturating_sub(READERS));
                    if credential.readers.len() > READERS {
                        names.push(&more);
                    }
                    if !names.is_empty() {
                        writeln!(
                            out,
                            "  others who can come to read it: {}",
                            names.join(", ")
                        )?;
                    }
                }
            }
        }
        shown::print_missing(&mut out, &found.missing)?;
        grounds.print(&mut out, paint)
    }
}

fn place(place: &CredentialPlace) -> Json {
    let (kind, of, connector, readers) = match place {
        CredentialPlace::Declared { of, .. } => ("", of, None, Vec::new()),
        CredentialPlace::Listed(credential) => (
            credential.kind.as_str(),
            &credential.of,
            credential.source.as_ref().map(ToString::to_string),
            credential.readers.iter().map(shown::holder).collect(),
        ),
    };
    json!({
        "location": place.location(),
        "relation": place.relation(),
        "kind": kind,
        "of": of,
        "connector": connector,
        "readers": readers,
    })
}
