//! What a check has to say about one attribute.

use crate::Finding;

/// ```
/// use portcullis_plugin::Finding;
///
/// let finding = Finding::warning("too-many-replicas", "portcullis_gpu_pool.scoring")
///     .at("gpu.replicas")
///     .summary("More replicas than nodes")
///     .detail("4 replicas were asked for and 3 nodes have 8 GPUs each.")
///     .remedy("Lower `gpu.replicas` to 3.");
/// assert_eq!((finding.severity.as_str(), finding.attribute.as_str()), ("warning", "gpu.replicas"));
/// ```
impl Finding {
    /// A finding that should stop the plan.
    #[must_use]
    pub fn error(code: &str, address: &str) -> Self {
        Self::new("error", code, address)
    }

    /// A finding that should be read and need not stop the plan.
    #[must_use]
    pub fn warning(code: &str, address: &str) -> Self {
        Self::new("warning", code, address)
    }

    /// A finding that only informs, such as a check that has to wait for apply.
    #[must_use]
    pub fn info(code: &str, address: &str) -> Self {
        Self::new("info", code, address)
    }

    /// The attribute inside the resource, `gpu.replicas` for example.
    #[must_use]
    pub fn at(mut self, attribute: &str) -> Self {
        attribute.clone_into(&mut self.attribute);
        self
    }

    /// A sentence-case phrase of at most 60 characters without values.
    #[must_use]
    pub fn summary(mut self, summary: &str) -> Self {
        summary.clone_into(&mut self.summary);
        self
    }

    /// What was asked and what was found, with units.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// What to do, imperative.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }

    fn new(severity: &str, code: &str, address: &str) -> Self {
        Self {
            severity: severity.to_owned(),
            code: code.to_owned(),
            address: address.to_owned(),
            attribute: String::new(),
            summary: String::new(),
            detail: String::new(),
            remedy: String::new(),
        }
    }
}
