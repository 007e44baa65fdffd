//! Why a plugin gave no result.

use std::io;
use std::path::PathBuf;

/// Why a plugin gave no result.
///
/// `Display` is a diagnostic: the first line is the summary, the rest is the detail with the remedy, and the last line
/// is the code.
#[derive(Debug, thiserror::Error)]
pub enum PluginError {
    /// `portcullis.lock` does not name the plugin.
    #[error(
        "Plugin is not pinned\n\
         Plugin `{plugin}` was asked for and `{lock}` does not pin it{suggestion}.\n\n\
         Run `portcullis plugin lock <file>` with the plugin's file, review what it asks for, and commit the lock.\n\n\
         plugin-not-pinned"
    )]
    NotPinned {
        /// Name or path as HCL writes it.
        plugin: String,
        /// The lock file.
        lock: PathBuf,
        /// `; did you mean ...` or nothing.
        suggestion: String,
    },
    /// The plugin's file is not the one that was pinned.
    #[error(
        "Plugin differs from its pin\n\
         Plugin `{plugin}`: {difference}.{changes}\n\n\
         Restore the pinned file; or, if the change is meant, run `portcullis plugin lock {}` and review the difference.\n\n\
         plugin-differs",
        path.display()
    )]
    Differs {
        /// Name of the plugin.
        plugin: String,
        /// The file that was read.
        path: PathBuf,
        /// What was pinned and what was found.
        difference: String,
        /// What else changed with it, in lines that start with a line end; or nothing.
        changes: String,
    },
    /// Nobody whose key the lock trusts vouches for the plugin, or it is older than its pin.
    #[error(transparent)]
    Untrusted(#[from] crate::trust::TrustError),
    /// `portcullis.lock` cannot be used.
    #[error(
        "Plugin lock cannot be read\n\
         `{}`: {reason}.\n\n\
         Correct the file, or restore it from version control. It is written by `portcullis plugin lock <file>`.\n\n\
         plugin-lock-unreadable",
        path.display()
    )]
    Lock {
        /// The lock file.
        path: PathBuf,
        /// What is wrong, with line and column where there is one.
        reason: String,
    },
    /// A file cannot be read or written.
    #[error(
        "Plugin file cannot be used\n\
         `{}`: {source}.\n\n\
         Check that the file exists and that this user may read and write it.\n\n\
         plugin-file",
        path.display()
    )]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is no portcullis plugin.
    #[error(
        "File is not a portcullis plugin\n\
         Plugin `{plugin}`: {reason}.\n\n\
         Build it with `portcullis-componentize`, or ask its author for a component of `portcullis:plugin` 0.1.\n\n\
         plugin-invalid"
    )]
    Invalid {
        /// Name of the plugin.
        plugin: String,
        /// What was expected and found.
        reason: String,
    },
    /// The plugin was built for another contract.
    #[error(
        "Plugin needs another contract\n\
         Plugin `{plugin}` {needs}, this provider speaks {speaks}.\n\n\
         Use a version of the plugin that was built for this provider, or a provider that was built for the plugin.\n\n\
         plugin-contract"
    )]
    Contract {
        /// Name of the plugin.
        plugin: String,
        /// What it needs, with the version, or what it imports.
        needs: String,
        /// The version that this provider speaks, and what it lacks.
        speaks: String,
    },
    /// The plugin reached a limit.
    #[error(
        "Plugin reached a limit\n\
         Plugin `{plugin}` used more than its {limit} of {allowed}{after}.\n\n\
         {remedy}\n\n\
         plugin-limit"
    )]
    Limit {
        /// Name of the plugin.
        plugin: String,
        /// Name of the limit, `memory` for example.
        limit: &'static str,
        /// The limit with its unit.
        allowed: String,
        /// The last line that the plugin logged, as a subordinate clause, or nothing.
        after: String,
        /// What to do, with the attribute in HCL that raises the limit if there is one.
        remedy: String,
    },
    /// A limit in HCL is 0 or above its maximum.
    #[error(
        "Plugin limit is out of range\n\
         `limits {{ {attribute} }}` sets the {limit} of a call to {value}; possible is 1 to {maximum}.\n\n\
         Write a value in that range, or leave the attribute out for the default of {default}.\n\n\
         plugin-limit-out-of-range"
    )]
    LimitOutOfRange {
        /// Name of the limit, `memory` for example.
        limit: &'static str,
        /// The attribute in HCL.
        attribute: &'static str,
        /// What was asked for, with its unit.
        value: String,
        /// The largest value, with its unit.
        maximum: String,
        /// The value without the attribute, with its unit.
        default: String,
    },
    /// The plugin crashed.
    #[error(
        "Plugin crashed\n\
         Plugin `{plugin}` was stopped: {reason}{after}.\n\n\
         Report this to the plugin's author with the log of the run. Other plugins and resources are not affected.\n\n\
         plugin-crashed"
    )]
    Crashed {
        /// Name of the plugin.
        plugin: String,
        /// What stopped it.
        reason: String,
        /// The last line that the plugin logged, as a subordinate clause, or nothing.
        after: String,
    },
    /// The plugin says that it cannot give a result.
    #[error(
        "{}\n\
         Plugin `{plugin}`: {message}\n\n\
         {remedy}\n\n\
         plugin-{kind}",
        failure_summary(kind)
    )]
    Failed {
        /// Name of the plugin.
        plugin: String,
        /// One of the kinds that `sdk/wit` documents for `failure`.
        kind: String,
        /// What was asked and what was found.
        message: String,
        /// What to do.
        remedy: String,
    },
    /// The plugin returned one of its secrets, which it should not even know.
    #[error(
        "Plugin returned a secret\n\
         Plugin `{plugin}` returned a text from `{function}` that holds one of the secrets it was granted. Nothing of \
         what it returned is used or shown.\n\n\
         Remove the secret from `allow {{ secrets }}` of this connector, replace it where it was issued, and report this \
         to the plugin's author.\n\n\
         plugin-secret-returned"
    )]
    SecretReturned {
        /// Name of the plugin.
        plugin: String,
        /// The function of the contract.
        function: &'static str,
    },
    /// A secret that is fetched when it is needed could not be.
    #[error(
        "Secret cannot be obtained\n\
         Plugin `{plugin}` is granted `{secret}`, which the host asks for when a request needs it, from {reason}.\n\n\
         {remedy}\n\n\
         plugin-secret-unavailable"
    )]
    SecretUnavailable {
        /// Name of the plugin.
        plugin: String,
        /// Name of the secret.
        secret: String,
        /// Where it comes from and what went wrong there, as a clause without any secret.
        reason: String,
        /// What to do.
        remedy: String,
    },
    /// A grant cannot be understood.
    #[error(
        "Plugin grant is not valid\n\
         `{grant}`: {reason}.\n\n\
         {remedy}\n\n\
         plugin-grant-invalid"
    )]
    Grant {
        /// The text in HCL, or the name of the secret; never its value.
        grant: String,
        /// What is wrong with it.
        reason: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// The sandbox itself could not be made.
    #[error(
        "Plugin sandbox cannot start\n\
         Plugin `{plugin}`: {reason}.\n\n\
         Check that this machine has memory left and that the system allows executable memory.\n\n\
         plugin-sandbox"
    )]
    Sandbox {
        /// Name of the plugin.
        plugin: String,
        /// What the engine said.
        reason: String,
    },
}

fn failure_summary(kind: &str) -> &'static str {
    match kind {
        "config" => "Plugin configuration is not valid",
        "refused" => "Plugin was refused",
        "unreachable" => "Plugin cannot reach its source",
        "malformed" => "Plugin cannot understand its source",
        "limit" => "Plugin request reached a limit",
        _ => "Plugin failed",
    }
}
