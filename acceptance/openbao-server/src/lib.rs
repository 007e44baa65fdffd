//! A real `OpenBao` on the loopback interface, for tests: in memory, unsealed, over plain HTTP.
//!
//! `bash .ci/run tools` installs the server. Policies, logins, leases and revocation are genuine.

mod client;
mod program;
mod server;

pub use client::{Answer, Client};
pub use program::{INSTALL, is_installed};
pub use server::Server;
