//! What a signature says it is of.

use std::fmt;

use serde::Serialize;

use crate::text::visible;

/// The first word of a trusted comment that `portcullis plugin sign` wrote.
const MARK: &str = "portcullis:";
/// Bytes of one claim that are shown.
const SHOWN_BYTES: usize = 128;

/// Name, version and digest of a plugin. `portcullis plugin sign` writes them into the trusted comment, which the
/// signature covers; a signature by minisign itself has a comment without them.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct Claims {
    /// Name in the manifest.
    pub name: String,
    /// Version in the manifest.
    pub version: String,
    /// Digest of the component in lower-case hexadecimal.
    pub sha256: String,
}

impl Claims {
    /// The trusted comment that carries these claims.
    #[must_use]
    pub fn comment(&self) -> String {
        let Self {
            name,
            version,
            sha256,
        } = self;
        format!("{MARK} name={name} version={version} sha256={sha256}")
    }

    /// Reads a trusted comment; none when it carries no claims.
    pub(crate) fn of_comment(comment: &str) -> Option<Self> {
        let mut words = comment.split_ascii_whitespace();
        let mark = words.next()?;
        let mut claim = |key: &str| {
            let value = words.next()?.strip_prefix(key)?.strip_prefix('=')?;
            Some(value.to_owned())
        };
        (mark == MARK).then_some(())?;
        Some(Self {
            name: claim("name")?,
            version: claim("version")?,
            sha256: claim("sha256")?,
        })
    }
}

impl fmt::Display for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |text: &str| visible(text, SHOWN_BYTES);
        write!(
            f,
            "`{}` `{}` with sha256 `{}`",
            shown(&self.name),
            shown(&self.version),
            shown(&self.sha256)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Claims;

    #[test]
    fn a_comment_carries_its_claims_there_and_back() {
        let claims = Claims {
            name: "prometheus".to_owned(),
            version: "0.2.0-rc.1".to_owned(),
            sha256: "00ff".to_owned(),
        };
        assert_eq!(Claims::of_comment(&claims.comment()), Some(claims));
        for other in [
            "timestamp:1633700835\tfile:test\tprehashed",
            "portcullis: version=1 name=a sha256=b",
            "portcullis: name=a",
            "",
        ] {
            assert_eq!(Claims::of_comment(other), None, "{other}");
        }
    }
}
