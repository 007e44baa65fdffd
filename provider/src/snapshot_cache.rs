//! Where the last snapshot of a configuration is on disk, and what it has to be the snapshot of.

use std::path::PathBuf;

use portcullis_inventory::SnapshotCache;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use tfplugin::field::Schema as _;
use tfplugin::value::json;
use tfplugin::{Outcome, Stop};

use crate::config::{ConnectorBlock, ProviderBlock};
use crate::configure::CACHE_DIR;
use crate::sources::Plugins;

/// What is read of a file in which a credential may be.
const FILE_MAX: u64 = 1024 * 1024;
/// Where credentials are when `allow` does not say otherwise.
const CREDENTIALS: [&str; 3] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
];

/// The cache that `inventory { reuse_max_age }` asks for; `None` without it, and while a connector is not known yet.
///
/// # Errors
/// What is wrong with the provider block.
pub(crate) fn snapshot_cache(
    block: &ProviderBlock,
    plugins: &Plugins,
) -> Outcome<Option<SnapshotCache>> {
    let Some(inventory) = block.inventory.get()? else {
        return Ok(None);
    };
    let Some(max_age) = inventory.reuse_max_age.get()? else {
        return Ok(None);
    };
    match digests(block, plugins) {
        Ok((configuration, key)) => {
            let name: String = configuration
                .iter()
                .take(8)
                .map(|byte| format!("{byte:02x}"))
                .collect();
            let path = PathBuf::from(CACHE_DIR).join(format!("snapshot-{name}"));
            Ok(Some(SnapshotCache::new(path, key, max_age.duration())))
        }
        Err(Stop::Deferred) => Ok(None),
        Err(failed) => Err(failed),
    }
}

/// A digest of what the connectors are configured with, and one of that with the credentials that are there.
fn digests(block: &ProviderBlock, plugins: &Plugins) -> Outcome<([u8; 32], [u8; 32])> {
    let mut configuration = Sha256::new();
    let mut credentials = Sha256::new();
    add(&mut configuration, env!("CARGO_PKG_VERSION").as_bytes());
    for name in CREDENTIALS {
        add_credential(&mut credentials, name);
    }
    for (label, connector) in block.connector.get()? {
        add(&mut configuration, label.as_bytes());
        let value = connector.encode();
        if !value.is_wholly_known() {
            return Err(Stop::Deferred);
        }
        // What cannot be written as JSON cannot be compared either.
        let text = json::encode(&value, &ConnectorBlock::block().implied_type())
            .map_err(|_| Stop::Deferred)?;
        add(&mut configuration, &text);
        if let Ok(plugin) = plugins.lock.plugin(connector.plugin.get()?) {
            add(&mut configuration, plugin.entry.sha256.as_bytes());
        }
        let parsed: Json = serde_json::from_slice(&text).map_err(|_| Stop::Deferred)?;
        texts(parsed.get("allow").unwrap_or(&Json::Null), &mut |text| {
            add_credential(&mut credentials, text);
        });
    }
    let configuration: [u8; 32] = configuration.finalize().into();
    credentials.update(configuration);
    Ok((configuration, credentials.finalize().into()))
}

fn add(digest: &mut Sha256, bytes: &[u8]) {
    digest.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
    digest.update(bytes);
}

/// Adds what a text of `allow` may name: a variable of the environment, or a file.
fn add_credential(digest: &mut Sha256, text: &str) {
    if let Some(value) = std::env::var_os(text).filter(|_| !text.is_empty() && !text.contains('='))
    {
        add(digest, value.as_encoded_bytes());
    }
    let is_small = |about: std::fs::Metadata| about.is_file() && about.len() <= FILE_MAX;
    if std::fs::metadata(text).is_ok_and(is_small)
        && let Ok(content) = std::fs::read(text)
    {
        add(digest, &content);
    }
}

/// Every text in a value.
fn texts(value: &Json, told: &mut impl FnMut(&str)) {
    match value {
        Json::String(text) => told(text),
        Json::Array(members) => members.iter().for_each(|member| texts(member, told)),
        Json::Object(members) => members.values().for_each(|member| texts(member, told)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}
