//! The gate that every request of a guest passes, over HTTP and gRPC alike.

use std::net::IpAddr;
use std::sync::Arc;

use http::{HeaderMap, Method};
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::bindings::imports::http as wit;
use crate::bindings::imports::types::Failure;
use crate::grants::{Grants, Phase, SecretGrant};
use crate::http::connection::{Io, Protocol, connect};
use crate::http::deadline::Deadline;
use crate::http::exchange::Exchange;
use crate::http::failure::{DEFECT, limit, refused, unreachable};
use crate::http::fetched::Fetched;
use crate::http::kept::{self, Kept};
use crate::http::record::{Records, RequestRecord, Trace};
use crate::http::rights::{Refusal, Rights};
use crate::http::signed::{Signer, Signing};
use crate::http::target::{Host, Target};
use crate::keyring::Fault;
use crate::limits::Limits;
use crate::manifest::{Manifest, SecretAccess};
use crate::random::Random;
use crate::scrub::Scrubber;
use crate::secret::Secret;
use crate::session::Session;
use crate::text::visible;
use crate::traffic::Slot;

/// Bytes of a guest's own words in a record.
const WORDS_BYTES: usize = 512;

/// The gate of one call.
#[derive(Debug)]
pub(crate) struct Gate {
    plugin: Arc<str>,
    pub(super) rights: Rights,
    pub(super) asked_secrets: Vec<SecretAccess>,
    pub(super) secrets: Vec<SecretGrant>,
    pub(super) fetched: Fetched,
    pub(super) kept: Kept,
    pub(super) circumstances: Circumstances,
    /// What this call may have under way at once.
    own: Arc<Semaphore>,
    requests: u32,
}

/// Under which circumstances a call happens.
#[derive(Clone, Debug)]
pub(crate) struct Circumstances {
    pub(crate) phase: Phase,
    /// When the call as a whole ends.
    pub(crate) end: Instant,
    pub(crate) limits: Arc<Limits>,
    pub(crate) session: Session,
    /// Seeded by the call.
    pub(crate) random: Random,
    /// Where every request leaves its record.
    pub(crate) records: Records,
    /// What the host's clock showed when it began.
    pub(crate) begun: u32,
}

/// A request as a guest states it.
#[derive(Debug)]
pub(super) struct Ask<'a> {
    pub(super) method: &'a str,
    pub(super) url: &'a str,
    pub(super) headers: &'a [wit::Header],
    pub(super) secret_headers: &'a [wit::SecretHeader],
    pub(super) body_bytes: usize,
    pub(super) deadline_milliseconds: u32,
    /// How the host signs it; `None` for a request that goes out as it is.
    pub(super) signing: Option<Signing<'a>>,
}

/// A request that was let through, with the connection that it goes out on.
pub(super) struct Admitted {
    /// What was asked, for people.
    pub(super) ask: String,
    pub(super) stream: Box<dyn Io>,
    pub(super) method: Method,
    pub(super) target: Target,
    /// The guest's, the secrets, and what the host says of itself.
    pub(super) headers: HeaderMap,
    pub(super) deadline: Deadline,
    pub(super) trace: Trace,
    pub(super) scrubber: Arc<Scrubber>,
    pub(super) slot: Slot,
    pub(super) max_body: usize,
}

impl Gate {
    pub(crate) fn new(
        manifest: &Manifest,
        config: &Value,
        grants: &Grants,
        circumstances: Circumstances,
    ) -> Self {
        Self {
            plugin: manifest.name.as_str().into(),
            rights: Rights::new(
                &manifest.http,
                &manifest.secrets,
                &manifest.signatures,
                config,
                grants,
            ),
            asked_secrets: manifest.secrets.clone(),
            secrets: grants.secrets.clone(),
            fetched: Fetched::new(&circumstances),
            kept: Kept::default(),
            own: circumstances.session.traffic.of_one_call(),
            circumstances,
            requests: 0,
        }
    }

    pub(crate) fn session(&self) -> &Session {
        &self.circumstances.session
    }

    /// The next random bytes of this call.
    pub(crate) fn random(&mut self, len: usize) -> Vec<u8> {
        self.circumstances.random.bytes(len)
    }

