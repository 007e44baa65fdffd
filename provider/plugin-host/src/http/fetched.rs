//! The fetched secrets of one call.

use tokio::time::Instant;

use crate::http::gate::Circumstances;
use crate::http::rights::Refusal;
use crate::http::target::Origin;
use crate::keyring::Fault;
use crate::secret::Secret;
use crate::session::Session;

/// The fetched secrets of one call, as they were when its last request needed them.
#[derive(Debug)]
pub(super) struct Fetched {
    begun: (u32, Instant),
    values: Vec<(String, Origin, Secret)>,
    fault: Option<Fault>,
}

impl Fetched {
    pub(super) fn new(circumstances: &Circumstances) -> Self {
        Self {
            begun: (circumstances.begun, Instant::now()),
            values: Vec::new(),
            fault: None,
        }
    }

    /// Has the value of a secret for that origin, or the reason why not. A secret that is not fetched has neither.
    pub(super) async fn fetch(&mut self, session: &Session, name: &str, origin: &Origin) {
        let (begun, since) = self.begun;
        let passed = u32::try_from(since.elapsed().as_secs()).unwrap_or(u32::MAX);
        let now = begun.saturating_add(passed);
        self.values
            .retain(|(held, of, _)| held != name || of != origin);
        let value = session.keyring.value(name, origin, now, &session.scrubber);
        match value.await {
            Some(Ok(secret)) => self.values.push((name.to_owned(), origin.clone(), secret)),
            Some(Err(fault)) => self.fault = Some(fault),
            None => {}
        }
    }

    /// The value for a header. What went wrong is not for the guest to know.
    pub(super) fn value(&self, name: &str, origin: &Origin) -> Result<&str, Refusal> {
        let mut values = self.values.iter();
        let found = values.find(|(held, of, _)| held == name && of == origin);
        if let Some((_, _, secret)) = found {
            return Ok(secret.expose());
        }
        let is_fault = self.fault.as_ref().is_some_and(|fault| fault.name == name);
        Err(if is_fault {
            Refusal::new(
                format!("the secret `{name}` cannot be obtained"),
                "The host says why.",
            )
        } else {
            Refusal::new(
                format!("the secret `{name}` is for another server than `{origin}`"),
                "Set the address in `config` to the server for which the secret was issued, as the kubeconfig has it.",
            )
        })
    }

    pub(super) fn take_fault(&mut self) -> Option<Fault> {
        self.fault.take()
    }
}
