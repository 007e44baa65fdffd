//! moto on the loopback interface, for tests: a server that keeps users, roles and policies as AWS does, refuses documents
//! that AWS refuses, and checks signatures and permissions when it is told to.
//!
//! `bash .ci/run tools` installs it. It serves all services at one address and knows from the signature which one is meant.

mod answer;
mod moto;
mod program;

pub use answer::Answer;
pub use moto::{Keys, Moto};
pub use program::{INSTALL, is_installed};
