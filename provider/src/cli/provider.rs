//! `portcullis provider`: serve for a debugger.

use std::process::ExitCode;

use clap::Args;

/// Serve as a Terraform provider that a debugger can attach to.
///
/// Prints what to put into `TF_REATTACH_PROVIDERS`, serves any number of Terraform commands, and ends with Ctrl-C.
#[derive(Debug, Args)]
pub(crate) struct Provider {}

impl Provider {
    pub(crate) fn run(self) -> ExitCode {
        crate::serve::serve(true)
    }
}
