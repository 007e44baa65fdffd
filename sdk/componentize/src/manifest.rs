//! The manifest document: read, named after, and put where it can be read without looking into the code.

use std::fs;
use std::path::Path;

use crate::{BuildError, section};

/// Name of the custom section that holds the manifest document.
pub(crate) const SECTION: &str = "portcullis:manifest";

/// A manifest document without white space, which is how every language writes JSON again that it has read, so that
/// `describe` gives the text of the section.
#[derive(Debug)]
pub(crate) struct Manifest {
    text: String,
    name: String,
}

impl Manifest {
    /// The `manifest.json` of a project.
    pub(crate) fn read(project: &Path) -> Result<Self, BuildError> {
        let path = project.join("manifest.json");
        let text = fs::read(&path).map_err(|source| BuildError::file(&path, source))?;
        let document: serde_json::Value =
            serde_json::from_slice(&text).map_err(|error| BuildError::Manifest {
                path,
                reason: error.to_string(),
            })?;
        Ok(Self {
            name: name_in(&document)?,
            text: document.to_string(),
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Puts the document at the end of a component.
    pub(crate) fn append_to(&self, component: &mut Vec<u8>) {
        section::append_custom(component, SECTION, self.text.as_bytes());
    }
}

/// The name in a manifest, which may be a file name and nothing more.
pub(crate) fn name_in(manifest: &serde_json::Value) -> Result<String, BuildError> {
    let name = manifest
        .get("name")
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || !name.chars().all(plain) {
        return Err(BuildError::Name {
            name: name.to_owned(),
        });
    }
    Ok(name.to_owned())
}
