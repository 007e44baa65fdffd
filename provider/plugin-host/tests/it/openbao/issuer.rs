//! Somebody whose tokens the server trusts.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openbao_server::{Answer, Client, Server};
use rcgen::{KeyPair, SigningKey as _};
use serde_json::{Value, json};

/// Signs tokens that the JWT method of a server takes.
pub(super) struct Issuer {
    key: KeyPair,
}

impl Issuer {
    /// Makes the server trust it: the method is mounted at `auth/jwt`.
    pub(super) fn trusted_by(server: &Server) -> Self {
        let key = KeyPair::generate().unwrap();
        let root = server.root();
        root.post("sys/auth/jwt", &json!({"type": "jwt"})).unwrap();
        let trust = json!({
            "jwt_validation_pubkeys": [key.public_key_pem()], "bound_issuer": "https://issuer.example",
        });
        root.post("auth/jwt/config", &trust).unwrap();
        Self { key }
    }

    /// A token of a subject, good for ten minutes and the audience `bao`.
    pub(super) fn token(&self, subject: &str) -> String {
        #[allow(
            clippy::disallowed_methods,
            reason = "the server reads the clock of this machine too"
        )]
        let now = std::time::SystemTime::now();
        let now = now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let head = part(&json!({"alg": "ES256", "typ": "JWT"}));
        let body = part(&json!({
            "iss": "https://issuer.example", "sub": subject, "aud": "bao", "iat": now, "exp": now + 600,
        }));
        let signed = format!("{head}.{body}");
        let signature = self.key.sign(signed.as_bytes()).unwrap();
        format!(
            "{signed}.{}",
            URL_SAFE_NO_PAD.encode(two_numbers(&signature))
        )
    }

    /// What the server says to a login.
    pub(super) fn log_in(&self, server: &Server, role: &str, subject: &str) -> Answer {
        let shown = json!({"role": role, "jwt": self.token(subject)});
        server
            .client("")
            .send("POST", "auth/jwt/login", Some(&shown))
            .unwrap()
    }

    /// Whoever has logged in.
    pub(super) fn logged_in(&self, server: &Server, role: &str, subject: &str) -> Client {
        let answer = self.log_in(server, role, subject);
        assert_eq!(answer.status, 200, "{}", answer.body);
        server.client(answer.body["auth"]["client_token"].as_str().unwrap())
    }
}

/// An ECDSA signature as tokens have it: both numbers in 32 bytes each, where certificates have them in DER.
fn two_numbers(der: &[u8]) -> Vec<u8> {
    let mut numbers = Vec::new();
    let mut rest = &der[2..];
    for _ in 0..2 {
        let (length, after) = (usize::from(rest[1]), &rest[2..]);
        let number: Vec<u8> = after[..length]
            .iter()
            .copied()
            .skip_while(|byte| *byte == 0)
            .collect();
        numbers.extend(vec![0; 32 - number.len()]);
        numbers.extend(number);
        rest = &after[length..];
    }
    numbers
}
