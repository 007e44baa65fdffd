//! The configuration of a plugin, `config` in HCL.

use serde::de::DeserializeOwned;

use crate::Failure;

/// Reads the configuration into the plugin's own type.
pub(crate) fn read<T: DeserializeOwned>(config: &str) -> Result<T, Failure> {
    serde_json::from_str(config).map_err(|error| {
        Failure::config(format!(
            "`config` of this plugin is not what the plugin expects: {error}."
        ))
        .remedy("Correct `config` in the provider block.")
    })
}
