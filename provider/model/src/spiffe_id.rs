//! Who a workload is.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::parse_error::{Form, name_character};
use crate::{Environment, Name, ParseError, TrustDomain, trust_domain};

const FORM: Form = Form {
    noun: "SPIFFE ID",
    allowed: "`spiffe://<trust domain>/<path>` of at most 2048 bytes, the trust domain in lower case, \
              path segments of letters, digits, `.`, `-` and `_`",
    code: "invalid-spiffe-id",
};

const SCHEME: &str = "spiffe://";
const MAX_BYTES: usize = 2048;

/// A SPIFFE ID such as `spiffe://acme.example/production/fraud-scorer` (SPIFFE ID standard, section
/// 2).
///
/// No query, fragment, port, user, empty or dot segment, percent-encoding or trailing slash.
/// The path may be absent: that is the trust domain's own ID.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpiffeId {
    text: Arc<str>,
    trust_domain_len: usize,
}

impl SpiffeId {
    /// The ID that portcullis gives a workload: `spiffe://<trust domain>/<environment>/<name>`.
    #[must_use]
    pub fn workload(trust_domain: &TrustDomain, environment: &Environment, name: &Name) -> Self {
        // At most 9 + 255 + 1 + 63 + 1 + 63 bytes of valid characters: this cannot break the
        // standard.
        Self {
            text: format!("{SCHEME}{trust_domain}/{environment}/{name}").into(),
            trust_domain_len: trust_domain.as_str().len(),
        }
    }

    /// The whole ID as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The trust domain, without the scheme.
    #[must_use]
    pub fn trust_domain(&self) -> &str {
        self.text
            .get(SCHEME.len()..SCHEME.len() + self.trust_domain_len)
            .unwrap_or_default()
    }

    /// The path with its leading `/`, or an empty text for a trust domain's own ID.
    #[must_use]
    pub fn path(&self) -> &str {
        self.text
            .get(SCHEME.len() + self.trust_domain_len..)
            .unwrap_or_default()
    }
}

fn path_fault(path: &str) -> Option<String> {
    for segment in path.split('/') {
        match segment {
            "" => return Some("the path has an empty segment or ends in `/`".into()),
            "." | ".." => return Some(format!("the path has the segment `{segment}`")),
            _ => {}
        }
    }
    let bad = |c: &char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/'));
    let character = path.chars().find(bad)?;
    Some(format!("the path contains {}", name_character(character)))
}

/// What is wrong with the text, or the length of its trust domain.
fn check(text: &str) -> Result<usize, String> {
    if text.len() > MAX_BYTES {
        return Err(format!("it has {} bytes", text.len()));
    }
    let rest = text
        .strip_prefix(SCHEME)
        .ok_or("it does not start with `spiffe://`")?;
    let (trust_domain, path) = match rest.split_once('/') {
        Some((trust_domain, path)) => (trust_domain, Some(path)),
        None => (rest, None),
    };
    match trust_domain::fault(trust_domain).or_else(|| path.and_then(path_fault)) {
        Some(found) => Err(found),
        None => Ok(trust_domain.len()),
    }
}

/// The text with the mistakes undone that people make most: case, scheme, doubled and final
/// slashes.
fn near(text: &str) -> Option<String> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let rest = text
        .trim()
        .split_once("://")
        .map_or(text.trim(), |(_, rest)| rest);
    let mut parts = rest.split('/').filter(|part| !part.is_empty());
    let trust_domain = parts.next()?.to_ascii_lowercase();
    let id = parts.fold(format!("{SCHEME}{trust_domain}"), |id, part| {
        format!("{id}/{part}")
    });
    (id.contains('.') && check(&id).is_ok()).then_some(id)
}

impl FromStr for SpiffeId {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        match check(text) {
            Ok(trust_domain_len) => Ok(Self {
                text: text.into(),
                trust_domain_len,
            }),
            Err(found) => {
                let error = FORM.refuse(text, found);
                Err(match near(text) {
                    Some(id) => error.suggesting(id),
                    None => error,
                })
            }
        }
    }
}

impl fmt::Display for SpiffeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

serde_as_text!(SpiffeId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        for (good, trust_domain, path) in [
            ("spiffe://acme.example", "acme.example", ""),
            (
                "spiffe://acme.example/production/fraud",
                "acme.example",
                "/production/fraud",
            ),
            ("spiffe://a/B_c.d-E/...", "a", "/B_c.d-E/..."),
        ] {
            let id: SpiffeId = good.parse().unwrap();
            assert_eq!((id.trust_domain(), id.path()), (trust_domain, path));
            assert_eq!(id.to_string(), good);
        }
        for bad in [
            "",
            "spiffe://",
            "spiffe:///a",
            "https://a/b",
            "SPIFFE://a/b",
            "spiffe://A/b",
            "spiffe://a/",
            "spiffe://a//b",
            "spiffe://a/./b",
            "spiffe://a/../b",
            "spiffe://a/b?c",
            "spiffe://a/b#c",
            "spiffe://a:80/b",
            "spiffe://u@a/b",
            "spiffe://a/%41",
            "spiffe://a/é",
        ] {
            assert!(bad.parse::<SpiffeId>().is_err(), "{bad:?}");
        }
        let longest = format!("spiffe://a/{}", "x".repeat(2048 - 11));
        assert!(longest.parse::<SpiffeId>().is_ok());
        assert!(format!("{longest}x").parse::<SpiffeId>().is_err());
    }

    #[test]
    fn a_workload_id_parses_back() {
        let id = SpiffeId::workload(
            &"acme.example".parse().unwrap(),
            &"production".parse().unwrap(),
            &"fraud-scorer".parse().unwrap(),
        );
        assert_eq!(id.as_str(), "spiffe://acme.example/production/fraud-scorer");
        assert_eq!(id, id.as_str().parse().unwrap());
    }

    #[test]
    fn common_slips_are_mended_in_the_suggestion() {
        let error = "https://Acme.example//fraud/"
            .parse::<SpiffeId>()
            .unwrap_err();
        assert_eq!(error.suggestion(), Some("spiffe://acme.example/fraud"));
        assert!(
            error
                .to_string()
                .starts_with("Invalid SPIFFE ID\n`https://Acme.example//fraud/` is")
        );
        assert!(error.to_string().ends_with("\ninvalid-spiffe-id"));
    }
}
