//! What a plugin says of itself and asks for, read from its section `portcullis:manifest`.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::PluginError;
use crate::lock::file::read_limited;
use crate::section;
use crate::text::visible;

/// The only manifest document that this provider reads.
const SCHEMA: u32 = 1;
const SECTION: &str = "portcullis:manifest";
/// Bytes of the sentence for people.
const SUMMARY_BYTES: usize = 512;

/// Who a plugin is and what it asks for. Asking gives no right: a grant in HCL has to name the same thing.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Manifest {
    schema: u32,
    /// Name in lower-case letters, digits and hyphens.
    pub name: String,
    /// The plugin's own version.
    pub version: String,
    /// Which of the two kinds it is.
    pub world: World,
    /// One sentence for people.
    #[serde(default)]
    pub summary: String,
    /// Requests that it wants to send.
    #[serde(default)]
    pub http: Vec<HttpAccess>,
    /// Secrets that it wants the host to send for it.
    #[serde(default)]
    pub secrets: Vec<SecretAccess>,
    /// Requests that it wants the host to sign.
    #[serde(default)]
    pub signatures: Vec<SignatureAccess>,
    /// JSON Schema of `config`; none when any configuration is handed over.
    #[serde(default)]
    pub config: Option<Value>,
    /// Kinds of objects that it keeps: `identity`, `grant`, `pool`.
    #[serde(default)]
    pub objects: Vec<String>,
    /// Whose words the facts of its part `access` use, `kubernetes` for example; empty when nobody's.
    #[serde(default)]
    pub platform: String,
}

/// The kind of a plugin.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum World {
    /// Reads an outside system.
    Connector,
    /// Judges a plan; it has neither time nor network.
    Check,
}

/// Requests over HTTP that a plugin asks for.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub struct HttpAccess {
    /// `https://api.example.com`, or `config:<attribute>` for the origin of the URL at that attribute of `config`.
    pub origin: String,
    /// Methods in upper case; `GRPC` for calls over gRPC.
    pub methods: Vec<String>,
    /// What the path of every request starts with.
    pub path_prefix: String,
    /// Whether these requests only read, whatever their method.
    #[serde(default, skip_serializing_if = "is_false")]
    pub reads: bool,
}

/// A secret that a plugin asks for.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub struct SecretAccess {
    /// Name by which HCL grants it.
    pub name: String,
    /// The only header that may carry it, in lower case.
    pub header: String,
    /// The only origin that it may be sent to, written as [`HttpAccess::origin`]. Plugins that were built before this
    /// could be said leave it empty: then it is the origin of their requests, if they ask for no second one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub origin: String,
}

/// Requests to AWS that a plugin asks to have signed.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub struct SignatureAccess {
    /// The only origin that they go to, written as [`HttpAccess::origin`].
    pub origin: String,
    /// The service as AWS signs for it, `iam` for example.
    pub service: String,
    /// The only operations; empty for a service whose requests name none.
    #[serde(default)]
    pub operations: Vec<String>,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl World {
    /// The name in WIT.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Connector => "connector",
            Self::Check => "check",
        }
    }
}

impl Manifest {
    /// Reads the manifest of a plugin's file without running it, and without comparing the file with any pin.
    ///
    /// # Errors
    /// When the file cannot be read, is larger than `max_bytes`, or is no plugin.
    pub fn read(file: &Path, max_bytes: u64) -> Result<Self, PluginError> {
        let plugin = file.display().to_string();
        let binary = read_limited(file, &plugin, max_bytes)?;
        Self::of_component(&binary).map_err(|reason| PluginError::Invalid { plugin, reason })
    }

    /// Reads the manifest of a component. The error is a clause that says what was expected and found.
    pub(crate) fn of_component(binary: &[u8]) -> Result<Self, String> {
        Self::of_section(Self::section(binary)?)
    }

    /// The text of the section that holds the manifest of a component.
    pub(crate) fn section(binary: &[u8]) -> Result<&str, String> {
        if !section::is_component(binary) {
            return Err(format!(
                "the file of {} bytes does not start as a WebAssembly component does",
                binary.len()
            ));
        }
        let section = section::unique_custom(binary, SECTION)
            .ok_or_else(|| format!("the component has no single section `{SECTION}`"))?;
        str::from_utf8(section).map_err(|_| format!("its section `{SECTION}` is not UTF-8"))
    }

    /// Reads the text of that section.
    pub(crate) fn of_section(section: &str) -> Result<Self, String> {
        let mut manifest: Self = serde_json::from_str(section)
            .map_err(|error| format!("its section `{SECTION}` cannot be read: {error}"))?;
        if manifest.schema != SCHEMA {
            return Err(format!(
                "its manifest has schema {}, expected {SCHEMA}",
                manifest.schema
            ));
        }
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if manifest.name.is_empty() || !manifest.name.chars().all(plain) {
            return Err(format!("its manifest names it {:?}", manifest.name));
        }
        // The characters of a semantic version: it is shown on terminals and stands in signatures.
        let of_version = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
        if manifest.version.is_empty() || !manifest.version.chars().all(of_version) {
            return Err(format!(
                "its manifest has the version {:?}",
                manifest.version
            ));
        }
        manifest.summary = visible(&manifest.summary, SUMMARY_BYTES);
        Ok(manifest)
    }
}
