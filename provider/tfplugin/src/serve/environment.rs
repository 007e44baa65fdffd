//! What the host says in environment variables, read once.

#[cfg(unix)]
use std::path::PathBuf;

use super::error::Error;

/// The variable whose presence says that a plugin host started the process, and its value for Terraform. It is no
/// secret: it keeps people from running a plugin by hand and wondering.
const COOKIE: (&str, &str) = (
    "TF_PLUGIN_MAGIC_COOKIE",
    "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
);

/// Version of the provider protocol, the only one served.
pub(super) const PROTOCOL: u8 = 6;

/// The variables of a plugin host.
#[derive(Debug, Default)]
pub(super) struct Environment {
    /// Whether Terraform started the process.
    pub(super) cookie: bool,
    /// Protocol versions the host speaks, comma separated; absent in hosts that know of only one.
    pub(super) protocols: Option<String>,
    /// PEM of the certificate that the host will show. Absent, Terraform was told to go without TLS by
    /// TF_DISABLE_PLUGIN_TLS, which is a variable for Terraform alone: a provider that was given a certificate never
    /// falls back to plaintext.
    pub(super) client_certificate: Option<String>,
    /// Where the host wants the socket, for hosts that share a folder with a container.
    #[cfg(unix)]
    pub(super) socket_directory: Option<PathBuf>,
    /// Range of TCP ports, where unix sockets are not used.
    #[cfg(any(windows, test))]
    pub(super) ports: Option<std::ops::RangeInclusive<u16>>,
    /// TF_LOG_PROVIDER, else TF_LOG.
    pub(super) log: Option<String>,
}

impl Environment {
    /// Reads variables through `variable`, which is the process's environment except in tests. An empty variable
    /// counts as absent, as it does in Terraform.
    pub(super) fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let variable = |name| variable(name).filter(|value| !value.is_empty());
        Self {
            cookie: variable(COOKIE.0).as_deref() == Some(COOKIE.1),
            protocols: variable("PLUGIN_PROTOCOL_VERSIONS"),
            client_certificate: variable("PLUGIN_CLIENT_CERT"),
            #[cfg(unix)]
            socket_directory: variable("PLUGIN_UNIX_SOCKET_DIR").map(PathBuf::from),
            #[cfg(any(windows, test))]
            ports: port_range(variable("PLUGIN_MIN_PORT"), variable("PLUGIN_MAX_PORT")),
            log: variable("TF_LOG_PROVIDER").or_else(|| variable("TF_LOG")),
        }
    }

    /// Whether the host speaks our protocol.
    pub(super) fn check_protocol(&self) -> Result<(), Error> {
        match &self.protocols {
            Some(asked)
                if !asked
                    .split(',')
                    .any(|version| version.trim().parse() == Ok(PROTOCOL)) =>
            {
                Err(Error::Protocol {
                    asked: asked.clone(),
                })
            }
            _ => Ok(()),
        }
    }
}

#[cfg(any(windows, test))]
fn port_range(min: Option<String>, max: Option<String>) -> Option<std::ops::RangeInclusive<u16>> {
    Some(min?.parse().ok()?..=max?.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::{COOKIE, Environment};

    fn read(variables: &[(&str, &str)]) -> Environment {
        Environment::read(|name| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn only_the_right_cookie_counts() {
        assert!(read(&[COOKIE]).cookie);
        assert!(!read(&[(COOKIE.0, "1")]).cookie);
        assert!(!read(&[]).cookie);
    }

    #[test]
    fn six_is_found_among_the_versions_and_nothing_like_it() {
        let ok = |asked| {
            read(&[("PLUGIN_PROTOCOL_VERSIONS", asked)])
                .check_protocol()
                .is_ok()
        };
        assert!(ok("5,6"));
        assert!(ok("6"));
        assert!(ok(""));
        assert!(!ok("5"));
        assert!(!ok("4,5,16,60"));
    }

    #[test]
    fn the_log_level_for_providers_wins() {
        assert_eq!(read(&[("TF_LOG", "debug")]).log.as_deref(), Some("debug"));
        let both = read(&[("TF_LOG", "debug"), ("TF_LOG_PROVIDER", "warn")]);
        assert_eq!(both.log.as_deref(), Some("warn"));
    }

    #[test]
    fn an_empty_certificate_is_none() {
        assert!(
            read(&[("PLUGIN_CLIENT_CERT", "")])
                .client_certificate
                .is_none()
        );
    }

    #[test]
    fn ports_need_both_ends() {
        let ports = read(&[("PLUGIN_MIN_PORT", "10000"), ("PLUGIN_MAX_PORT", "25000")]).ports;
        assert_eq!(ports, Some(10_000..=25_000));
        assert_eq!(read(&[("PLUGIN_MIN_PORT", "10000")]).ports, None);
    }
}
