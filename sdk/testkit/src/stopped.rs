//! Why a call of a plugin gave no result, natively and as a component the same.

use std::fmt;

use portcullis_plugin::Failure;
use portcullis_plugin_host::PluginError;

/// Why a call gave no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// What the plugin said (`config`, `refused`, `unreachable`, `malformed`, `limit`, `internal`), or `limit` when the
    /// host stopped it, or `crashed`, or `invalid` when what it gave cannot be used.
    pub kind: String,
    /// What was asked and what was found.
    pub message: String,
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self {
            kind: failure.kind,
            message: failure.message,
        }
    }
}

impl From<PluginError> for Stopped {
    fn from(error: PluginError) -> Self {
        let kind = match &error {
            PluginError::Failed { kind, message, .. } => {
                return Self {
                    kind: kind.clone(),
                    message: message.clone(),
                };
            }
            PluginError::Limit { .. } => "limit",
            PluginError::Crashed { .. } => "crashed",
            _ => "invalid",
        };
        Self {
            kind: kind.to_owned(),
            message: error.to_string(),
        }
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.message)
    }
}

impl std::error::Error for Stopped {}
