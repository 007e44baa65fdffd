//! The trust policy of an identity: whose tokens take its role on, for how long, until when.

use portcullis_plugin::Failure;
use serde_json::{Map, Value, json};

/// Seconds for which AWS issues credentials at least.
const TTL_MIN: u64 = 900;

/// A role's web identity, as it is declared.
#[derive(Debug)]
pub(super) struct WebIdentity<'a> {
    /// ARN of the identity provider.
    pub(super) provider: &'a str,
    /// The subject that its tokens have.
    pub(super) subject: &'a str,
    /// Whom its tokens are for.
    pub(super) audiences: &'a [String],
    /// How long credentials may live, in seconds.
    pub(super) max_ttl_seconds: Option<u64>,
    /// When it ends, in seconds since 1970-01-01T00:00:00Z.
    pub(super) expires_at: Option<u64>,
}

impl WebIdentity<'_> {
    /// The document. It names the subject and compares it as it is, so that no wildcard widens it.
    ///
    /// # Errors
    /// When the provider is none, no audience is named, or the credentials would have to live shorter than AWS issues
    /// them for.
    pub(super) fn compile(&self) -> Result<Value, Failure> {
        let issuer = self.provider.split_once(":oidc-provider/");
        let (_, issuer) = issuer.ok_or_else(|| {
            Failure::config(format!(
                "`provider` in `settings` is `{}`, which is no OpenID Connect provider of IAM.",
                self.provider.escape_debug()
            ))
            .remedy("Write its ARN, `arn:aws:iam::<account>:oidc-provider/<issuer>`.")
        })?;
        if self.audiences.is_empty() {
            return Err(Failure::config(
                "The identity names no audience, so that a token for anybody would do.",
            )
            .remedy("Set `audience` in `settings`, `sts.amazonaws.com` for example."));
        }
        let mut condition = Map::new();
        condition.insert(
            "StringEquals".to_owned(),
            json!({
                format!("{issuer}:aud"): one_or_many(self.audiences),
                format!("{issuer}:sub"): self.subject,
            }),
        );
        match self.max_ttl_seconds {
            Some(seconds) if seconds < TTL_MIN => {
                return Err(Failure::config(format!(
                    "`max_ttl` is {seconds} s, and AWS issues credentials for {TTL_MIN} s at least."
                ))
                .remedy("Raise `max_ttl` to `15m`, or keep this identity elsewhere."));
            }
            Some(seconds) => drop(condition.insert(
                "NumericLessThanEquals".to_owned(),
                json!({ "sts:DurationSeconds": seconds.to_string() }),
            )),
            None => {}
        }
        if let Some(seconds) = self.expires_at {
            let until = json!({ "aws:EpochTime": seconds.to_string() });
            condition.insert("NumericLessThan".to_owned(), until);
        }
        Ok(json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Principal": {"Federated": self.provider},
                "Condition": condition,
            }],
        }))
    }
}

/// Nobody: what a role trusts while it is taken apart.
pub(super) fn nobody() -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}],
    })
}

fn one_or_many(texts: &[String]) -> Value {
    match texts {
        [one] => json!(one),
        many => json!(many),
    }
}

#[cfg(test)]
mod tests {
    use super::WebIdentity;
    use serde_json::json;

    const PROVIDER: &str = "arn:aws:iam::123456789012:oidc-provider/oidc.example/id/1";

    fn identity(audiences: &[String]) -> WebIdentity<'_> {
        WebIdentity {
            provider: PROVIDER,
            subject: "system:serviceaccount:infer:fraud-*",
            audiences,
            max_ttl_seconds: Some(900),
            expires_at: Some(1_806_451_200),
        }
    }

    #[test]
    fn a_token_is_taken_by_subject_and_audience_for_a_time() {
        let audiences = ["sts.amazonaws.com".to_owned()];
        let document = identity(&audiences).compile().unwrap();
        assert_eq!(
            document["Statement"][0],
            json!({
                "Effect": "Allow",
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Principal": {"Federated": PROVIDER},
                "Condition": {
                    "StringEquals": {
                        "oidc.example/id/1:aud": "sts.amazonaws.com",
                        "oidc.example/id/1:sub": "system:serviceaccount:infer:fraud-*",
                    },
                    "NumericLessThanEquals": {"sts:DurationSeconds": "900"},
                    "NumericLessThan": {"aws:EpochTime": "1806451200"},
                },
            }),
            "an asterisk in a subject is an asterisk"
        );
    }

    #[test]
    fn what_would_be_wider_than_declared_is_refused() {
        let audiences = ["sts.amazonaws.com".to_owned()];
        for (identity, said) in [
            (
                WebIdentity {
                    max_ttl_seconds: Some(899),
                    ..identity(&audiences)
                },
                "900 s at least",
            ),
            (identity(&[]), "names no audience"),
            (
                WebIdentity {
                    provider: "arn:aws:iam::1:saml-provider/x",
                    ..identity(&audiences)
                },
                "no OpenID Connect provider",
            ),
        ] {
            let refused = identity.compile().unwrap_err();
            assert_eq!(refused.kind, "config");
            assert!(refused.message.contains(said), "{refused:?}");
        }
    }
}
