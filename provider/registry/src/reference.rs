//! The name of an artifact in an OCI registry.

use std::fmt;
use std::str::FromStr;

use crate::error::RegistryError;
use crate::url::is_local;

/// How `oci://` is written.
const SCHEME: &str = "oci://";

/// `oci://registry.example.com/team/plugin:1.0.0`, or `...@sha256:...` for one manifest and no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Host, with a port if it is not 443.
    pub(crate) registry: String,
    /// Name of the repository.
    pub(crate) repository: String,
    /// A tag, or `sha256:...`.
    pub(crate) version: String,
}

impl Reference {
    /// Whether it names one manifest by digest.
    pub(crate) fn is_digest(&self) -> bool {
        is_sha256(&self.version)
    }

    /// `https://registry.example.com`; plain http for this machine.
    pub(crate) fn origin(&self) -> String {
        let host = self
            .registry
            .rsplit_once(':')
            .map_or(self.registry.as_str(), |(host, _)| host);
        let scheme = if is_local(host) { "http" } else { "https" };
        format!("{scheme}://{}", self.registry)
    }
}

/// `sha256:` and 64 lower-case hexadecimal digits.
pub(crate) fn is_sha256(text: &str) -> bool {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.strip_prefix("sha256:")
        .is_some_and(|digits| digits.len() == 64 && digits.bytes().all(hex))
}

impl FromStr for Reference {
    type Err = RegistryError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = |reason: &str| RegistryError::Source {
            text: text.to_owned(),
            reason: reason.to_owned(),
        };
        let rest = text
            .strip_prefix(SCHEME)
            .ok_or_else(|| invalid("it does not start with `oci://`"))?;
        let (registry, path) = rest
            .split_once('/')
            .ok_or_else(|| invalid("it names no repository"))?;
        let (repository, version) = match path.split_once('@') {
            Some((repository, digest)) if is_sha256(digest) => (repository, digest),
            Some(_) => return Err(invalid("what follows `@` is no sha256 digest")),
            None => path
                .rsplit_once(':')
                .ok_or_else(|| invalid("it has no tag; say which version is meant"))?,
        };
        let host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
        if registry.is_empty() || !registry.chars().all(host) {
            return Err(invalid("its registry is no host name"));
        }
        let name =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
        let part = |part: &str| {
            part.chars().all(name) && part.starts_with(|c: char| c.is_ascii_alphanumeric())
        };
        if !repository.split('/').all(part) {
            return Err(invalid(
                "its repository has more than lower-case letters, digits, `.`, `_`, `-` and `/`",
            ));
        }
        let tag = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let is_tag = !version.is_empty() && version.len() <= 128 && version.chars().all(tag);
        if !is_tag && !is_sha256(version) {
            return Err(invalid(
                "its tag has more than letters, digits, `.`, `_` and `-`",
            ));
        }
        Ok(Self {
            registry: registry.to_owned(),
            repository: repository.to_owned(),
            version: version.to_owned(),
        })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.is_digest() { '@' } else { ':' };
        write!(
            f,
            "{SCHEME}{}/{}{mark}{}",
            self.registry, self.repository, self.version
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Reference;

    #[test]
    fn references_are_read_and_written() {
        let digest = format!("oci://ghcr.io/acme/vault@sha256:{}", "0".repeat(64));
        for text in [
            "oci://registry.example.com/acme/vault:1.0.0",
            "oci://127.0.0.1:5000/vault:latest",
            digest.as_str(),
        ] {
            assert_eq!(text.parse::<Reference>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_reference_is_refused() {
        for text in [
            "registry.example.com/acme/vault:1",
            "oci://registry.example.com",
            "oci://registry.example.com/vault",
            "oci://user@registry.example.com/vault:1",
            "oci://registry.example.com/../vault:1",
            "oci://registry.example.com/Vault:1",
            "oci://registry.example.com/vault:1/2",
            "oci://registry.example.com/vault@sha256:0",
            "oci://registry.example.com/va ult:1",
            "oci://registry.example.com/vault:1?x",
        ] {
            assert!(text.parse::<Reference>().is_err(), "{text}");
        }
    }
}
