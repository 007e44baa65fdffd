//! The registry client of this machine: whom it believes, and as whom it logs in.

use std::env;
use std::path::PathBuf;

use portcullis_plugin_host::Limits;
use portcullis_registry::{Credentials, Registry};

use super::Failure;

/// A client with the credentials of the environment (`PORTCULLIS_REGISTRY_USER`, `PORTCULLIS_REGISTRY_PASSWORD`) or of
/// `docker login`, and the authorities of `SSL_CERT_FILE` beside the usual ones.
pub(super) fn registry() -> Result<Registry, Failure> {
    let docker = env::var_os("DOCKER_CONFIG").map(PathBuf::from);
    let docker = docker.or_else(|| env::home_dir().map(|home| home.join(".docker")));
    let credentials = Credentials::find(
        env::var("PORTCULLIS_REGISTRY_USER").ok(),
        env::var("PORTCULLIS_REGISTRY_PASSWORD").ok(),
        docker.as_deref(),
    );
    let authorities = env::var_os("SSL_CERT_FILE").map(PathBuf::from);
    Registry::new(
        credentials.map_err(Failure::told)?,
        Limits::default().component_bytes,
        authorities.as_deref(),
    )
    .map_err(Failure::told)
}
