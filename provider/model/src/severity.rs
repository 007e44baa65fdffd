//! Whether a finding stops a plan.

closed_set! {
    /// Whether a finding stops a plan; ordered, the mildest first.
    pub enum Severity, "severity", "invalid-severity", "`note`, `warning` or `error`" {
        /// Worth knowing.
        Note = "note",
        /// Shown, and the plan goes on.
        Warning = "warning",
        /// Stops the plan.
        Error = "error",
    }
}
