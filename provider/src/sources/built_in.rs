//! Connectors that are built in: the GPUs of this host, fleet files, published snapshots, and directories in files.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use portcullis_directory::DirectoryFile;
use portcullis_inventory::{ColumnMapping, FleetFile, NvmlSource};
use portcullis_ledger::UrlError;
use portcullis_model::{DeviceSource, Name, Ttl};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use tfplugin::{Diagnostic, Path};

use super::published::{Place, PublishedSource};
use crate::said::said;

/// `config` of `plugin = "fleet"`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FleetConfig {
    /// The file; its extension says whether it is CSV, TOML or JSON.
    path: PathBuf,
    /// Which column of a CSV file is which, from what it means to its heading.
    #[serde(default)]
    columns: BTreeMap<String, String>,
}

/// `config` of `plugin = "nvml"`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct NvmlConfig {
    /// The NVML library, where it is not where the driver puts it.
    library: Option<PathBuf>,
}

/// `config` of `plugin = "directory"`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DirectoryConfig {
    /// The file; its extension says whether it is CSV or JSON.
    path: PathBuf,
}

/// `config` of `plugin = "snapshot"`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SnapshotConfig {
    /// A snapshot file, or a folder with one for each host.
    path: Option<PathBuf>,
    /// A ledger into which hosts publish.
    ledger: Option<String>,
    /// The minisign public key that must have signed each file.
    key: Option<String>,
    /// How old what they tell may be.
    max_age: Ttl,
    /// The only source of theirs that counts.
    source: Option<Name>,
}

/// What a built-in connector knows.
#[derive(Debug)]
pub(super) enum BuiltIn {
    /// Devices.
    Devices(Arc<dyn DeviceSource>),
    /// Who is in which group, and who answers for whom.
    Directory(DirectoryFile),
}

/// Whether a reference means a built-in connector.
pub(super) fn is_built_in(plugin: &str) -> bool {
    ["directory", "fleet", "nvml", "snapshot"].contains(&plugin)
}

/// The built-in connector `plugin`, or `None` when it is the name of a component.
///
/// # Errors
/// What is wrong with `config`, at that attribute.
pub(super) fn source(
    plugin: &str,
    name: &Name,
    config: &Json,
) -> Option<Result<BuiltIn, Diagnostic>> {
    match plugin {
        "directory" => Some(parse(plugin, config).map(|DirectoryConfig { path }| {
            BuiltIn::Directory(DirectoryFile::new(name.clone(), path))
        })),
        "fleet" => Some(parse(plugin, config).and_then(|config| fleet(name, config))),
        "nvml" => Some(parse(plugin, config).map(|config: Option<NvmlConfig>| {
            let library = config.unwrap_or_default().library;
            BuiltIn::Devices(Arc::new(NvmlSource::new(name.clone(), library)))
        })),
        "snapshot" => Some(parse(plugin, config).and_then(|config| published(name, config))),
        _ => None,
    }
}

fn published(name: &Name, config: SnapshotConfig) -> Result<BuiltIn, Diagnostic> {
    let SnapshotConfig {
        path,
        ledger,
        key,
        max_age,
        source,
    } = config;
    let at = |attribute| Path::root().attribute("config").key(attribute);
    let place = match (path, ledger) {
        (Some(path), None) => Place::Path(path),
        (None, Some(url)) => {
            let url = url.parse();
            Place::Ledger(url.map_err(|error: UrlError| said(error).at(at("ledger")))?)
        }
        (Some(_), Some(_)) | (None, None) => {
            return Err(misunderstood(
                "snapshot",
                "it names not exactly one of `path` and `ledger`",
            ));
        }
    };
    Ok(BuiltIn::Devices(Arc::new(PublishedSource {
        name: name.clone(),
        place,
        key,
        max_age: Some(max_age.duration()),
        source,
    })))
}

fn fleet(name: &Name, config: FleetConfig) -> Result<BuiltIn, Diagnostic> {
    let columns = config
        .columns
        .iter()
        .map(|(column, heading)| (column.as_str(), heading.as_str()));
    let at = || Path::root().attribute("config").key("columns");
    let columns = ColumnMapping::declared(columns).map_err(|error| said(error).at(at()))?;
    let file = FleetFile::new(name.clone(), config.path, columns);
    Ok(BuiltIn::Devices(Arc::new(file)))
}

fn parse<T: DeserializeOwned>(plugin: &str, config: &Json) -> Result<T, Diagnostic> {
    T::deserialize(config).map_err(|error| misunderstood(plugin, &error.to_string()))
}

fn misunderstood(plugin: &str, found: &str) -> Diagnostic {
    let shape = match plugin {
        "directory" => "`{ path = \"people.csv\" }`",
        "fleet" => {
            "`{ path = \"fleet.csv\" }`, with `columns = { node = \"...\", gpus = \"...\" }` where a CSV file has other \
             column names"
        }
        "snapshot" => {
            "`{ path = \"snapshots\", max_age = \"15m\" }`, or `ledger` in place of `path`, with `key` where they are \
             signed and `source` where only one of theirs counts"
        }
        _ => "nothing, or `{ library = \"/path/to/libnvidia-ml.so.1\" }`",
    };
    let detail = format!(
        "The connector `{plugin}` does not understand its `config`: {found}.\n\n\
         It takes {shape}.\n\n\
         connector-config-invalid"
    );
    Diagnostic::error("Invalid connector configuration", detail)
        .at(Path::root().attribute("config"))
}
