//! `portcullis who-can`: who can come to act as a subject?

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use clap::Args;
use portcullis_access::{Facts, Holder, Holders, Memberships};
use portcullis_ledger::{Author, LedgerUrl};
use portcullis_model::{Name, Subject, Through};
use serde_json::{Value as Json, json};

use super::facts::FactFiles;
use super::{Exit, Failure, block_on};
use crate::promised::Promised;

/// Show who can come to act as a subject, and through which path.
///
/// It looks over groups that the ledger knows, and over what connectors told. Exit status 3 when something that could show a
/// further path was not there.
#[derive(Debug, Args)]
pub(crate) struct WhoCan {
    /// The subject, such as `sa:cluster/infer/fraud-runtime`.
    subject: Subject,
    #[command(flatten)]
    files: FactFiles,
    /// Look through this class of paths only: groups, role_chaining, pod_identity, trust_edits, secrets or grants. May be
    /// given several times.
    #[arg(long, value_name = "CLASS")]
    through: Vec<Through>,
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

impl WhoCan {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let author = Author {
            actor: "cli".to_owned(),
            run: "cli".to_owned(),
        };
        let ledger = portcullis_ledger::open(&self.ledger, author);
        let promised = block_on(Promised::read(&*ledger))??;
        let through = match self.through.as_slice() {
            [] => Through::all(),
            classes => classes.iter().copied().collect(),
        };
        let found = Holders::of(
            &BTreeSet::from([self.subject.clone()]),
            &through,
            Facts {
                configuration: &Memberships::new(),
                ledger: &promised.groups,
                access: &self.files.access()?,
                unread: &self.silent(),
            },
        );
        if self.json {
            let text = serde_json::to_string_pretty(&document(&found)).map_err(io::Error::from)?;
            writeln!(io::stdout().lock(), "{text}")?;
        } else {
            self.print(&found)?;
        }
        Ok(if missing(&found).is_empty() {
            Exit::Pass
        } else {
            Exit::Unknown
        })
    }

    /// The connector of a service account whose facts nobody gave.
    fn silent(&self) -> BTreeMap<Name, String> {
        match &self.subject {
            Subject::ServiceAccount { connector, .. } if !self.files.are_of(connector) => {
                let hint = format!("give its facts with `--facts {connector}=<file>`");
                BTreeMap::from([(connector.clone(), hint)])
            }
            _ => BTreeMap::new(),
        }
    }

    fn print(&self, found: &Holders) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if found.holders.is_empty() {
            writeln!(out, "Nobody known can come to act as {}.", self.subject)?;
        }
        for holder in &found.holders {
            writeln!(out, "{:<12}  {}", how(holder), holder.route)?;
        }
        for line in missing(found) {
            writeln!(out, "\nThere may be more: {line}.")?;
        }
        Ok(())
    }
}

fn how(holder: &Holder) -> &'static str {
    match (holder.is_standing, holder.is_side_door) {
        (true, _) => "at any time",
        (false, true) => "side door",
        (false, false) => "by a change",
    }
}

fn missing(found: &Holders) -> Vec<String> {
    let groups = found.missing.groups.iter();
    let groups = groups.map(|group| format!("nobody says who is in {group}"));
    let sources = found.missing.sources.iter();
    let sources = sources.map(|(name, why)| format!("connector {name} did not tell all: {why}"));
    groups.chain(sources).collect()
}

fn document(found: &Holders) -> Json {
    let holders = found.holders.iter().map(|holder| {
        json!({
            "from": holder.route.start,
            "path": holder.route.to_string(),
            "standing": holder.is_standing,
            "side_door": holder.is_side_door,
        })
    });
    json!({
        "holders": holders.collect::<Vec<_>>(),
        "missing": missing(found),
        "sources": found.sources.iter().map(|(name, at)| json!({
            "name": name.to_string(), "observed_at": at.to_string(),
        })).collect::<Vec<_>>(),
    })
}
