//! What a command prints: a text, or a credential as the plugins of `kubectl` print it.

use jiff::Timestamp;
use serde::Deserialize;

use super::Held;
use crate::secret::Secret;

/// The group of the credentials; every version of it has what is read here.
const GROUP: &str = "client.authentication.k8s.io/";

/// A clause that says what is wrong.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem(pub(super) String);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExecCredential {
    #[serde(default)]
    api_version: String,
    #[serde(default)]
    kind: String,
    status: Option<Status>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    token: Option<String>,
    expiration_timestamp: Option<Timestamp>,
    client_certificate_data: Option<String>,
}

/// The secret in what was printed. A text that begins as a JSON object has to be a credential.
pub(super) fn read(printed: &str, now: u32) -> Result<Held, Problem> {
    let text = printed.trim();
    if !text.starts_with('{') {
        return Ok(Held {
            secret: Secret::new(text.to_owned()),
            ends: None,
        });
    }
    // What is wrong with it stands in an error of the parser beside parts of it, which may be the secret.
    let credential: ExecCredential = serde_json::from_str(text)
        .map_err(|_| Problem("it printed JSON that is no credential".to_owned()))?;
    if credential.kind != "ExecCredential" || !credential.api_version.starts_with(GROUP) {
        return Err(Problem(format!(
            "it printed JSON that is no `ExecCredential` of `{GROUP}v1`"
        )));
    }
    let status = credential
        .status
        .ok_or_else(|| Problem("its credential has no `status`".to_owned()))?;
    let ends = status
        .expiration_timestamp
        .map(|ends| u32::try_from(ends.as_second().max(0)).unwrap_or(u32::MAX));
    if let Some(ends) = ends.filter(|ends| *ends <= now) {
        let ago = now.saturating_sub(ends);
        return Err(Problem(format!(
            "its credential ended {ago} s ago by the clock of this machine"
        )));
    }
    match (status.token, status.client_certificate_data) {
        (Some(token), _) => Ok(Held {
            secret: Secret::new(token),
            ends,
        }),
        (None, Some(_)) => Err(Problem(
            "its credential is a client certificate and has no token".to_owned(),
        )),
        (None, None) => Err(Problem("its credential has no token".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::{Problem, read};

    const NOW: u32 = 1_795_392_000;

    fn credential(status: &str) -> String {
        format!(
            r#"{{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1beta1", "status": {status}}}"#
        )
    }

    #[test]
    fn a_text_or_a_credential_is_read() {
        let ending = credential(
            r#"{"token": "k8s-aws-v1.abc", "expirationTimestamp": "2026-11-23T00:14:00Z"}"#,
        );
        for (printed, token, ends) in [
            ("s3cr3t-value\n", "s3cr3t-value", None),
            (
                &credential(r#"{"token": "k8s-aws-v1.abc"}"#),
                "k8s-aws-v1.abc",
                None,
            ),
            (&ending, "k8s-aws-v1.abc", Some(NOW + 840)),
        ] {
            let held = read(printed, NOW).unwrap();
            assert_eq!(
                (held.secret.expose(), held.ends),
                (token, ends),
                "{printed}"
            );
        }
    }

    #[test]
    fn what_is_no_credential_is_not_shown() {
        for (printed, expected) in [
            (r#"{"token": "s3cr3t"}"#.to_owned(), "no `ExecCredential`"),
            (r#"{"kind": "s3cr3t"#.to_owned(), "no credential"),
            (credential("null"), "no `status`"),
            (credential("{}"), "no token"),
            (credential(r#"{"token": 7}"#), "no credential"),
            (
                credential(r#"{"clientCertificateData": "s3cr3t"}"#),
                "client certificate",
            ),
            (
                credential(r#"{"token": "s3cr3t", "expirationTimestamp": "2026-11-22T23:59:00Z"}"#),
                "ended 60 s ago",
            ),
        ] {
            let Problem(problem) = read(&printed, NOW).unwrap_err();
            assert!(problem.contains(expected), "{problem}");
            assert!(!problem.contains("s3cr3t"), "{problem}");
        }
    }
}
