//! Where a ledger is: `sqlite:` and a path.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// The place of a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LedgerUrl {
    /// A SQLite file; a relative path counts from the working directory.
    Sqlite(PathBuf),
}

impl fmt::Display for LedgerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
        }
    }
}

/// Why a text names no ledger.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "Ledger URL not understood\n\
     The ledger URL is `{given}`, {found}.\n\n\
     Set `url` to `sqlite:` followed by a path, such as `sqlite:.portcullis/ledger.db`.\n\n\
     ledger-url"
)]
pub struct UrlError {
    given: String,
    found: &'static str,
}

impl FromStr for LedgerUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |given: &str, found| {
            Err(UrlError {
                given: given.to_owned(),
                found,
            })
        };
        match text.split_once(':') {
            Some(("sqlite", "")) => refuse(text, "which has no path after `sqlite:`"),
            Some(("sqlite", path)) if path.starts_with("//") => refuse(
                text,
                "which names a host; a SQLite path begins right after `sqlite:`",
            ),
            Some(("sqlite", path)) => Ok(Self::Sqlite(PathBuf::from(path))),
            // Everything after the scheme may be a password.
            Some((scheme @ ("postgres" | "postgresql"), _)) => refuse(
                &format!("{scheme}:…"),
                "and this version of portcullis keeps its ledger in SQLite only",
            ),
            Some(_) => refuse("…:…", "whose scheme is not `sqlite`"),
            None => refuse(text, "which has no scheme"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_follows_the_scheme() {
        for (text, path) in [
            ("sqlite:.portcullis/ledger.db", ".portcullis/ledger.db"),
            (
                "sqlite:/var/lib/portcullis/ledger.db",
                "/var/lib/portcullis/ledger.db",
            ),
            ("sqlite:a:b", "a:b"),
        ] {
            let url: LedgerUrl = text.parse().unwrap();
            assert_eq!(url, LedgerUrl::Sqlite(PathBuf::from(path)));
            assert_eq!(url.to_string(), text);
        }
    }

    #[test]
    fn what_is_not_sqlite_is_refused_without_repeating_a_password() {
        for (text, part) in [
            ("sqlite:", "no path"),
            ("sqlite://host/x", "names a host"),
            ("ledger.db", "no scheme"),
            ("postgres://u:hunter2@db/x", "SQLite only"),
            ("mysql://u:hunter2@db/x", "not `sqlite`"),
        ] {
            let message = text.parse::<LedgerUrl>().unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
            assert!(!message.contains("hunter2"), "{message}");
            assert!(message.ends_with("\nledger-url"), "{message}");
        }
    }
}
