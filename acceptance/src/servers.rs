//! Real servers that a test starts on the loopback interface and ends with itself.

pub(crate) mod aws;
pub(crate) mod exporter;
pub(crate) mod kubernetes;
pub(crate) mod openbao;
pub(crate) mod prometheus;
pub(crate) mod slurm;
