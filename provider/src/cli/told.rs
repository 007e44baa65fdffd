//! What connectors said, kept in files: a source that asks nobody.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use jiff::Timestamp;
use portcullis_model::{DeviceSource, Fetch, Grade, Name, ParseError, SourceReport};
use portcullis_plugin_host::{DeviceRecord, Supply};
use serde::de::DeserializeOwned;

use super::Failure;
use crate::sources::{add_supply, report};

/// A file of what a connector said, and the connector.
#[derive(Debug, Clone)]
pub(super) struct ToldFile {
    name: Name,
    path: PathBuf,
}

impl FromStr for ToldFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, path) = text
            .split_once('=')
            .ok_or("write the connector's name, `=`, and the file")?;
        Ok(Self {
            name: name
                .parse()
                .map_err(|error: ParseError| error.to_string())?,
            path: path.into(),
        })
    }
}

/// What one connector said.
#[derive(Debug)]
pub(super) struct Told {
    name: Name,
    devices: Vec<DeviceRecord>,
    supply: Supply,
}

impl Told {
    /// Reads the files, and puts those of one connector together.
    pub(super) fn by_name(devices: &[ToldFile], supply: &[ToldFile]) -> Result<Vec<Self>, Failure> {
        let mut told: BTreeMap<&Name, Self> = BTreeMap::new();
        for file in devices {
            let records: Vec<DeviceRecord> = read(&file.path, "list-inventory")?;
            Self::of(&mut told, file).devices.extend(records);
        }
        for file in supply {
            let records: Supply = read(&file.path, "list-supply")?;
            let told = Self::of(&mut told, file);
            told.supply.pools.extend(records.pools);
            told.supply.quotas.extend(records.quotas);
        }
        Ok(told.into_values().collect())
    }

    fn of<'a, 'f>(told: &'a mut BTreeMap<&'f Name, Self>, file: &'f ToldFile) -> &'a mut Self {
        told.entry(&file.name).or_insert_with(|| Self {
            name: file.name.clone(),
            devices: Vec::new(),
            supply: Supply::default(),
        })
    }
}

fn read<T: DeserializeOwned>(path: &Path, function: &str) -> Result<T, Failure> {
    let unreadable = |found: String| {
        Failure::Answer(format!(
            "Answer of a connector cannot be read\n\nAsked to read what a connector said from `{}`; {found}.\n\nMake the \
             file with `portcullis plugin run <plugin> {function}`.\n\nconnector-answer-unreadable",
            path.display()
        ))
    };
    let text = std::fs::read(path).map_err(|error| unreadable(format!("found: {error}")))?;
    serde_json::from_slice(&text)
        .map_err(|error| unreadable(format!("it is no answer of `{function}`: {error}")))
}

impl DeviceSource for Told {
    fn name(&self) -> &Name {
        &self.name
    }

    fn grade(&self) -> Grade {
        Grade::Firm
    }

    fn fetch(&self, now: Timestamp) -> Fetch<'_> {
        Box::pin(async move {
            let told: SourceReport = report(&self.name, &self.devices, now);
            add_supply(&self.name, told, &self.supply, now)
        })
    }
}
