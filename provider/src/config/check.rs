//! `check "name" {}`

use tfplugin::Schema;
use tfplugin::field::{Dynamic, Optional, Required, Text};

use crate::policy::OnProblem;

/// A policy that every plan is judged by.
#[derive(Debug, Clone, Schema)]
pub struct CheckBlock {
    /// Name of a WebAssembly component that `portcullis.lock` pins.
    pub plugin: Required<String>,
    /// What the check needs to know; its own page says what.
    pub config: Optional<Dynamic>,
    /// What a finding does to the plan: `error` or `warn`; `error` when left out.
    pub on_finding: Optional<Text<OnProblem>>,
}
