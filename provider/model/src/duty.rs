//! What kind of authority an operation is.

closed_set! {
    /// The kind of authority that an operation is; separation of duty is stated over these.
    pub enum Duty, "duty", "invalid-duty",
        "`deploy`, `runtime`, `provision`, `route`, `swap_model`, `credential`, `scale`, `grant`, \
         `approve` or `audit`" {
        /// Ships a new version.
        Deploy = "deploy",
        /// Acts as the running workload.
        Runtime = "runtime",
        /// Causes compute to exist.
        Provision = "provision",
        /// Decides where requests go.
        Route = "route",
        /// Replaces the model that answers.
        SwapModel = "swap_model",
        /// Makes, rotates or reads credentials.
        Credential = "credential",
        /// Changes how many replicas run, within which bounds.
        Scale = "scale",
        /// Gives permissions to others.
        Grant = "grant",
        /// Approves a change of others.
        Approve = "approve",
        /// Reads what happened.
        Audit = "audit",
    }
}
