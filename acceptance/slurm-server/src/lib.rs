//! A real slurmctld with its slurmrestd on the loopback interface, for tests: states of nodes, allocations, reservations
//! and tokens are genuine, and GPUs are files that Slurm takes for devices.
//!
//! A node with a daemon registers as a machine does; one without stays in the state `unknown`, so that a cluster of
//! thousands needs no thousands of processes.

mod cluster;
mod configuration;
mod description;
mod program;

pub use cluster::{Cluster, User};
pub use description::{Description, Node};
pub use program::{INSTALL, is_installed};
