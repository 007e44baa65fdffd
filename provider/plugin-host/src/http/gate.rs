//! The gate that every request of a guest passes.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::response::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, header};
use http_body_util::Full;
use hyper::body::Bytes;
use serde_json::Value;
use tokio::time::{Instant, timeout};

use crate::bindings::imports::http as wit;
use crate::bindings::imports::types::Failure;
use crate::grants::{Grants, Phase, SecretGrant};
use crate::http::connection::{Broken, exchange};
use crate::http::header::insert;
use crate::http::network::Network;
use crate::http::record::{RequestOutcome, RequestRecord};
use crate::http::rights::{Refusal, Rights};
use crate::http::target::{Host, Target};
use crate::limits::Limits;
use crate::manifest::{Manifest, SecretAccess};
use crate::text::visible;

/// Stands in responses and logs where a secret was.
const SCRUBBED: &str = "[secret]";

/// Bytes of a guest's own words in a record.
const WORDS_BYTES: usize = 512;

const DEFECT: &str = "Report this to the plugin's author.";

/// The gate of one call.
#[derive(Debug)]
pub(crate) struct Gate {
    plugin: Arc<str>,
    phase: Phase,
    rights: Rights,
    asked_secrets: Vec<SecretAccess>,
    secrets: Vec<SecretGrant>,
    network: Network,
    limits: Arc<Limits>,
    requests: u32,
    records: Vec<RequestRecord>,
    /// When the call as a whole ends.
    end: Instant,
}

impl Gate {
    pub(crate) fn new(
        manifest: &Manifest,
        config: &Value,
        grants: &Grants,
        phase: Phase,
        network: Network,
        limits: Arc<Limits>,
        end: Instant,
    ) -> Self {
        Self {
            plugin: manifest.name.as_str().into(),
            phase,
            rights: Rights::new(&manifest.http, &manifest.secrets, config, grants),
            asked_secrets: manifest.secrets.clone(),
            secrets: grants.secrets.clone(),
            network,
            limits,
            requests: 0,
            records: Vec::new(),
            end,
        }
    }

    /// Checks and sends one request. Every request leaves one line in the log and one record, refused ones too.
    pub(crate) async fn send(&mut self, request: wit::Request) -> Result<wit::Response, Failure> {
        let start = Instant::now();
        let mut record = self.record(&request);
        let result = self.checked(request).await;
        record.milliseconds = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        let outcome = match &result {
            Ok(response) => {
                record.outcome = RequestOutcome::Status(response.status);
                record.bytes_received = u64::try_from(response.body.len()).unwrap_or(u64::MAX);
                format!("status {}, {} bytes", response.status, response.body.len())
            }
            Err(failure) => {
                record.outcome = RequestOutcome::Failed(failure.kind.clone());
                format!("{}: {}", failure.kind, failure.message)
            }
        };
        let plugin = &*self.plugin;
        let request = format!("{} {}{}", record.method, record.origin, record.path);
        let milliseconds = record.milliseconds;
        tracing::info!(plugin, request, outcome, milliseconds, "plugin request");
        self.records.push(record);
        result
    }

    /// What became of every request so far, in order.
    pub(crate) fn requests(&self) -> &[RequestRecord] {
        &self.records
    }

    /// The record of a request about which nothing is known yet but what the guest asked.
    fn record(&self, request: &wit::Request) -> RequestRecord {
        let shown = |text: &str| visible(&self.scrub(text), WORDS_BYTES);
        let (origin, path) = match Target::parse(&request.url) {
            Ok(target) => (target.origin.to_string(), shown(&target.path)),
            Err(_) => (String::new(), shown(without_query(&request.url))),
        };
        RequestRecord {
            method: shown(&request.method),
            origin,
            path,
            outcome: RequestOutcome::Failed("internal".to_owned()),
            bytes_sent: u64::try_from(request.body.len()).unwrap_or(u64::MAX),
            bytes_received: 0,
            milliseconds: 0,
        }
    }

    /// The text without any secret of this call.
    pub(crate) fn scrub(&self, text: &str) -> String {
        let scrub = |text: String, secret: &SecretGrant| text.replace(&secret.value, SCRUBBED);
        self.secrets.iter().fold(text.to_owned(), scrub)
    }

    async fn checked(&mut self, request: wit::Request) -> Result<wit::Response, Failure> {
        self.requests += 1;
        let limits = &self.limits;
        if self.requests > limits.http_requests {
            return Err(limit(format!(
                "More than {} requests in one call.",
                limits.http_requests
            )));
        }
        if request.body.len() > limits.http_body_bytes {
            return Err(limit(format!(
                "A request body of more than {} bytes.",
                limits.http_body_bytes
            )));
        }
        let asked = format!("{} {}", request.method, without_query(&request.url));
        let refused = |refusal: Refusal| {
            let message = format!("`{asked}` was not sent: {}.", refusal.reason);
            failure("refused", message, &refusal.remedy)
        };
        let malformed = |reason: &str| refused(Refusal::new(reason, DEFECT));
        let target = Target::parse(&request.url).map_err(malformed)?;
        let method = Method::from_bytes(request.method.as_bytes())
            .map_err(|_| malformed("its method is not a method"))?;
        self.rights
            .permit(self.phase, method.as_str(), &target)
            .map_err(refused)?;
        let headers = self.headers(&request, &target).map_err(refused)?;
        let outgoing = outgoing(method, &target, headers, request.body)
            .map_err(|_| malformed("it cannot be written as an HTTP request"))?;
        let allowed = self.allowed(request.deadline_milliseconds);
        let work = async {
            let addresses = self.addresses(&target).await.map_err(|error| match error {
                NoAddress::Refused(refusal) => refused(refusal),
                NoAddress::Unknown(reason) => unreachable(&asked, &reason),
            })?;
            let max_body = self.limits.http_body_bytes;
            let answer = exchange(
                &self.network,
                &target.origin,
                &addresses,
                outgoing,
                max_body,
            )
            .await;
            answer.map_err(|broken| match broken {
                Broken::Failed(reason) => unreachable(&asked, &reason),
                Broken::TooLarge => limit(format!(
                    "`{asked}` answered with more than {max_body} bytes."
                )),
            })
        };
        let (parts, body) = timeout(allowed, work).await.map_err(|_| {
            unreachable(
                &asked,
                &format!("no whole answer within {} ms", allowed.as_millis()),
            )
        })??;
        self.response(&asked, &parts, &body)
    }

