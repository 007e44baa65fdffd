//! Addresses that this client talks to: encrypted ones, and plain ones on this machine.

use http::Uri;
use http::uri::Scheme;

/// An address with scheme, host and port, and without user and password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Url(Uri);

impl Url {
    /// Reads an absolute address. The error is a clause.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let uri: Uri = text
            .parse()
            .map_err(|error| format!("it is no URL ({error})"))?;
        let authority = uri.authority().ok_or("it names no host")?;
        if authority.as_str().contains('@') {
            return Err("it has a user or a password in it, which logs would keep".to_owned());
        }
        let url = Self(uri);
        if url.is_encrypted() || (url.0.scheme() == Some(&Scheme::HTTP) && url.is_local()) {
            return Ok(url);
        }
        Err("only https is spoken, and plain http with this machine itself".to_owned())
    }

    /// Where a `Location` header leads from here. What was encrypted stays so, and only this machine leads to itself.
    pub(crate) fn leads_to(&self, location: &str) -> Result<Self, String> {
        let absolute = if location.contains("://") {
            location.to_owned()
        } else if location.starts_with('/') {
            format!("{}{location}", self.origin())
        } else {
            return Err(format!("its `Location` is `{location}`"));
        };
        let to = Self::parse(&absolute)?;
        if to.is_local() && !self.is_local() {
            return Err("it redirects to this machine".to_owned());
        }
        if self.is_encrypted() && !to.is_encrypted() {
            return Err("it redirects from https to http".to_owned());
        }
        Ok(to)
    }

    /// `https://host:port`.
    pub(crate) fn origin(&self) -> String {
        let scheme = self.0.scheme_str().unwrap_or_default();
        let authority = self
            .0
            .authority()
            .map_or("", |authority| authority.as_str());
        format!("{scheme}://{authority}")
    }

    pub(crate) fn is_encrypted(&self) -> bool {
        self.0.scheme() == Some(&Scheme::HTTPS)
    }

    fn is_local(&self) -> bool {
        is_local(self.host())
    }

    pub(crate) fn host(&self) -> &str {
        let host = self.0.host().unwrap_or_default();
        host.trim_start_matches('[').trim_end_matches(']')
    }

    pub(crate) fn port(&self) -> u16 {
        let usual = if self.is_encrypted() { 443 } else { 80 };
        self.0.port_u16().unwrap_or(usual)
    }

    /// What stands in the `host` header.
    pub(crate) fn authority(&self) -> &str {
        self.0
            .authority()
            .map_or("", |authority| authority.as_str())
    }

    /// Path and query, as a request line has them.
    pub(crate) fn target(&self) -> &str {
        self.0
            .path_and_query()
            .map_or("/", |target| target.as_str())
    }

    /// The same address with more at its end: a suffix of the path, or a query.
    pub(crate) fn with(&self, suffix: &str) -> Result<Self, String> {
        Self::parse(&format!("{}{}{suffix}", self.origin(), self.target()))
    }
}

/// Whether a host is this machine, by its own name or a loopback address.
pub(crate) fn is_local(host: &str) -> bool {
    let address = host.parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

impl std::fmt::Display for Url {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.origin(), self.target())
    }
}

#[cfg(test)]
mod tests {
    use super::Url;

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for (text, fine) in [
            ("https://registry.example.com/v2/", true),
            ("http://127.0.0.1:5000/v2/", true),
            ("http://[::1]:5000/v2/", true),
            ("http://localhost/v2/", true),
            ("http://registry.example.com/v2/", false),
            ("http://localhost.example.com/v2/", false),
            ("https://user:secret@registry.example.com/", false),
            ("ftp://registry.example.com/", false),
            ("/v2/", false),
        ] {
            assert_eq!(Url::parse(text).is_ok(), fine, "{text}");
        }
    }

    #[test]
    fn a_redirect_neither_drops_encryption_nor_turns_inwards() {
        let from = Url::parse("https://registry.example.com/v2/a").unwrap();
        for (location, to) in [
            ("/v2/b", Some("https://registry.example.com/v2/b")),
            (
                "https://cdn.example.net/b?x=1",
                Some("https://cdn.example.net/b?x=1"),
            ),
            ("http://registry.example.com/b", None),
            ("http://127.0.0.1/b", None),
            ("https://127.0.0.1/b", None),
            ("https://localhost/b", None),
            ("http://169.254.169.254/latest", None),
            ("b", None),
        ] {
            let led = from.leads_to(location).ok().map(|url| url.to_string());
            assert_eq!(led.as_deref(), to, "{location}");
        }
    }
}
