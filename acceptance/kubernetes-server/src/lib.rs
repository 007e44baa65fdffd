//! A real kube-apiserver with its etcd on the loopback interface, for tests: RBAC, tokens and custom resources are
//! genuine, and nothing runs that would change objects by itself.
//!
//! `bash .ci/run tools` builds the server. It is Kubernetes 1.20, without the controllers that fill aggregated cluster
//! roles or turn deployments into pods, and without the admission of service accounts, which needs them.

mod certificates;
mod client;
mod cluster;
mod etcd;
mod front;
mod message;
mod program;

pub use client::{Answer, Client};
pub use cluster::Cluster;
pub use front::{Front, Passing};
pub use program::{INSTALL, is_installed};
