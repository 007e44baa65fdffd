//! What cargo resolves features for.
//!
//! A build of one package resolves to the features that it needs, and a test of the workspace to those of all packages and
//! of what their tests need. Where the two differ, cargo compiles the crate in question and all that depends on it once
//! more; `syn` alone would mean everything that derives something. So all builds of a verification are of one selection.

/// The whole workspace, with what its tests need: asking for any example brings that in. Of the packages only what is named
/// beside it is built.
pub(super) const WORKSPACE: [&str; 4] = ["--workspace", "--locked", "--example", "verdict"];
