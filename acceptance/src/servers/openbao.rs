//! A real OpenBao that is sent the requests of a file.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use openbao_server::{Client, Server};
use serde_json::{Value, json};

use super::kubernetes::Kubernetes;
use crate::case::{BaoRequest, Login};

/// Stands in the file for the key that verifies the tokens of the case's cluster.
const ACCOUNTS_KEY: &str = "{accounts_public_key}";

/// A running server; ended when dropped.
#[derive(Debug)]
pub(crate) struct OpenBao {
    server: Server,
}

impl OpenBao {
    /// Starts a server and sends it what `file` says, a JSON list of requests.
    ///
    /// # Errors
    /// When the server does not come up, or refuses a request.
    pub(crate) fn start(file: &Path, cluster: Option<&Kubernetes>) -> Result<Self> {
        let text =
            fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let key = cluster.map(Kubernetes::accounts_public_key).transpose()?;
        let key = json!(key.unwrap_or_default()).to_string();
        let text = text.replace(ACCOUNTS_KEY, key.trim_matches('"'));
        let requests: Value =
            serde_json::from_str(&text).with_context(|| format!("in {}", file.display()))?;
        let server = Server::start()?;
        server.root().all(&requests)?;
        Ok(Self { server })
    }

    /// Sends a request, whose body is a file in `folder`, as somebody who may do everything or who logs in before.
    ///
    /// # Errors
    /// When there is no answer, or one with another status.
    pub(crate) fn send(
        &self,
        request: &BaoRequest,
        cluster: Option<&Kubernetes>,
        folder: &Path,
    ) -> Result<()> {
        let BaoRequest {
            login,
            method,
            path,
            body,
            status,
        } = request;
        let body: Option<Value> = match body {
            Some(file) => Some(serde_json::from_slice(&fs::read(folder.join(file))?)?),
            None => None,
        };
        let client = match login {
            Some(login) => self.log_in(login, cluster)?,
            None => self.server.root(),
        };
        let answer = client.send(method, path, body.as_ref())?;
        ensure!(
            answer.status == *status,
            "status {}: {}",
            answer.status,
            answer.body
        );
        Ok(())
    }

    /// Whoever shows a service account's token to a role.
    fn log_in(&self, login: &Login, cluster: Option<&Kubernetes>) -> Result<Client> {
        let cluster = cluster.context("the case starts no cluster")?;
        let token = cluster.token(&login.account, "bao")?;
        let shown = json!({"role": login.role, "jwt": token});
        let answer = self.server.root().post("auth/jwt/login", &shown)?;
        let token = answer.pointer("/auth/client_token").and_then(Value::as_str);
        Ok(self.server.client(token.context("no token was issued")?))
    }

    /// What a case is told of it: where it is, and the token of somebody who may do everything.
    pub(crate) fn environment(&self) -> [(&'static str, String); 2] {
        [
            ("TF_VAR_openbao_url", self.server.url()),
            ("BAO_TOKEN", self.server.root_token().to_owned()),
        ]
    }
}
