//! Requests to slurmrestd, and what its refusals mean.

use std::time::Duration;

use portcullis_plugin::{Client, Failure, Request, Response, is_granted};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::version::{Description, negotiate};
use crate::{Config, TOKEN};

/// How much of the server's own words is shown.
const QUOTED_CHARS: usize = 240;
/// slurmrestd itself waits 9 s for a slurmctld that does not answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// The slurmrestd that the configuration names, in one version of its API.
pub(crate) struct Rest<'c> {
    config: &'c Config,
    root: String,
}

/// What every answer has beside its content.
#[derive(Debug, Default, Deserialize)]
struct Errors {
    #[serde(default)]
    errors: Vec<Fault>,
}

#[derive(Debug, Deserialize)]
struct Fault {
    #[serde(default)]
    error: String,
    #[serde(default)]
    description: String,
}

impl<'c> Rest<'c> {
    /// Chooses the version.
    ///
    /// # Errors
    /// When the server is not there, refuses, or has no version that is known.
    pub(crate) fn negotiated(config: &'c Config) -> Result<Self, Failure> {
        let mut rest = Self {
            config,
            root: String::new(),
        };
        // No other request is sent again: a token that is refused has the status that elsewhere means "try later".
        let asked = rest.signed(Request::get(rest.url("/openapi/v3")));
        let response = Client::new(&config.url).send(asked)?;
        let what = "describe its API (`/openapi/v3`)";
        rest.check(&response, what)?;
        let description: Description = response.json()?;
        rest.root = format!("/slurm/{}", negotiate(&description, &config.url)?);
        Ok(rest)
    }

    /// A list, such as `nodes`.
    ///
    /// # Errors
    /// When the server refuses, or answers with something else.
    pub(crate) fn list<T: DeserializeOwned>(&self, name: &str) -> Result<T, Failure> {
        let url = self.url(&format!("{}/{name}", self.root));
        let response = self.signed(Request::get(url)).deadline(PATIENCE).send()?;
        let what = format!("list `{name}`");
        self.check(&response, &what)?;
        let Errors { errors } = response.json()?;
        if !errors.is_empty() {
            return Err(self.refusal(200, &words(&errors), &what));
        }
        response.json()
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.config.url.trim_end_matches('/'))
    }

    fn signed(&self, mut request: Request) -> Request {
        if let Some(user) = &self.config.user {
            request = request.header("x-slurm-user-name", user);
        }
        if is_granted(TOKEN) {
            request = request.secret_header("x-slurm-user-token", "", TOKEN);
        }
        request
    }

    fn check(&self, response: &Response, what: &str) -> Result<(), Failure> {
        let said: Errors = serde_json::from_slice(&response.body).unwrap_or_default();
        let said = words(&said.errors);
        match response.status {
            status @ (401 | 403) => Err(self.refusal(status, &said, what)),
            // A proxy's own 500 has no such body, and is what it says.
            status @ 500 if !said.is_empty() => Err(self.refusal(status, &said, what)),
            _ => Ok(()),
        }
    }

    /// slurmrestd passes the token on, and slurmctld hangs up on one that it does not like. 22.05 then knows no more than
    /// `Unspecified error`, and says the same of a slurmctld that is not there.
    fn refusal(&self, status: u16, said: &str, what: &str) -> Failure {
        let url = &self.config.url;
        let quoted: String = said.chars().take(QUOTED_CHARS).collect();
        let quoted = match quoted.as_str() {
            "" => String::new(),
            quoted => format!(": `{quoted}`"),
        };
        if said.contains("Unable to contact") || said.contains("connect failure") {
            return Failure::unreachable(format!(
                "slurmrestd at `{url}` cannot reach slurmctld to {what}: it answered with status {status}{quoted}."
            ))
            .remedy("Run `scontrol ping` on the cluster to see whether slurmctld is up.");
        }
        let doubt = if status == 500 {
            " Before 23.02 it says the same of a token that is not valid and of a slurmctld that does not answer."
        } else {
            ""
        };
        Failure::refused(format!(
            "slurmrestd at `{url}` did not {what}: it answered with status {status}{quoted}.{doubt}"
        ))
        .remedy(format!(
            "Grant this connector a token that has not ended as secret `{TOKEN}` (`scontrol token username=<user> \
             lifespan=3600`), and set `user` in `config` to its user; `scontrol ping` shows whether slurmctld is up."
        ))
    }
}

/// What the server says of its refusal, once each.
fn words(faults: &[Fault]) -> String {
    let mut words: Vec<&str> = faults
        .iter()
        .flat_map(|fault| [fault.error.as_str(), fault.description.as_str()])
        .filter(|text| !text.is_empty())
        .collect();
    words.dedup();
    words.join("; ")
}
