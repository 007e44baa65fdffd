//! Why a call gave no result.

use crate::Failure;

/// Each constructor is a kind of failure, and the kind decides what the user is told. `?` turns an error of
/// `serde_json` into a failure of kind `malformed`.
///
/// ```
/// use portcullis_plugin::Failure;
///
/// fn zone(config: &str) -> Result<String, Failure> {
///     let parsed: serde_json::Value = serde_json::from_str(config)?;
///     let zone = parsed["zone"].as_str().ok_or_else(|| {
///         Failure::config("`zone` is not set.").remedy("Set `zone` in `config`, `eu-1` for example.")
///     })?;
///     Ok(zone.to_owned())
/// }
///
/// assert_eq!(zone("{}").unwrap_err().kind, "config");
/// assert_eq!(zone("<html>").unwrap_err().kind, "malformed");
/// ```
impl Failure {
    /// The configuration is wrong; `message` names the attribute.
    #[must_use]
    pub fn config(message: impl Into<String>) -> Self {
        Self::new("config", message)
    }

    /// The server, or a grant of the host, said no.
    #[must_use]
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new("refused", message)
    }

    /// No connection, or no answer in time.
    #[must_use]
    pub fn unreachable(message: impl Into<String>) -> Self {
        Self::new("unreachable", message)
    }

    /// An answer came and cannot be understood.
    #[must_use]
    pub fn malformed(message: impl Into<String>) -> Self {
        Self::new("malformed", message)
    }

    /// A limit was reached: of the host, or what the plugin itself is willing to do.
    #[must_use]
    pub fn limit(message: impl Into<String>) -> Self {
        Self::new("limit", message)
    }

    /// A defect of the plugin itself.
    #[must_use]
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new("internal", message)
    }

    /// What the reader should do, imperative.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }

    fn new(kind: &str, message: impl Into<String>) -> Self {
        Self {
            kind: kind.to_owned(),
            message: message.into(),
            remedy: String::new(),
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::malformed(format!(
            "JSON that was read does not have the expected shape: {error}."
        ))
    }
}
