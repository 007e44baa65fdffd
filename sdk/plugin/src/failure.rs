//! Why a call gave no result.

use crate::Failure;

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