    /// What became of the requests that ended, in that order.
    pub(crate) fn requests(&self) -> Vec<RequestRecord> {
        self.circumstances.records.so_far()
    }

    /// Names of the secrets that may be used, sorted.
    pub(crate) fn secret_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self
            .rights
            .secrets()
            .iter()
            .map(|right| right.name.clone())
            .collect();
        names.dedup();
        names
    }

    /// The value that `send-and-keep` gave this handle for.
    pub(crate) fn kept(&self, handle: &str) -> Option<Secret> {
        self.kept.find(handle).map(|kept| kept.secret.clone())
    }

    /// Why a secret could not be fetched, for the provider and nobody else.
    pub(crate) fn take_unavailable(&mut self) -> Option<Fault> {
        self.fetched.take_fault()
    }

    /// Sends one request and gives the whole answer.
    pub(crate) async fn send(&mut self, request: wit::Request) -> Result<wit::Response, Failure> {
        self.send_and_keep(request, &[])
            .await
            .map(|kept| kept.response)
    }

    /// As [`Gate::send`], with the texts at `pointers` kept.
    pub(crate) async fn send_and_keep(
        &mut self,
        request: wit::Request,
        pointers: &[String],
    ) -> Result<wit::KeptResponse, Failure> {
        let (mut exchange, target) = self.start(request, false, None).await?;
        let head = exchange.head().await?;
        let mut body = exchange.body().await?;
        let mut handles = Vec::with_capacity(pointers.len());
        if !pointers.is_empty() {
            let (secrets, rest) = kept::take(exchange.asked(), &body, pointers)
                .map_err(|failure| exchange.broken(failure))?;
            body = rest;
            for secret in secrets {
                self.circumstances.session.scrubber.add(&secret);
                handles.push(self.kept.keep(target.origin.clone(), secret));
            }
        }
        let scrubber = &self.circumstances.session.scrubber;
        let response = wit::Response {
            status: head.status.as_u16(),
            headers: exchange.headers(&head.headers),
            body: scrubber.served_body(body, &target.origin.to_string()),
        };
        Ok(wit::KeptResponse { response, handles })
    }

    /// Sends the head of a request, and its body as the first piece.
    pub(crate) async fn open(&mut self, request: wit::Request) -> Result<Exchange, Failure> {
        let (exchange, _) = self.start(request, true, None).await?;
        Ok(exchange)
    }

    pub(super) async fn start(
        &mut self,
        request: wit::Request,
        streamed: bool,
        signer: Option<Signer<'_>>,
    ) -> Result<(Exchange, Target), Failure> {
        let ask = Ask {
            method: &request.method,
            url: &request.url,
            headers: &request.headers,
            secret_headers: &request.secret_headers,
            body_bytes: request.body.len(),
            deadline_milliseconds: request.deadline_milliseconds,
            signing: signer.map(|signer| signer.of(&request)),
        };
        let admitted = self.admit(&ask, Protocol::Http1).await?;
        let target = admitted.target.clone();
        let exchange = Exchange::open(admitted, request.body, streamed).await?;
        Ok((exchange, target))
    }

    /// Checks a request, waits for its turn and connects.
    pub(super) async fn admit(
        &mut self,
        ask: &Ask<'_>,
        protocol: Protocol,
    ) -> Result<Admitted, Failure> {
        self.requests += 1;
        let asked = format!("{} {}", ask.method, without_query(ask.url));
        let asked = visible(&self.scrubber().text(&asked), WORDS_BYTES);
        let mut trace = self.trace(ask);
        self.fetch(ask).await;
        let checked = self.check(ask, &asked, protocol);
        let masked = |failure: Failure| self.scrubber().failure(&failure);
        let (method, target, headers) = checked.map_err(|failure| trace.failed(masked(failure)))?;
        let Circumstances {
            end,
            limits,
            session,
            ..
        } = &self.circumstances;
        let deadline = Deadline::new(ask.deadline_milliseconds, limits.http_deadline, *end);
        let connected = deadline.within(&asked, async {
            let traffic = &session.traffic;
            let slot = traffic.slot(&self.own).await.ok_or_else(|| {
                limit(format!(
                    "`{asked}` was not sent: {} requests of this call are under way already.",
                    traffic.in_flight()
                ))
            })?;
            let addresses = self.addresses(&asked, &target).await?;
            let stream = connect(&session.network, &target.origin, &addresses, protocol)
                .await
                .map_err(|reason| unreachable(&asked, &reason))?;
            Ok((slot, stream))
        });
        let (slot, stream) = connected
            .await
            .map_err(|failure| trace.failed(masked(failure)))?;
        Ok(Admitted {
            ask: asked,
            stream,
            method,
            target,
            headers,
            deadline,
            trace,
            scrubber: Arc::clone(&session.scrubber),
            slot,
            max_body: limits.http_body_bytes,
        })
    }

    /// Everything that can be checked without a connection.
    fn check(
        &self,
        ask: &Ask<'_>,
        asked: &str,
        protocol: Protocol,
    ) -> Result<(Method, Target, HeaderMap), Failure> {
        let Circumstances { phase, limits, .. } = &self.circumstances;
        if self.requests > limits.http_requests {
            let allowed = limits.http_requests;
            return Err(limit(format!("More than {allowed} requests in one call.")));
        }
        if ask.body_bytes > limits.http_body_bytes {
            let allowed = limits.http_body_bytes;
            return Err(limit(format!(
                "A request body of more than {allowed} bytes."
            )));
        }
        let refused = |refusal: Refusal| refused(asked, &refusal);
        let malformed = |reason: &str| refused(Refusal::new(reason, DEFECT));
        let target = Target::parse(ask.url).map_err(malformed)?;
        let method = Method::from_bytes(ask.method.as_bytes())
            .map_err(|_| malformed("its method is not a method"))?;
        if (protocol == Protocol::Http2) != (ask.method == "GRPC") {
            return Err(malformed("calls over gRPC have an interface of their own"));
        }
        if protocol == Protocol::Http2 && !is_call(&target) {
            return Err(malformed("a call names an origin, a service and a method"));
        }
        self.rights
            .permit(*phase, ask.method, &target)
            .map_err(refused)?;
        let mut headers = self.headers(ask, &target).map_err(refused)?;
        if let Some(signing) = &ask.signing {
            signing
                .sign(self, &method, &target, &mut headers)
                .map_err(refused)?;
        }
        Ok((method, target, headers))
    }

    /// Resolves once; every address that the name has is checked, and only these are connected to.
    async fn addresses(&self, asked: &str, target: &Target) -> Result<Vec<IpAddr>, Failure> {
        let addresses = match &target.origin.host {
            Host::Address(address) => vec![*address],
            Host::Name(name) => {
                let resolved = self.circumstances.session.network.resolve(name).await;
                resolved.map_err(|error| unreachable(asked, &error.to_string()))?
            }
        };
        for address in &addresses {
            self.rights
                .permit_address(&target.origin, *address)
                .map_err(|refusal| refused(asked, &refusal))?;
        }
        Ok(addresses)
    }

    /// The trace of a request about which nothing is known yet but what the guest asked.
    fn trace(&self, ask: &Ask<'_>) -> Trace {
        let shown = |text: &str| visible(&self.scrubber().text(text), WORDS_BYTES);
        let (origin, path) = match Target::parse(ask.url) {
            Ok(target) => (target.origin.to_string(), shown(&target.path)),
            Err(_) => (String::new(), shown(without_query(ask.url))),
        };
        let plugin = Arc::clone(&self.plugin);
        Trace::new(
            plugin,
            shown(ask.method),
            origin,
            path,
            self.circumstances.records.clone(),
        )
    }

    fn scrubber(&self) -> &Scrubber {
        &self.circumstances.session.scrubber
    }
}

/// Whether it is `<origin>/<service>/<method>` and nothing else.
fn is_call(target: &Target) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let name = |name: &str| !name.is_empty() && name.chars().all(plain);
    let path = target.path.strip_prefix('/').unwrap_or_default();
    let named = path.split_once('/');
    target.query.is_none() && named.is_some_and(|(service, method)| name(service) && name(method))
}

/// Queries may carry what should not stand in logs.
fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}
