//! The headers of a request, with its secrets filled in.

use http::{HeaderMap, HeaderValue, header};

use crate::bindings::imports::http as wit;
use crate::http::Gate;
use crate::http::failure::DEFECT;
use crate::http::gate::Ask;
use crate::http::header::insert;
use crate::http::kept::Kept;
use crate::http::rights::Refusal;
use crate::http::target::Target;

impl Gate {
    /// The guest's headers, then the secrets that it names, then what belongs to the host.
    pub(super) fn headers(&self, ask: &Ask<'_>, target: &Target) -> Result<HeaderMap, Refusal> {
        let mut headers = HeaderMap::new();
        for wit::Header { name, value } in ask.headers {
            insert(&mut headers, name, value)?;
        }
        for wit::SecretHeader {
            name,
            prefix,
            secret,
        } in ask.secret_headers
        {
            let value = self.secret(secret, &name.to_ascii_lowercase(), target)?;
            insert(&mut headers, name, &format!("{prefix}{value}"))?;
        }
        let own = HeaderValue::from_static("identity");
        headers.insert(header::ACCEPT_ENCODING, own);
        let authority = HeaderValue::from_str(&target.origin.authority())
            .map_err(|_| Refusal::new("its host cannot stand in a header", DEFECT))?;
        headers.insert(header::HOST, authority);
        Ok(headers)
    }

    /// Fetches the secrets that a request names, if it may be sent with them: a command is not run for one that is
    /// refused anyway. What could not be fetched is told by the check that follows.
    pub(super) async fn fetch(&mut self, ask: &Ask<'_>) {
        let Ok(target) = Target::parse(ask.url) else {
            return;
        };
        let phase = self.circumstances.phase;
        if self.rights.permit(phase, ask.method, &target).is_err() {
            return;
        }
        for wit::SecretHeader { name, secret, .. } in ask.secret_headers {
            let header = name.to_ascii_lowercase();
            let asked = &self.asked_secrets;
            let permitted = self
                .rights
                .permit_secret(secret, &header, &target.origin, asked);
            if permitted.is_ok() {
                let session = &self.circumstances.session;
                self.fetched.fetch(session, secret, &target.origin).await;
            }
        }
    }

    fn secret(&self, name: &str, header: &str, target: &Target) -> Result<&str, Refusal> {
        let origin = &target.origin;
        if Kept::is_handle(name) {
            let kept = self.kept.find(name).ok_or_else(|| {
                Refusal::new(format!("there is no secret `{name}` in this call"), DEFECT)
            })?;
            if kept.origin != origin {
                let from = kept.origin;
                let reason = format!("the secret `{name}` came from `{from}` and is for it alone");
                return Err(Refusal::new(reason, DEFECT));
            }
            return Ok(kept.secret.expose());
        }
        let asked = &self.asked_secrets;
        self.rights.permit_secret(name, header, origin, asked)?;
        let named = self.secrets.iter().find(|grant| grant.name == name);
        match named {
            Some(grant) => Ok(&grant.value),
            None => self.fetched.value(name, origin),
        }
    }
}
