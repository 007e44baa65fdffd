//! Where a request goes: a URL taken apart once, and compared and used in this form only.

use std::fmt;
use std::net::IpAddr;

use http::Uri;

/// Scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Origin {
    pub(crate) tls: bool,
    pub(crate) host: Host,
    pub(crate) port: u16,
}

/// The host of a URL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Host {
    /// Lower-case ASCII; names of other scripts are written in their `xn--` form.
    Name(String),
    /// A literal address.
    Address(IpAddr),
}

/// An origin with the path and query of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) origin: Origin,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
}

impl Target {
    /// Reads an absolute URL. The error is a clause.
    pub(crate) fn parse(url: &str) -> Result<Self, &'static str> {
        if url.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
            return Err("it contains spaces or control characters");
        }
        if url.contains('#') {
            return Err("it has a fragment");
        }
        if url.contains('\\') {
            return Err("it contains a backslash");
        }
        let uri: Uri = url.parse().map_err(|_| "it is not a URL in ASCII form")?;
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err("it does not start with `https://` or `http://`"),
        };
        let authority = uri.authority().ok_or("it names no host")?;
        if authority.as_str().contains('@') {
            return Err("it carries user information");
        }
        let written_port = authority.as_str().rsplit_once(':').map(|(_, port)| port);
        let port = match (authority.port_u16(), written_port) {
            (Some(0), _) => return Err("its port is 0"),
            (Some(port), _) => port,
            (None, Some(port)) if !port.ends_with(']') => return Err("its port is not a number"),
            (None, _) if tls => 443,
            (None, _) => 80,
        };
        let path = uri.path();
        if path.split('/').any(is_deceptive_segment) {
            return Err("its path has `.`, `..` or an encoded slash as a segment");
        }
        Ok(Self {
            origin: Origin {
                tls,
                host: Host::parse(authority.host())?,
                port,
            },
            path: path.to_owned(),
            query: uri.query().map(str::to_owned),
        })
    }

    /// Path and query as a request line has them.
    pub(crate) fn path_and_query(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }
}

impl Host {
    fn parse(host: &str) -> Result<Self, &'static str> {
        if let Some(address) = host
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            return address
                .parse()
                .map(Self::Address)
                .map_err(|_| "its host is not an IPv6 address");
        }
        if let Ok(address) = host.parse() {
            return Ok(Self::Address(address));
        }
        let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        let label = |label: &str| {
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            !label.is_empty() && label.len() <= 63 && label.chars().all(plain)
        };
        if name.len() > 253 || !name.split('.').all(label) {
            return Err("its host is not a host name");
        }
        // `127.1`, `0x7f000001` and their like mean an address to some resolvers.
        let last = name.rsplit('.').next().unwrap_or_default();
        if last.starts_with(|c: char| c.is_ascii_digit()) {
            return Err("its host is a number that is no address");
        }
        Ok(Self::Name(name))
    }
}

/// Segments that a server may read as another path than the one that was compared.
fn is_deceptive_segment(segment: &str) -> bool {
    let segment = segment.to_ascii_lowercase().replace("%2e", ".");
    segment == "." || segment == ".." || segment.contains("%2f") || segment.contains("%5c")
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.authority())
    }
}

impl Origin {
    /// Host and port as the `host` header has them.
    pub(crate) fn authority(&self) -> String {
        let host = match &self.host {
            Host::Name(name) => name.clone(),
            Host::Address(IpAddr::V4(address)) => address.to_string(),
            Host::Address(IpAddr::V6(address)) => format!("[{address}]"),
        };
        match (self.tls, self.port) {
            (true, 443) | (false, 80) => host,
            (_, port) => format!("{host}:{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn one_origin_has_one_form() {
        for (url, origin) in [
            ("https://API.Example.com", "https://api.example.com"),
            ("https://api.example.com.:443/x", "https://api.example.com"),
            ("http://127.0.0.1:9090/api", "http://127.0.0.1:9090"),
            ("http://[::1]/", "http://[::1]"),
            ("http://[::1]:80/", "http://[::1]"),
            (
                "https://xn--bcher-kva.example/",
                "https://xn--bcher-kva.example",
            ),
        ] {
            assert_eq!(
                Target::parse(url).unwrap().origin.to_string(),
                origin,
                "{url}"
            );
        }
    }

    #[test]
    fn deceptive_urls_are_refused() {
        for url in [
            "https://allowed.example@evil.example/",
            "https://user:pass@allowed.example/",
            "ftp://a.example/",
            "file:///etc/passwd",
            "/relative",
            "a.example",
            "https://",
            "https://a.example:0/",
            "https://a.example:99999/",
            "https://a.example:/",
            "https://a.example/a/../b",
            "https://a.example/a/%2E%2e/b",
            "https://a.example/a%2fb",
            "https://a.example/a\\b",
            "https://a.example/#f",
            "https://a.example/\r\nhost: b",
            "https://a.example/ b",
            "https://bücher.example/",
            "https://%61.example/",
            "https://a..example/",
            "http://127.1/",
            "http://0x7f000001/",
            "http://2130706433/",
            "http://0177.0.0.1/",
            "http://[fe80::1%25eth0]/",
        ] {
            assert!(
                Target::parse(url).is_err(),
                "{url} was taken: {:?}",
                Target::parse(url)
            );
        }
    }
}
