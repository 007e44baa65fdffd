//! What the server is asked, and what its answers mean.

use std::collections::BTreeMap;

use portcullis_plugin::{Client, Failure, Request, Response, is_granted};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{Config, TOKEN, TOKEN_HEADER};

/// Where a token is looked up by its accessor, which only reads.
pub(crate) const LOOKUP: &str = "/v1/auth/token/lookup-accessor";
/// How much of the server's own words is shown.
const QUOTED_CHARS: usize = 240;

/// The server that the configuration names.
#[derive(Debug)]
pub(crate) struct Api<'c> {
    config: &'c Config,
    client: Client,
}

/// What the server wraps its answers in.
#[derive(Debug, Deserialize)]
struct Envelope<T> {
    data: T,
}

/// What the server says instead of an answer.
#[derive(Debug, Default, Deserialize)]
struct Refusal {
    #[serde(default)]
    errors: Vec<String>,
}

/// Names, and by name what else is told of each.
#[derive(Debug, Default, Deserialize)]
struct Keys {
    keys: Vec<String>,
    #[serde(default)]
    key_info: BTreeMap<String, About>,
}

#[derive(Debug, Deserialize)]
struct About {
    #[serde(default)]
    name: String,
}

impl<'c> Api<'c> {
    pub(crate) fn new(config: &'c Config) -> Self {
        Self {
            config,
            client: Client::new(config.url.trim_end_matches('/')),
        }
    }

    /// What is at `path` in a namespace; none when nothing is there.
    ///
    /// # Errors
    /// When the server refuses or is not there, or has no such path at all.
    pub(crate) fn read<T: DeserializeOwned>(
        &self,
        namespace: &str,
        path: &[&str],
    ) -> Result<Option<T>, Failure> {
        self.found(namespace, path, |response| errors(response).is_empty())
    }

    /// As [`Api::read`]; none, too, when the server has no such path at all.
    ///
    /// # Errors
    /// When the server refuses or is not there.
    pub(crate) fn read_if_served<T: DeserializeOwned>(
        &self,
        namespace: &str,
        path: &[&str],
    ) -> Result<Option<T>, Failure> {
        self.found(namespace, path, |_| true)
    }

    /// What is at `path`; none when the server answers 404 and `is_nothing` of that.
    fn found<T: DeserializeOwned>(
        &self,
        namespace: &str,
        path: &[&str],
        is_nothing: impl Fn(&Response) -> bool,
    ) -> Result<Option<T>, Failure> {
        let asked = self.asked(namespace, self.client.get("/v1"), path);
        let response = self.client.send(asked)?;
        if response.status == 404 && is_nothing(&response) {
            return Ok(None);
        }
        self.check(&response, namespace, path, "read")?;
        let answer: Envelope<T> = response.json()?;
        Ok(Some(answer.data))
    }

    /// What is kept under `path` in a namespace, by name.
    ///
    /// # Errors
    /// As [`Api::read`].
    pub(crate) fn list(&self, namespace: &str, path: &[&str]) -> Result<Vec<String>, Failure> {
        let listed = self.list_if_served(namespace, path)?;
        listed.ok_or_else(|| self.not_served(namespace, path))
    }

    /// What is kept under `path` in a namespace: the id of each, and its name.
    ///
    /// # Errors
    /// As [`Api::read`].
    pub(crate) fn list_named(
        &self,
        namespace: &str,
        path: &[&str],
    ) -> Result<Vec<(String, String)>, Failure> {
        let Some(mut listed) = self.keys(namespace, path)? else {
            return Err(self.not_served(namespace, path));
        };
        let ids = listed.keys.into_iter();
        Ok(ids
            .map(|id| {
                let about = listed.key_info.remove(&id);
                let name = about.map_or_else(|| id.clone(), |about| about.name);
                (id, name)
            })
            .collect())
    }

    /// As [`Api::list`]; none when the server has no such list.
    pub(crate) fn list_if_served(
        &self,
        namespace: &str,
        path: &[&str],
    ) -> Result<Option<Vec<String>>, Failure> {
        Ok(self.keys(namespace, path)?.map(|listed| listed.keys))
    }

    fn keys(&self, namespace: &str, path: &[&str]) -> Result<Option<Keys>, Failure> {
        let asked = self.asked(namespace, self.client.get("/v1"), path);
        let response = self.client.send(asked.query("list", "true"))?;
        match (response.status, errors(&response).is_empty()) {
            // A list without entries is one that is not there.
            (404, true) => return Ok(Some(Keys::default())),
            (404 | 405, false) => return Ok(None),
            _ => self.check(&response, namespace, path, "list")?,
        }
        let answer: Envelope<Keys> = response.json()?;
        Ok(Some(answer.data))
    }

