//! Connectors that are built in: the GPUs of this host, fleet files, and directories in files.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use portcullis_directory::DirectoryFile;
use portcullis_inventory::{ColumnMapping, FleetFile, NvmlSource};
use portcullis_model::{DeviceSource, Name};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use tfplugin::{Diagnostic, Path};

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
    ["directory", "fleet", "nvml"].contains(&plugin)
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
        _ => None,
    }
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
    T::deserialize(config).map_err(|error| {
        let shape = match plugin {
            "directory" => "`{ path = \"people.csv\" }`",
            "fleet" => "`{ path = \"fleet.csv\" }`, with `columns = { node = \"...\", gpus = \"...\" }` where a CSV \
                        file has other column names",
            _ => "nothing, or `{ library = \"/path/to/libnvidia-ml.so.1\" }`",
        };
        let detail = format!(
            "The connector `{plugin}` does not understand its `config`: {error}.\n\n\
             It takes {shape}.\n\n\
             connector-config-invalid"
        );
        Diagnostic::error("Invalid connector configuration", detail)
            .at(Path::root().attribute("config"))
    })
}
