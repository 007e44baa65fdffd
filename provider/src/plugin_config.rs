//! The `config` of plugins: taken from HCL, and judged by the schema that the component carries.

use std::collections::BTreeSet;

use portcullis_plugin_host::{ConfigSchema, Limits, Manifest, PluginRef};
use serde_json::Value as Json;
use tfplugin::field::{Dynamic, Optional};
use tfplugin::{Diagnostic, Outcome, Path, Stop};

use crate::said::said;

/// A configuration as far as it is known.
#[derive(Debug)]
pub(crate) struct PluginConfig {
    json: Json,
    /// Paths that are decided later.
    unknown: BTreeSet<String>,
}

impl PluginConfig {
    /// Reads the attribute; null when it is left out.
    ///
    /// # Errors
    /// Deferred while all of it is unknown.
    pub(crate) fn of(attribute: &Optional<Dynamic>) -> Outcome<Self> {
        let mut unknown = Vec::new();
        let json = attribute.get()?.map_or(Json::Null, |config| {
            crate::checks::json(&config.typed().value, "", &mut unknown)
        });
        Ok(Self {
            json,
            unknown: unknown.into_iter().collect(),
        })
    }

    /// The configuration, which a plugin is given whole or not at all.
    ///
    /// # Errors
    /// Deferred while a part of it is unknown.
    pub(crate) fn known(self) -> Outcome<Json> {
        if self.unknown.is_empty() {
            return Ok(self.json);
        }
        Err(Stop::Deferred)
    }

    /// What the plugin's schema has against it, at the attributes of `config`. A plugin whose file is not here yet, or
    /// that describes no configuration, has nothing against it.
    pub(crate) fn faults(&self, plugin: &PluginRef) -> Vec<Diagnostic> {
        let Ok(manifest) = Manifest::read(&plugin.file, Limits::default().component_bytes) else {
            return Vec::new();
        };
        let Some(Ok(schema)) = manifest.config.as_ref().map(ConfigSchema::parse) else {
            return Vec::new();
        };
        let faults = schema.faults(&self.json, &self.unknown);
        // Not deeper: to core the whole configuration is one value, and some versions show no line for a path into one.
        let at = || Path::root().attribute("config");
        faults.iter().map(|fault| said(fault).at(at())).collect()
    }
}