    /// What is known of a token by its accessor; none when it has ended.
    ///
    /// # Errors
    /// As [`Api::read`].
    pub(crate) fn token<T: DeserializeOwned>(
        &self,
        namespace: &str,
        accessor: &str,
    ) -> Result<Option<T>, Failure> {
        let path = ["auth", "token", "lookup-accessor"];
        let asked = self.asked(namespace, self.client.post(LOOKUP), &[]);
        let asked = asked.json(&json!({"accessor": accessor}))?;
        let response = self.client.send(asked)?;
        // The server has no status of its own for an accessor of a token that is gone.
        if matches!(response.status, 400 | 403 | 404)
            && errors(&response).contains("invalid accessor")
        {
            return Ok(None);
        }
        self.check(&response, namespace, &path, "update")?;
        let answer: Envelope<T> = response.json()?;
        Ok(Some(answer.data))
    }

    /// The namespace in which objects are kept.
    pub(crate) fn namespace(&self) -> String {
        self.config.namespace()
    }

    /// Writes at `path`, which does the same a second time, and gives what the server answers, if it does.
    ///
    /// # Errors
    /// When the server refuses or is not there.
    pub(crate) fn write<T: DeserializeOwned>(
        &self,
        path: &[&str],
        body: &Value,
    ) -> Result<Option<T>, Failure> {
        let namespace = self.namespace();
        let asked = self.asked(&namespace, self.client.put("/v1"), path);
        let response = self.client.send(asked.json(body)?)?;
        self.check(&response, &namespace, path, "update")?;
        if response.status == 204 {
            return Ok(None);
        }
        let answer: Envelope<Option<T>> = response.json()?;
        Ok(answer.data)
    }

    /// As [`Api::write`], at a path in one text.
    ///
    /// # Errors
    /// As [`Api::write`].
    pub(crate) fn write_at(&self, path: &str, body: &Value) -> Result<(), Failure> {
        let path: Vec<&str> = path.split('/').collect();
        self.write::<Value>(&path, body).map(drop)
    }

    /// Deletes what is at `path`. What is gone is a success.
    ///
    /// # Errors
    /// When the server refuses or is not there.
    pub(crate) fn delete(&self, path: &[&str]) -> Result<(), Failure> {
        let namespace = self.namespace();
        let asked = self.asked(&namespace, self.client.delete("/v1"), path);
        let response = self.client.send(asked)?;
        if response.status == 404 {
            return Ok(());
        }
        self.check(&response, &namespace, path, "delete")?;
        response.success().map(drop)
    }

    /// As [`Api::delete`], at a path in one text.
    ///
    /// # Errors
    /// As [`Api::delete`].
    pub(crate) fn delete_at(&self, path: &str) -> Result<(), Failure> {
        let path: Vec<&str> = path.split('/').collect();
        self.delete(&path)
    }

    fn asked(&self, namespace: &str, request: Request, path: &[&str]) -> Request {
        // A slash of a name is one of the path: the host sends none that is encoded.
        let parts = path.iter().flat_map(|part| part.split('/'));
        let mut request = parts.fold(request, Request::segment);
        if !namespace.is_empty() {
            request = request.header("x-vault-namespace", namespace);
        }
        if is_granted(TOKEN) {
            request = request.secret_header(TOKEN_HEADER, "", TOKEN);
        }
        request
    }

    /// Refusals in the words of this connector; anything else but success becomes the failure that its status means.
    fn check(
        &self,
        response: &Response,
        namespace: &str,
        path: &[&str],
        capability: &str,
    ) -> Result<(), Failure> {
        let url = &self.config.url;
        // Lists are asked with a slash at the end.
        let slash = if capability == "list" { "/" } else { "" };
        let path = format!("{namespace}{}{slash}", path.join("/"));
        let said = words(response);
        match response.status {
            403 => Err(Failure::refused(format!(
                "The server at `{url}` does not let this connector {capability} `{path}`{said}."
            ))
            .remedy(format!(
                "Give the token that is granted as secret `{TOKEN}` a policy with `path \"{path}\" {{ capabilities = \
                 [\"{capability}\"] }}`; the README of the connector has all that it needs."
            ))),
            404 | 405 => Err(Failure::malformed(format!(
                "The server at `{url}` has no `{path}`{said}."
            ))
            .remedy("Plan again if it was just removed, and check `url` in `config`.")),
            503 => Err(Failure::unreachable(format!(
                "The server at `{url}` is sealed or not ready{said}."
            ))
            .remedy("Unseal it.")),
            _ => Ok(()),
        }
    }

    fn not_served(&self, namespace: &str, path: &[&str]) -> Failure {
        let (url, path) = (&self.config.url, path.join("/"));
        Failure::malformed(format!(
            "The server at `{url}` does not list `{namespace}{path}`, as every OpenBao and Vault does."
        ))
        .remedy("Plan again if it was just removed, and check `url` in `config`.")
    }
}

/// What the server says of its refusal.
fn errors(response: &Response) -> String {
    let said: Refusal = serde_json::from_slice(&response.body).unwrap_or_default();
    said.errors.join("; ")
}

fn words(response: &Response) -> String {
    let said = errors(response);
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    if said.is_empty() {
        return String::new();
    }
    let shown: String = said.chars().take(QUOTED_CHARS).collect();
    format!(": `{shown}`")
}
