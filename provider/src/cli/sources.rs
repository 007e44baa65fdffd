//! Which GPUs a verb looks at.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use portcullis_inventory::{ColumnMapping, FleetFile, Inventory, NvmlSource};
use portcullis_model::{Name, Snapshot, Ttl};

use super::{Failure, block_on};
use crate::clock::Clock;

/// Longest wait for one source.
const BUDGET: Duration = Duration::from_secs(30);

/// Which GPUs to look at; those of this host when nothing is named.
#[derive(Debug, Args)]
pub(crate) struct Sources {
    /// A fleet file (CSV, TOML or JSON); may be given several times.
    #[arg(long, value_name = "FILE")]
    fleet: Vec<PathBuf>,
    /// Which column of CSV files is which, such as `node=sn,gpus=gpu,model=model`.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    columns: Vec<String>,
    /// The GPUs of this host.
    #[arg(long)]
    nvml: bool,
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
        let mut inventory = Inventory::default();
        for (position, path) in self.fleet.iter().enumerate() {
            let name = if self.fleet.len() == 1 {
                "fleet".to_owned()
            } else {
                format!("fleet-{}", position + 1)
            };
            let name = name.parse().map_err(Failure::told)?;
            let source = FleetFile::new(name, path.clone(), self.mapping()?);
            inventory = inventory.with(Arc::new(source), BUDGET);
        }
        if self.nvml || self.nvml_library.is_some() || self.fleet.is_empty() {
            let name: Name = "here".parse().map_err(Failure::told)?;
            let source = NvmlSource::new(name, self.nvml_library.clone());
            inventory = inventory.with(Arc::new(source), BUDGET);
        }
        let now = Clock.now();
        let snapshot = block_on(inventory.snapshot(now))?;
        Ok(match self.max_age {
            Some(age) => Arc::new(Snapshot::clone(&snapshot).judge_age(now, age.duration())),
            None => snapshot,
        })
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
