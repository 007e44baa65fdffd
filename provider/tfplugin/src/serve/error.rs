//! Why a provider process did not start, or stopped serving.

use std::io;

use super::about::About;

/// Printed on stderr, which Terraform shows when a provider does not start.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("{0}")]
    RunByHand(About),
    #[error(
        "Terraform offers plugin protocol `{asked}` and this provider speaks `6`.\n\nUse Terraform 1.0, OpenTofu 1.6 \
         or later."
    )]
    Protocol { asked: String },
    #[error(
        "The certificate in PLUGIN_CLIENT_CERT cannot be read.\n\nTerraform sets this variable: unset it when it was \
         set by hand."
    )]
    ClientCertificate(#[source] rustls::pki_types::pem::Error),
    #[error("No certificate could be made for the connection with Terraform")]
    Certificate(#[from] rcgen::Error),
    #[error("TLS for the connection with Terraform could not be set up")]
    Tls(#[from] rustls::Error),
    #[error("No socket could be opened {tried}.\n\n{remedy}")]
    Listen {
        tried: String,
        remedy: &'static str,
        #[source]
        source: io::Error,
    },
    #[error("The handshake could not be written to standard output")]
    Handshake(#[source] io::Error),
    #[error("The operating system refused threads, signals or sockets")]
    System(#[source] io::Error),
    #[error("The connection with Terraform failed")]
    Transport(#[from] tonic::transport::Error),
}
