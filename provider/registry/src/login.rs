//! Answering a registry that asks who we are (WWW-Authenticate: Basic, or Bearer with a token server).

use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderValue, Method, StatusCode};
use serde::Deserialize;

use crate::client::{Answer, Ask, Client};
use crate::credentials::Login;
use crate::error::RegistryError;
use crate::url::Url;

/// What a token server answers.
#[derive(Deserialize)]
struct Token {
    #[serde(alias = "access_token")]
    token: String,
}

/// A conversation with one registry, which remembers how it wants to be answered.
#[derive(Debug)]
pub(crate) struct Session<'a> {
    client: &'a Client,
    login: Option<&'a Login>,
    /// What the `authorization` header says once the registry asked for one.
    authorization: Option<HeaderValue>,
}

impl<'a> Session<'a> {
    pub(crate) fn new(client: &'a Client, login: Option<&'a Login>) -> Self {
        Self {
            client,
            login,
            authorization: None,
        }
    }

    /// Sends a request; when the registry asks who we are, says so and sends it again.
    pub(crate) async fn send(&mut self, ask: Ask) -> Result<Answer, RegistryError> {
        let answer = self.client.follow(self.signed(&ask)).await?;
        if answer.status != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        let challenge = answer.headers.get(WWW_AUTHENTICATE);
        let challenge = challenge.and_then(|value| value.to_str().ok());
        let Some(authorization) = self.answer_to(challenge.unwrap_or_default()).await? else {
            return Err(self.refused(&ask.url));
        };
        self.authorization = Some(authorization);
        let answer = self.client.follow(self.signed(&ask)).await?;
        if answer.status == StatusCode::UNAUTHORIZED {
            return Err(self.refused(&ask.url));
        }
        Ok(answer)
    }

    fn signed(&self, ask: &Ask) -> Ask {
        let mut ask = ask.clone();
        if let Some(authorization) = &self.authorization {
            ask.headers.insert(AUTHORIZATION, authorization.clone());
        }
        ask
    }

    fn refused(&self, url: &Url) -> RegistryError {
        RegistryError::Refused {
            url: url.to_string(),
            status: StatusCode::UNAUTHORIZED.as_u16(),
            with: match self.login {
                Some(login) => format!(" to the user `{}`", login.user),
                None => " and no user and password for it were found".to_owned(),
            },
            host: url.authority().to_owned(),
        }
    }

    async fn answer_to(&self, challenge: &str) -> Result<Option<HeaderValue>, RegistryError> {
        let (scheme, parameters) = challenge.split_once(' ').unwrap_or((challenge, ""));
        let text = if scheme.eq_ignore_ascii_case("basic") {
            self.login.map(Login::basic)
        } else if scheme.eq_ignore_ascii_case("bearer") {
            Some(format!("Bearer {}", self.token(parameters).await?))
        } else {
            None
        };
        let header = text.and_then(|text| HeaderValue::from_str(&text).ok());
        Ok(header.map(|mut header| {
            header.set_sensitive(true);
            header
        }))
    }

    /// Asks the token server that the registry named; anonymously when there is no login, as public registries want it.
    async fn token(&self, parameters: &str) -> Result<String, RegistryError> {
        let malformed = |url: &str, reason: String| RegistryError::Malformed {
            url: url.to_owned(),
            reason,
        };
        let realm = parameter(parameters, "realm").unwrap_or_default();
        let mut query = Vec::new();
        for name in ["service", "scope"] {
            if let Some(value) = parameter(parameters, name) {
                query.push(format!("{name}={}", escaped(value)));
            }
        }
        let url = Url::parse(&format!("{realm}?{}", query.join("&")))
            .map_err(|reason| malformed(realm, reason))?;
        let mut ask = Ask::new(Method::GET, url.clone());
        if let Some(login) = self.login
            && let Ok(header) = HeaderValue::from_str(&login.basic())
        {
            ask.headers.insert(AUTHORIZATION, header);
        }
        let answer = self.client.send(&ask).await?;
        if answer.status == StatusCode::UNAUTHORIZED {
            return Err(self.refused(&url));
        }
        let body = answer.expect(&url, StatusCode::OK)?.body;
        let token: Token = serde_json::from_slice(&body)
            .map_err(|error| malformed(realm, format!("it gave no token: {error}")))?;
        Ok(token.token)
    }
}

/// `name="value"` in the parameters of a challenge.
fn parameter<'a>(parameters: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = parameters;
    while let Some((found, tail)) = rest.split_once("=\"") {
        let (value, tail) = tail.split_once('"')?;
        if found
            .trim_start_matches([',', ' '])
            .eq_ignore_ascii_case(name)
        {
            return Some(value);
        }
        rest = tail;
    }
    None
}

/// A value as a query carries it.
fn escaped(value: &str) -> String {
    let mut out = String::new();
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' | b'/' => {
                out.push(char::from(byte));
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{escaped, parameter};

    #[test]
    fn the_parameters_of_a_challenge_are_found_by_name() {
        let challenge = r#"realm="https://auth.example.com/token",service="registry",scope="repository:a/b:pull,push""#;
        assert_eq!(
            parameter(challenge, "realm"),
            Some("https://auth.example.com/token")
        );
        assert_eq!(
            parameter(challenge, "scope"),
            Some("repository:a/b:pull,push")
        );
        assert_eq!(parameter(challenge, "error"), None);
        assert_eq!(parameter("realm=\"open", "realm"), None);
    }

    #[test]
    fn a_value_cannot_leave_its_place_in_the_query() {
        assert_eq!(escaped("a&b=c d"), "a%26b%3Dc%20d");
    }
}
