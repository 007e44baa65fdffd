//! A real kube-apiserver with the objects of a file.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use kubernetes_server::{Answer, Cluster, Front};
use serde_json::Value;

use crate::case::ClusterRequest;

/// How long a changed role may take to be felt.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running server; ended when dropped.
#[derive(Debug)]
pub(crate) struct Kubernetes {
    cluster: Cluster,
    front: Front,
    /// Tokens that the server issued to the case, by the names that the case gave them.
    tokens: Mutex<BTreeMap<String, String>>,
}

impl Kubernetes {
    /// Starts a server and creates the objects of `file`, a JSON list, in their order.
    ///
    /// # Errors
    /// When the server does not come up, or refuses an object.
    pub(crate) fn start(file: &Path) -> Result<Self> {
        let text =
            fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let objects: Vec<Value> =
            serde_json::from_str(&text).with_context(|| format!("in {}", file.display()))?;
        let cluster = Cluster::start()?;
        let admin = cluster.admin()?;
        for object in &objects {
            admin
                .create(object)
                .with_context(|| format!("creating {object}"))?;
        }
        let front = cluster.front()?;
        Ok(Self {
            cluster,
            front,
            tokens: Mutex::default(),
        })
    }

    /// Sends a request, whose body is a file in `folder`, again and again for a while: the server learns of changed roles
    /// a moment after it acknowledged them.
    ///
    /// # Errors
    /// When there is no answer, or after all one with another status.
    pub(crate) fn send(&self, request: &ClusterRequest, folder: &Path) -> Result<()> {
        let ClusterRequest {
            user,
            token,
            keeps,
            allowed,
            method,
            path,
            body,
            status,
        } = request;
        let body = match body {
            Some(file) => fs::read(folder.join(file))?,
            None => Vec::new(),
        };
        let kind = match method.as_str() {
            "PATCH" => "application/merge-patch+json",
            _ => "application/json",
        };
        let mut headers = vec![("content-type", kind)];
        headers.extend(user.as_deref().map(|user| ("impersonate-user", user)));
        let (mut client, begun) = (self.cluster.admin()?, Instant::now());
        if let Some(name) = token {
            let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
            let token = tokens.get(name).context("no step kept that token")?;
            client = client.with_token(Some(token));
        }
        loop {
            let answer = client.send(method, path, &headers, &body)?;
            if answer.status == *status && is_allowed(&answer, *allowed)? {
                return keeps
                    .as_ref()
                    .map_or(Ok(()), |name| self.keep(name, &answer));
            }
            let told = String::from_utf8_lossy(&answer.body);
            ensure!(
                begun.elapsed() < PATIENCE,
                "status {}: {told}",
                answer.status
            );
            thread::sleep(Duration::from_millis(100));
        }
    }

    fn keep(&self, name: &str, answer: &Answer) -> Result<()> {
        let issued = answer.json()?;
        let token = issued.pointer("/status/token").and_then(Value::as_str);
        let token = token.context("the answer issues no token")?.to_owned();
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.insert(name.to_owned(), token);
        Ok(())
    }

    /// The key that verifies the tokens of accounts, PEM.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub(crate) fn accounts_public_key(&self) -> Result<String> {
        Ok(fs::read_to_string(self.cluster.accounts_public_key_file())?)
    }

    /// A token of `<namespace>/<name>` that is good for one audience.
    ///
    /// # Errors
    /// When the server issues none.
    pub(crate) fn token(&self, account: &str, audience: &str) -> Result<String> {
        let (namespace, name) = account
            .split_once('/')
            .with_context(|| format!("`{account}` is no `<namespace>/<name>`"))?;
        self.cluster.account_token_for(namespace, name, &[audience])
    }

    /// What a case is told of it: where it is over TLS and with which authority, where it is over plain HTTP for
    /// programs that know no such authority, and the token of somebody who may do everything, or a certificate.
    pub(crate) fn environment(&self) -> [(&'static str, String); 6] {
        let authority = self.cluster.authority_file().display().to_string();
        let (certificate, key) = self.cluster.client_certificate();
        [
            ("TF_VAR_kubernetes_url", self.cluster.url()),
            ("TF_VAR_kubernetes_ca_file", authority),
            (
                "TF_VAR_kubernetes_certificate_file",
                certificate.display().to_string(),
            ),
            ("TF_VAR_kubernetes_key_file", key.display().to_string()),
            ("KUBERNETES_TOKEN", self.cluster.admin_token().to_owned()),
            ("KUBERNETES_FRONT", self.front.url()),
        ]
    }
}

/// Whether a review of access came to what was expected, where something was.
fn is_allowed(answer: &Answer, expected: Option<bool>) -> Result<bool> {
    let Some(expected) = expected else {
        return Ok(true);
    };
    let review = answer.json()?;
    let allowed = review.pointer("/status/allowed").and_then(Value::as_bool);
    Ok(allowed == Some(expected))
}