    /// How long a request that starts now may take.
    fn allowed(&self, milliseconds: u32) -> Duration {
        let asked = match milliseconds {
            0 => self.limits.http_deadline,
            milliseconds => Duration::from_millis(milliseconds.into()),
        };
        asked.min(self.end.saturating_duration_since(Instant::now()))
    }

    /// The guest's headers, then the secrets that it names.
    fn headers(&self, request: &wit::Request, target: &Target) -> Result<HeaderMap, Refusal> {
        let mut headers = HeaderMap::new();
        for wit::Header { name, value } in &request.headers {
            insert(&mut headers, name, value)?;
        }
        for wit::SecretHeader {
            name,
            prefix,
            secret,
        } in &request.secret_headers
        {
            let value = format!(
                "{prefix}{}",
                self.secret(secret, &name.to_ascii_lowercase(), target)?
            );
            insert(&mut headers, name, &value)?;
        }
        headers.insert(
            header::ACCEPT_ENCODING,
            HeaderValue::from_static("identity"),
        );
        Ok(headers)
    }

    fn secret(&self, name: &str, header: &str, target: &Target) -> Result<&str, Refusal> {
        let asked = &self.asked_secrets;
        self.rights
            .permit_secret(name, header, &target.origin, asked)?;
        let named = self.secrets.iter().find(|grant| grant.name == name);
        named
            .map(|grant| grant.value.as_str())
            .ok_or_else(|| Refusal::new(format!("the secret `{name}` has no value"), DEFECT))
    }

    /// Resolves once; every address that the name has is checked, and only these are connected to.
    async fn addresses(&self, target: &Target) -> Result<Vec<IpAddr>, NoAddress> {
        let addresses = match &target.origin.host {
            Host::Address(address) => vec![*address],
            Host::Name(name) => {
                let resolved = self.network.resolve(name).await;
                resolved.map_err(|error| NoAddress::Unknown(error.to_string()))?
            }
        };
        for address in &addresses {
            self.rights
                .permit_address(&target.origin, *address)
                .map_err(NoAddress::Refused)?;
        }
        Ok(addresses)
    }

    fn response(&self, asked: &str, parts: &Parts, body: &[u8]) -> Result<wit::Response, Failure> {
        let coding = parts.headers.get(header::CONTENT_ENCODING);
        if coding.is_some_and(|coding| coding != "identity") {
            let message =
                format!("`{asked}` answered with a content coding that was not asked for.");
            return Err(failure(
                "malformed",
                message,
                "Switch compression off on the server.",
            ));
        }
        let text = |bytes: &[u8]| self.scrub(&String::from_utf8_lossy(bytes));
        let headers = parts.headers.iter().map(|(name, value)| wit::Header {
            name: name.as_str().to_owned(),
            value: text(value.as_bytes()),
        });
        Ok(wit::Response {
            status: parts.status.as_u16(),
            headers: headers.collect(),
            body: self.scrub_bytes(body),
        })
    }

    fn scrub_bytes(&self, body: &[u8]) -> Vec<u8> {
        let scrub = |body: Vec<u8>, secret: &SecretGrant| replace(&body, secret.value.as_bytes());
        self.secrets.iter().fold(body.to_vec(), scrub)
    }
}

/// Why there is nothing to connect to.
enum NoAddress {
    Refused(Refusal),
    Unknown(String),
}

/// The request as it goes out: the host, and nobody else, says whom it is for.
fn outgoing(
    method: Method,
    target: &Target,
    headers: HeaderMap,
    body: Vec<u8>,
) -> http::Result<Request<Full<Bytes>>> {
    let mut request = Request::builder()
        .method(method)
        .uri(target.path_and_query())
        .body(Full::new(Bytes::from(body)))?;
    *request.headers_mut() = headers;
    let authority = HeaderValue::from_str(&target.origin.authority())?;
    request.headers_mut().insert(header::HOST, authority);
    Ok(request)
}

/// The bytes with every occurrence of a secret replaced.
fn replace(bytes: &[u8], secret: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        match rest.strip_prefix(secret) {
            Some(after) => {
                out.extend_from_slice(SCRUBBED.as_bytes());
                rest = after;
            }
            None => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    out
}

fn limit(message: String) -> Failure {
    failure(
        "limit",
        message,
        "Narrow what the plugin reads in `config`, or report this to the plugin's author.",
    )
}

fn unreachable(asked: &str, reason: &str) -> Failure {
    let remedy =
        "Check the address in `config`, that the server runs, and that this machine can reach it.";
    failure(
        "unreachable",
        format!("`{asked}` failed: {reason}."),
        remedy,
    )
}

fn failure(kind: &str, message: String, remedy: &str) -> Failure {
    Failure {
        kind: kind.to_owned(),
        message,
        remedy: remedy.to_owned(),
    }
}

/// Queries may carry what should not stand in logs.
fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}
