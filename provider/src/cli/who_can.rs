//! `portcullis who-can`: who can come to act as a subject?

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use portcullis_access::{Access, Facts, Holder, Holders, Memberships};
use portcullis_ledger::{Author, LedgerUrl};
use portcullis_model::{Name, Subject, Through};
use portcullis_plugin_host::AccessFacts;
use serde_json::{Value as Json, json};

use super::{Exit, Failure, block_on};
use crate::clock::Clock;
use crate::promised::Promised;
use crate::sources::source_facts;

/// Show who can come to act as a subject, and through which path.
///
/// It looks over groups that the ledger knows, and over what connectors told, in files that
/// `portcullis plugin run <plugin> list-access` printed. Exit status 3 when something that could show a further path was not
/// there.
#[derive(Debug, Args)]
pub(crate) struct WhoCan {
    /// The subject, such as `sa:cluster/infer/fraud-runtime`.
    subject: Subject,
    /// What a connector told, with the connector's name, such as `cluster=facts.json`. May be given several times.
    #[arg(long, value_name = "NAME=FILE")]
    facts: Vec<NamedFacts>,
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

/// A file of facts, and the connector that told them.
#[derive(Debug, Clone)]
struct NamedFacts {
    name: Name,
    path: PathBuf,
}

impl FromStr for NamedFacts {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, path) = text
            .split_once('=')
            .ok_or("write the connector's name, `=`, and the file")?;
        Ok(Self {
            name: name
                .parse()
                .map_err(|error: portcullis_model::ParseError| error.to_string())?,
            path: path.into(),
        })
    }
}

impl WhoCan {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let author = Author {
            actor: "cli".to_owned(),
            run: "cli".to_owned(),
        };
        let ledger = portcullis_ledger::open(&self.ledger, author);
        let promised = block_on(Promised::read(&*ledger))??;
        let now = Clock.now();
        let mut told = Vec::new();
        for NamedFacts { name, path } in &self.facts {
            told.push(source_facts(name.clone(), read(path)?, now));
        }
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
                access: &Access::derive(&told),
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
            Subject::ServiceAccount { connector, .. }
                if self.facts.iter().all(|facts| facts.name != *connector) =>
            {
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

fn read(path: &std::path::Path) -> Result<AccessFacts, Failure> {
    let unreadable = |found: String| {
        Failure::Answer(format!(
            "Access facts cannot be read\n\nAsked to read what a connector told from `{}`; {found}.\n\nMake the file with \
             `portcullis plugin run <plugin> list-access`.\n\naccess-facts-unreadable",
            path.display()
        ))
    };
    let text = std::fs::read(path).map_err(|error| unreadable(format!("found: {error}")))?;
    serde_json::from_slice(&text).map_err(|error| unreadable(format!("it holds no facts: {error}")))
}
