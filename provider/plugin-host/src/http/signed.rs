//! Requests that the host signs.

use http::{HeaderMap, Method};

use super::sigv4::{OF_THE_SIGNATURE, Unsigned, sign};
use crate::bindings::imports::http as wit;
use crate::bindings::imports::types::Failure;
use crate::http::Gate;
use crate::http::failure::DEFECT;
use crate::http::operation::operations;
use crate::http::rights::Refusal;
use crate::http::target::Target;

/// For which service the host signs, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signer<'a> {
    service: &'a str,
    /// In seconds since 1970-01-01T00:00:00Z.
    now: u32,
}

/// A request that the host signs.
#[derive(Debug)]
pub(super) struct Signing<'a> {
    signer: Signer<'a>,
    request: &'a wit::Request,
}

impl Gate {
    /// Signs one request for a service, sends it and gives the whole answer.
    pub(crate) async fn send_signed(
        &mut self,
        request: wit::Request,
        service: &str,
        now: u32,
    ) -> Result<wit::Response, Failure> {
        let signer = Signer { service, now };
        let (mut exchange, target) = self.start(request, false, Some(signer)).await?;
        let head = exchange.head().await?;
        let body = exchange.body().await?;
        let scrubber = &self.circumstances.session.scrubber;
        Ok(wit::Response {
            status: head.status.as_u16(),
            headers: exchange.headers(&head.headers),
            body: scrubber.served_body(body, &target.origin.to_string()),
        })
    }
}

impl<'a> Signer<'a> {
    pub(super) fn of(self, request: &'a wit::Request) -> Signing<'a> {
        Signing {
            signer: self,
            request,
        }
    }
}

impl Signing<'_> {
    /// Adds the signature to headers that are complete without it, when asked for and granted.
    pub(super) fn sign(
        &self,
        gate: &Gate,
        method: &Method,
        target: &Target,
        headers: &mut HeaderMap,
    ) -> Result<(), Refusal> {
        if let Some(name) = OF_THE_SIGNATURE
            .iter()
            .find(|name| headers.contains_key(**name))
        {
            let reason = format!("the header `{name}` of a signed request belongs to the host");
            return Err(Refusal::new(reason, DEFECT));
        }
        let phase = gate.circumstances.phase;
        let named = operations(self.request, target);
        let signatures = gate.rights.signatures();
        let Signer { service, now } = self.signer;
        let grant = signatures.permit(phase, service, target, &named)?;
        let unsigned = Unsigned {
            method,
            target,
            body: &self.request.body,
        };
        sign(headers, &unsigned, grant, now)
    }
}
