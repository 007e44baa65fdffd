//! What an answer rests on: files of facts, a saved plan, the ledger.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use portcullis_access::{Access, Granted};
use portcullis_ledger::{Author, LedgerUrl};
use portcullis_model::{Instant, Name, Subject};
use serde::Serialize;

use super::facts::FactFiles;
use super::paint::Paint;
use super::plan_file::PlanFile;
use super::{Failure, block_on};
use crate::board::Declared;
use crate::clock::Clock;
use crate::known::{Known, granted};
use crate::promised::Promised;

/// Where a verb takes its facts from.
#[derive(Debug, Args)]
pub(crate) struct Basis {
    #[command(flatten)]
    files: FactFiles,
    /// A saved plan, as `terraform show -json` prints it: what it declares stands in for what the ledger has.
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// Where the ledger is.
    #[arg(
        long,
        default_value = "sqlite:.portcullis/ledger.db",
        env = "PORTCULLIS_LEDGER"
    )]
    ledger: LedgerUrl,
}

/// The facts that a verb answers with, and where they are from.
#[derive(Debug)]
pub(crate) struct Grounds {
    declared: Declared,
    promised: Promised,
    now: Timestamp,
    granted: Vec<Granted>,
    access: Access,
    unread: BTreeMap<Name, String>,
    used: Vec<Used>,
}

/// Facts that an answer used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Used {
    /// `connector`, `plan` or `ledger`.
    kind: &'static str,
    /// Which one.
    name: String,
    /// When it was read, or made where that is a plan; `None` for a ledger that is not there.
    at: Option<Instant>,
}

impl Basis {
    /// Reads it all.
    pub(crate) fn read(&self) -> Result<Grounds, Failure> {
        let plan = self.plan.as_deref().map(PlanFile::read).transpose()?;
        Grounds::read(&self.files, plan.as_ref(), &self.ledger)
    }
}

impl Grounds {
    /// Reads the files and the ledger, and lays the plan over it.
    pub(crate) fn read(
        files: &FactFiles,
        plan: Option<&PlanFile>,
        url: &LedgerUrl,
    ) -> Result<Self, Failure> {
        let author = Author {
            actor: "cli".to_owned(),
            run: "cli".to_owned(),
        };
        let ledger = portcullis_ledger::open(url, author);
        let now = Clock.now();
        let mut promised = block_on(Promised::read(&*ledger))??;
        let is_there = block_on(ledger.id())?.map_err(Failure::told)?.is_some();
        let declared = match plan {
            Some(plan) => plan.declared(&mut promised)?,
            None => Declared::default(),
        };
        let access = files.access()?;
        let connectors = access.sources().into_iter().map(|(name, at)| Used {
            kind: "connector",
            name: name.to_string(),
            at: Some(at.into()),
        });
        let plan = plan.map(|plan| Used {
            kind: "plan",
            name: plan.path().display().to_string(),
            at: plan.made_at(),
        });
        let ledger = Used {
            kind: "ledger",
            name: url.to_string(),
            at: is_there.then(|| now.into()),
        };
        let used = connectors.chain(plan).chain([ledger]).collect();
        Ok(Self {
            granted: granted(&declared, &promised, now),
            now,
            declared,
            promised,
            access,
            unread: BTreeMap::new(),
            used,
        })
    }

    pub(crate) fn known(&self) -> Known<'_> {
        Known {
            declared: &self.declared,
            promised: &self.promised,
            now: self.now,
            granted: &self.granted,
            access: &self.access,
            unread: &self.unread,
        }
    }

    /// Notes the connectors of these subjects whose facts nobody gave: they may know more.
    pub(crate) fn expect<'a>(&mut self, subjects: impl IntoIterator<Item = &'a Subject>) {
        let told = self.access.sources();
        for subject in subjects {
            if let Subject::ServiceAccount { connector, .. } = subject
                && !told.contains_key(connector)
            {
                let hint = format!("give its facts with --facts {connector}=<file>");
                self.unread.insert(connector.clone(), hint);
            }
        }
    }

    pub(crate) fn used(&self) -> &[Used] {
        &self.used
    }

    /// Says what the answer rests on, below it.
    pub(crate) fn print(&self, out: &mut impl Write, paint: Paint) -> io::Result<()> {
        writeln!(out, "\n{}", paint.faint("Facts used:"))?;
        for used in &self.used {
            writeln!(out, "{}", paint.faint(&format!("  {used}")))?;
        }
        Ok(())
    }
}

impl std::fmt::Display for Used {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { kind, name, at } = self;
        let name = portcullis_model::visible(name, 300);
        match (*kind, at) {
            ("plan", Some(at)) => write!(f, "plan {name}, made at {at}"),
            ("plan", None) => write!(f, "plan {name}, which does not say when it was made"),
            (_, Some(at)) => write!(f, "{kind} {name}, read at {at}"),
            (_, None) => write!(f, "no {kind}: there is none at {name} yet"),
        }
    }
}
