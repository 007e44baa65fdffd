//! Requests to the server as one of its users.

use std::io::{BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::Value;

use crate::message::Message;

type Stream = BufReader<StreamOwned<ClientConnection, TcpStream>>;

/// How long the server may think about one request.
const PATIENCE: Duration = Duration::from_secs(60);

/// A user of the server, by a bearer token.
#[derive(Clone, Debug)]
pub struct Client {
    address: SocketAddr,
    tls: Arc<ClientConfig>,
    token: Option<String>,
    open: Arc<Mutex<Option<Stream>>>,
}

/// What the server said.
#[derive(Debug)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body of a success.
    ///
    /// # Errors
    /// When the server refused, in its own words, or the body is no JSON.
    pub fn json(&self) -> Result<Value> {
        let text = String::from_utf8_lossy(&self.body);
        ensure!(
            (200..300).contains(&self.status),
            "status {}: {text}",
            self.status
        );
        serde_json::from_str(&text).context("the server's answer is no JSON")
    }
}

impl Client {
    pub(crate) fn new(address: SocketAddr, authority: &[u8], token: Option<&str>) -> Result<Self> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(authority.to_vec()))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            address,
            tls: Arc::new(tls),
            token: token.map(str::to_owned),
            open: Arc::default(),
        })
    }

    /// Another user on the same server; none for somebody unknown to it.
    #[must_use]
    pub fn with_token(&self, token: Option<&str>) -> Self {
        Self {
            token: token.map(str::to_owned),
            open: Arc::default(),
            ..self.clone()
        }
    }

    /// The same user over a connection of its own, for another thread.
    #[must_use]
    pub fn apart(&self) -> Self {
        self.with_token(self.token.as_deref())
    }

    /// Reads what is at `path`.
    ///
    /// # Errors
    /// When the server is not there or refuses.
    pub fn get(&self, path: &str) -> Result<Value> {
        self.send("GET", path, &[], b"")?
            .json()
            .with_context(|| format!("GET {path}"))
    }

    /// Creates an object, where its `apiVersion`, `kind` and `metadata.namespace` say.
    ///
    /// # Errors
    /// When the server is not there or refuses.
    pub fn create(&self, object: &Value) -> Result<Value> {
        self.post(&collection(object)?, object)
    }

    /// Sends an object to `path`.
    ///
    /// # Errors
    /// When the server is not there or refuses.
    pub fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let json = [("content-type", "application/json")];
        let answer = self.send("POST", path, &json, body.to_string().as_bytes())?;
        answer.json().with_context(|| format!("POST {path}"))
    }

    /// Changes members of the object at `path` (a JSON merge patch).
    ///
    /// # Errors
    /// When the server is not there or refuses.
    pub fn patch(&self, path: &str, body: &Value) -> Result<Value> {
        let merge = [("content-type", "application/merge-patch+json")];
        let answer = self.send("PATCH", path, &merge, body.to_string().as_bytes())?;
        answer.json().with_context(|| format!("PATCH {path}"))
    }

    /// Deletes the object at `path`.
    ///
    /// # Errors
    /// When the server is not there or refuses.
    pub fn delete(&self, path: &str) -> Result<Value> {
        self.send("DELETE", path, &[], b"")?
            .json()
            .with_context(|| format!("DELETE {path}"))
    }

    /// Sends one request, and gives the answer whatever its status.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let mut stream = match open.take() {
            Some(stream) => stream,
            None => self.connect()?,
        };
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n", self.address);
        let own = self.token.as_ref().map(|token| format!("Bearer {token}"));
        let own = own.iter().map(|token| ("authorization", token.as_str()));
        for (name, value) in headers.iter().copied().chain(own) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
        let socket = stream.get_mut();
        socket.write_all(head.as_bytes())?;
        socket.write_all(body)?;
        socket.flush()?;
        let message = Message::read(&mut stream)?.context("the server closed the connection")?;
        let status = message.status()?;
        if message.header("connection") != Some("close") {
            *open = Some(stream);
        }
        Ok(Answer {
            status,
            headers: message.headers,
            body: message.body,
        })
    }

    fn connect(&self) -> Result<Stream> {
        let socket = TcpStream::connect(self.address)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_nodelay(true)?;
        let name = ServerName::from(self.address.ip());
        let tls = ClientConnection::new(Arc::clone(&self.tls), name)?;
        Ok(BufReader::new(StreamOwned::new(tls, socket)))
    }
}

/// Where objects like this one are created.
fn collection(object: &Value) -> Result<String> {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
    let version = text("/apiVersion").context("an object without `apiVersion`")?;
    let kind = text("/kind")
        .context("an object without `kind`")?
        .to_lowercase();
    let root = if version.contains('/') { "apis" } else { "api" };
    let namespace =
        text("/metadata/namespace").map_or_else(String::new, |name| format!("/namespaces/{name}"));
    let plural = match (kind.strip_suffix('y'), kind.ends_with('s')) {
        (Some(stem), _) => format!("{stem}ies"),
        (None, true) => format!("{kind}es"),
        (None, false) => format!("{kind}s"),
    };
    Ok(format!("/{root}/{version}{namespace}/{plural}"))
}

#[cfg(test)]
mod tests {
    use super::collection;
    use serde_json::json;

    #[test]
    fn an_object_says_where_it_belongs() {
        for (object, path) in [
            (json!({"apiVersion": "v1", "kind": "Node"}), "/api/v1/nodes"),
            (
                json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"namespace": "a"}}),
                "/apis/apps/v1/namespaces/a/deployments",
            ),
            (
                json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"namespace": "a"}}),
                "/apis/networking.k8s.io/v1/namespaces/a/ingresses",
            ),
        ] {
            assert_eq!(collection(&object).unwrap(), path);
        }
    }
}
