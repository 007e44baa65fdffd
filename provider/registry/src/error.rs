//! Why a plugin could not be fetched or published.

use std::path::PathBuf;

/// Why a plugin could not be fetched or published. `Display` is a diagnostic: summary, detail, remedy, code.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The text names no place that plugins come from.
    #[error(
        "Plugin source is not valid\n\
         `{text}`: {reason}.\n\n\
         Write `oci://registry.example.com/team/plugin:1.0.0`, `https://example.com/plugin.wasm`, or the path of a file.\n\n\
         plugin-source-invalid"
    )]
    Source {
        /// The text.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Nobody answers there.
    #[error(
        "Plugin source cannot be reached\n\
         `{url}` was asked: {reason}.\n\n\
         Check the name, the network and that the server runs; nothing was changed here.\n\n\
         plugin-source-unreachable"
    )]
    Unreachable {
        /// What was asked.
        url: String,
        /// What happened.
        reason: String,
    },
    /// The server knows who asks and does not let them, or does not know.
    #[error(
        "Plugin source refuses access\n\
         `{url}` answered {status}{with}.\n\n\
         Log in with `docker login {host}`, or set `PORTCULLIS_REGISTRY_USER` and `PORTCULLIS_REGISTRY_PASSWORD`.\n\n\
         plugin-source-refused"
    )]
    Refused {
        /// What was asked.
        url: String,
        /// The status.
        status: u16,
        /// ` to the user ...`, or nothing when no credentials were found.
        with: String,
        /// The server's name.
        host: String,
    },
    /// The server does not have it.
    #[error(
        "Plugin source does not have it\n\
         `{url}` answered 404.\n\n\
         Check the repository and the tag; `portcullis plugin push` publishes one.\n\n\
         plugin-source-missing"
    )]
    Missing {
        /// What was asked.
        url: String,
    },
    /// The server answers something that the protocol does not have.
    #[error(
        "Plugin source answers something else\n\
         `{url}` was asked: {reason}.\n\n\
         Check that this is an OCI registry or a file of a plugin, and that the artifact was made by `portcullis plugin push`.\n\n\
         plugin-source-malformed"
    )]
    Malformed {
        /// What was asked.
        url: String,
        /// What was expected and found.
        reason: String,
    },
    /// The bytes are not those that were named.
    #[error(
        "Downloaded plugin has another digest\n\
         `{url}` was to be `{expected}` and is `{found}`; it was not kept.\n\n\
         Fetch it again. If it stays so, tell whoever runs the registry: its content was altered.\n\n\
         plugin-source-digest"
    )]
    Digest {
        /// What was asked.
        url: String,
        /// The digest that names it.
        expected: String,
        /// The digest that it has.
        found: String,
    },
    /// It is larger than a plugin may be.
    #[error(
        "Downloaded plugin is too large\n\
         `{url}` has {found}; at most {max_bytes} bytes are taken.\n\n\
         Ask its author to build it for size; the provider would refuse to load it.\n\n\
         plugin-source-too-large"
    )]
    TooLarge {
        /// What was asked.
        url: String,
        /// How much it is, as far as it was read.
        found: String,
        /// How much is taken.
        max_bytes: u64,
    },
    /// Certificates or credentials on this machine cannot be used.
    #[error(
        "Registry settings cannot be used\n\
         `{}`: {reason}.\n\n\
         Correct the file; it is the one that docker (`config.json`) or `SSL_CERT_FILE` names.\n\n\
         plugin-source-settings",
        path.display()
    )]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}
