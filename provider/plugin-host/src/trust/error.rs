//! Why a plugin is not trusted.

use super::KeyId;

/// Why a plugin is not trusted. `Display` is a diagnostic, as that of [`crate::PluginError`] is.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// There is no signature beside the component.
    #[error(
        "Plugin is not signed\n\
         Plugin `{plugin}` has no signature, and `portcullis.lock` trusts only plugins signed by {keys}.\n\n\
         Put its signature beside it as `<plugin>.wasm.minisig`: `portcullis plugin pull` brings both, and \
         `portcullis plugin sign` makes one.\n\n\
         plugin-unsigned"
    )]
    Unsigned {
        /// Name of the plugin.
        plugin: String,
        /// The trusted keys.
        keys: String,
    },
    /// No trusted key made the signature.
    #[error(
        "Plugin is signed by another key\n\
         Plugin `{plugin}` is signed by the key `{found}`; `portcullis.lock` trusts {keys}.\n\n\
         Ask whoever published it which key is theirs. If it is to be trusted, add it with \
         `portcullis plugin lock --trust <key.pub>` and review the change of the lock.\n\n\
         plugin-signed-by-another-key"
    )]
    AnotherKey {
        /// Name of the plugin.
        plugin: String,
        /// The key that the signature names.
        found: KeyId,
        /// The trusted keys.
        keys: String,
    },
    /// The signature was made for something else.
    #[error(
        "Signature is of another file\n\
         The signature beside plugin `{plugin}` names the trusted key `{key}` and does not fit {asked}: it {said}.\n\n\
         Get the component and its signature again, both from one release: one of them was exchanged or damaged.\n\n\
         plugin-signature-of-another-file"
    )]
    AnotherFile {
        /// Name of the plugin.
        plugin: String,
        /// Name of the key.
        key: String,
        /// The plugin that was read.
        asked: String,
        /// What the signature says it is of, as a clause.
        said: String,
    },
    /// The signature cannot be read.
    #[error(
        "Signature cannot be read\n\
         The signature beside plugin `{plugin}` cannot be used: {reason}.\n\n\
         Get it again, or sign the component again with `portcullis plugin sign` or `minisign -S`.\n\n\
         plugin-signature-unreadable"
    )]
    Unreadable {
        /// Name of the plugin.
        plugin: String,
        /// What is wrong with it.
        reason: String,
    },
    /// An older version stands where a newer one was pinned.
    #[error(
        "Plugin is older than its pin\n\
         Plugin `{plugin}` is pinned in version `{pinned}` and this one is `{found}`, which is {order}.\n\n\
         Old versions come back in attacks because their signatures stay valid. If going back is meant, run the command \
         again with `--allow-downgrade`.\n\n\
         plugin-rolled-back"
    )]
    RolledBack {
        /// Name of the plugin.
        plugin: String,
        /// The pinned version.
        pinned: String,
        /// The version that was offered.
        found: String,
        /// `older`, or that the two cannot be compared.
        order: &'static str,
    },
}
