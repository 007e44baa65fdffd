//! The one line on stdout by which the host finds the provider.

use std::io::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::environment::PROTOCOL;
use super::error::Error;

/// Version of the handshake itself, not of the provider protocol.
const CORE_PROTOCOL: u8 = 1;

/// Prints the line, once, and then points stdout at stderr: what a library prints by mistake must not reach the host
/// as if it were part of the handshake. (On Windows it still does, and the host throws it away.)
pub(super) fn announce(address: (&str, &str), certificate: Option<&[u8]>) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(line(address, certificate).as_bytes())
        .map_err(Error::Handshake)?;
    stdout.flush().map_err(Error::Handshake)?;
    #[cfg(unix)]
    rustix::stdio::dup2_stdout(io::stderr()).map_err(|errno| Error::Handshake(errno.into()))?;
    Ok(())
}

/// `core|app|network|address|grpc|certificate`; the last field is empty when there is no TLS.
fn line((network, address): (&str, &str), certificate: Option<&[u8]>) -> String {
    let certificate = certificate
        .map(|der| STANDARD_NO_PAD.encode(der))
        .unwrap_or_default();
    format!("{CORE_PROTOCOL}|{PROTOCOL}|{network}|{address}|grpc|{certificate}\n")
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn the_certificate_is_base64_without_padding() {
        assert_eq!(
            line(("unix", "/tmp/p"), Some(&[1])),
            "1|6|unix|/tmp/p|grpc|AQ\n"
        );
        assert_eq!(line(("unix", "/tmp/p"), None), "1|6|unix|/tmp/p|grpc|\n");
    }
}
