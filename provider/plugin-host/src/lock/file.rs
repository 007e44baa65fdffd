//! The bytes of a component's file.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::error::PluginError;

pub(crate) fn read_limited(
    file: &Path,
    plugin: &str,
    max_bytes: u64,
) -> Result<Vec<u8>, PluginError> {
    let mut binary = Vec::new();
    fs::File::open(file)
        .and_then(|open| {
            open.take(max_bytes.saturating_add(1))
                .read_to_end(&mut binary)
        })
        .map_err(|source| PluginError::File {
            path: file.to_owned(),
            source,
        })?;
    if u64::try_from(binary.len()).is_ok_and(|len| len <= max_bytes) {
        return Ok(binary);
    }
    Err(PluginError::Limit {
        plugin: plugin.to_owned(),
        limit: "file size",
        allowed: format!("{} MiB", max_bytes / (1024 * 1024)),
        after: String::new(),
        remedy: "Build the plugin for size (`opt-level = \"s\"`, stripped), or ask its author to."
            .to_owned(),
    })
}

pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}
