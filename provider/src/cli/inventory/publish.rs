//! `portcullis inventory publish`: this host's snapshot, where the fleet's are.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use portcullis_inventory::nvml;
use portcullis_ledger::{Author, LedgerUrl};
use portcullis_model::NodeName;

use super::live;
use super::snapshot::Signer;
use crate::cli::sources::Sources;
use crate::cli::{Exit, Failure, block_on};

/// Publish a snapshot of this host, or of other sources, into a folder or a ledger that a whole fleet shares.
///
/// To be run every few minutes on each host; `examples/publish` has a systemd timer and a DaemonSet. In HCL: `connector
/// "fleet" { plugin = "snapshot", config = { path or ledger, max_age } }`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("place").required(true).args(["into", "ledger"]))]
pub(super) struct Publish {
    #[command(flatten)]
    sources: Sources,
    /// The folder, in which the file is called `<name>.json`.
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,
    /// The ledger, such as `sqlite:/srv/portcullis/ledger.db`.
    #[arg(long, value_name = "URL")]
    ledger: Option<LedgerUrl>,
    /// What the snapshot is called; publishing under the name again replaces it. The name of this host when left out.
    #[arg(long)]
    name: Option<NodeName>,
    #[command(flatten)]
    signer: Signer,
}

impl Publish {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let name = self.name.unwrap_or_else(nvml::host_name);
        let file = self.sources.file()?;
        let place = match (self.into, self.ledger) {
            (Some(folder), _) => {
                let path = folder.join(format!("{name}.json"));
                self.signer.write(&path, &file)?;
                path.display().to_string()
            }
            (None, Some(url)) => {
                let author = Author {
                    actor: name.to_string(),
                    run: "publish".to_owned(),
                };
                let ledger = portcullis_ledger::open(&url, author);
                let body = file.encode().map_err(io::Error::from)?;
                let body = String::from_utf8_lossy(&body).into_owned();
                block_on(ledger.publish(name.as_str(), body))?.map_err(Failure::told)?;
                block_on(ledger.close())?.map_err(Failure::told)?;
                url.to_string()
            }
            // The arguments name one of both.
            (None, None) => return Ok(Exit::Error),
        };
        let snapshot = file.snapshot();
        let mut out = io::stdout().lock();
        let devices = snapshot.devices().len();
        writeln!(out, "{name}: {devices} GPUs, {place}\n")?;
        live::print_sources(&mut out, &snapshot)?;
        Ok(live::exit(&snapshot))
    }
}
