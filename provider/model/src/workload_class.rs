//! What a workload does.

closed_set! {
    /// What a workload does; classes have boundaries of their own.
    pub enum WorkloadClass, "workload class", "invalid-workload-class",
        "`serving`, `training`, `batch`, `agent` or `support`" {
        /// Answers requests with a model.
        Serving = "serving",
        /// Makes or tunes a model.
        Training = "training",
        /// Runs to an end and exits.
        Batch = "batch",
        /// Acts on its own through tools.
        Agent = "agent",
        /// Serves the others: queues, feature stores, gateways.
        Support = "support",
    }
}
