//! Which GPUs a verb looks at.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use portcullis_inventory::{ColumnMapping, FleetFile, Inventory, NvmlSource, SnapshotFile};
use portcullis_model::{Name, Snapshot, Ttl};

use super::told::{Told, ToldFile};
use super::{Failure, block_on};
use crate::clock::Clock;
use crate::sources::{Place, PublishedSource};

/// Longest wait for one source.
const BUDGET: Duration = Duration::from_secs(30);

/// What a connector is called that nobody named.
const HERE: &str = "here";

/// A fleet file, and what its connector is called in the provider block.
#[derive(Debug, Clone)]
struct NamedFile {
    name: Name,
    path: PathBuf,
}

impl FromStr for NamedFile {
    type Err = portcullis_model::ParseError;

    /// `<name>=<path>`, or a path whose connector is called `fleet`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, path) = text.split_once('=').unwrap_or(("fleet", text));
        Ok(Self {
            name: name.parse()?,
            path: path.into(),
        })
    }
}

/// Which GPUs to look at; those of this host when nothing is named.
#[derive(Debug, Args)]
pub(crate) struct Sources {
    /// A fleet file (CSV, TOML or JSON), best with the name of its connector, such as `lab=fleet.csv`: the ledger knows
    /// reserved devices by that name. May be given several times.
    #[arg(long, value_name = "[NAME=]FILE")]
    fleet: Vec<NamedFile>,
    /// What a connector said of its GPUs, as `portcullis plugin run <plugin> list-inventory` prints it, with the connector's
    /// name, such as `cluster=devices.json`. May be given several times.
    #[arg(long, value_name = "NAME=FILE")]
    devices: Vec<ToldFile>,
    /// What a connector said that it offers and allows, as `portcullis plugin run <plugin> list-supply` prints it, with the
    /// connector's name, such as `cloud=supply.json`. May be given several times.
    #[arg(long, value_name = "NAME=FILE")]
    supply: Vec<ToldFile>,
    /// A snapshot file or a folder of them, with the name of its connector. May be given several times.
    #[arg(long, value_name = "[NAME=]PATH")]
    snapshot: Vec<NamedFile>,
    /// The minisign public key that must have signed the snapshots.
    #[arg(long, value_name = "KEY")]
    snapshot_key: Option<String>,
    /// Which column of CSV files is which, such as `node=sn,gpus=gpu,model=model`.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    columns: Vec<String>,
    /// The GPUs of this host, with the name of its connector.
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = HERE)]
    nvml: Option<Name>,
    /// The NVML library, where it is not where the driver puts it.
    #[arg(long, value_name = "FILE")]
    nvml_library: Option<PathBuf>,
    /// Oldest observation that counts, such as `5m`.
    #[arg(long, value_name = "AGE")]
    max_age: Option<Ttl>,
}

impl Sources {
    /// Asks them all, as of now.
    pub(crate) fn snapshot(&self) -> Result<Arc<Snapshot>, Failure> {
        let (inventory, now) = (self.inventory()?, Clock.now());
        let snapshot = block_on(inventory.snapshot(now))?;
        Ok(match self.max_age {
            Some(age) => Arc::new(Snapshot::clone(&snapshot).judge_age(now, age.duration())),
            None => snapshot,
        })
    }

    /// What they all answer now, to be kept.
    pub(crate) fn file(&self) -> Result<SnapshotFile, Failure> {
        let (inventory, now) = (self.inventory()?, Clock.now());
        Ok(SnapshotFile::new(now, block_on(inventory.ask(now))?))
    }

    fn inventory(&self) -> Result<Inventory, Failure> {
        let mut inventory = Inventory::default();
        for NamedFile { name, path } in &self.fleet {
            let source = FleetFile::new(name.clone(), path.clone(), self.mapping()?);
            inventory = inventory.with(Arc::new(source), BUDGET);
        }
        let told = Told::by_name(&self.devices, &self.supply)?;
        let nothing_named = self.fleet.is_empty()
            && told.is_empty()
            && self.snapshot.is_empty()
            && self.nvml.is_none()
            && self.nvml_library.is_none();
        for NamedFile { name, path } in &self.snapshot {
            let source = PublishedSource {
                name: name.clone(),
                place: Place::Path(path.clone()),
                key: self.snapshot_key.clone(),
                max_age: None,
                source: None,
            };
            inventory = inventory.with(Arc::new(source), BUDGET);
        }
        for source in told {
            inventory = inventory.with(Arc::new(source), BUDGET);
        }
        if nothing_named || self.nvml.is_some() || self.nvml_library.is_some() {
            let here = || HERE.parse().map_err(Failure::told);
            let name = self.nvml.clone().map_or_else(here, Ok)?;
            let source = NvmlSource::new(name, self.nvml_library.clone());
            inventory = inventory.with(Arc::new(source), BUDGET);
        }
        Ok(inventory)
    }

    fn mapping(&self) -> Result<ColumnMapping, Failure> {
        let mut pairs = Vec::new();
        for pair in &self.columns {
            let split = pair.split_once('=').ok_or_else(|| {
                Failure::Answer(format!(
                    "Column mapping is not of the form `<meaning>=<heading>`\n\nFound `{}`. Write, for example, \
                     `--columns node=sn,gpus=gpu,model=model`.",
                    pair.escape_debug()
                ))
            })?;
            pairs.push(split);
        }
        ColumnMapping::declared(pairs).map_err(Failure::told)
    }
}
