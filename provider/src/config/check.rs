//! `check "name" {}`

use tfplugin::Schema;
use tfplugin::field::{Dynamic, Optional, OptionalBlock, Required, Text};

use super::CheckLimits;
use crate::policy::OnProblem;

/// A policy that every plan is judged by.
#[derive(Debug, Clone, Schema)]
pub struct CheckBlock {
    /// Name of a WebAssembly component that `portcullis.lock` pins.
    pub plugin: Required<String>,
    /// What the check needs to know; its own page says what. A check that describes its configuration has it checked by
    /// `terraform validate`.
    pub config: Optional<Dynamic>,
    /// What a finding does to the plan: `error` or `warn`; `error` when left out.
    pub on_finding: Optional<Text<OnProblem>>,
    /// What a check that gives no verdict does to the plan, because it crashed or reached a limit: `error` or `warn`;
    /// `error` when left out.
    pub on_failure: Optional<Text<OnProblem>>,
    /// What one call of the check may use.
    pub limits: OptionalBlock<CheckLimits>,
}
