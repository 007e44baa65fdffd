//! Refusals of services, in the words of this connector.

use portcullis_plugin::{Failure, Response};

/// How much of the service's own words is shown.
const QUOTED_CHARS: usize = 240;
/// The kind of failure of something that is not there, for callers in this crate; to a host it is `internal`.
const ABSENT: &str = "absent";

/// An operation of a service.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    /// The service as AWS signs for it.
    pub(super) service: &'static str,
    pub(super) url: &'a str,
    pub(super) operation: &'a str,
}

/// The code of a refusal and what the service says; both empty when it says nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    pub(super) code: String,
    pub(super) message: String,
}

impl Asked<'_> {
    /// Anything but success becomes a failure: by its code, and without one as its status has it. `said` finds the code.
    ///
    /// # Errors
    /// When the service refuses.
    pub(super) fn check(
        self,
        response: &Response,
        said: impl Fn(&Response) -> Said,
    ) -> Result<(), Failure> {
        if (200..300).contains(&response.status) {
            return Ok(());
        }
        let said = said(response);
        let Self {
            service: name,
            url,
            operation,
        } = self;
        let words = match said.code.as_str() {
            "" => String::new(),
            code => format!(": `{}`, `{}`", quoted(code), quoted(&said.message)),
        };
        let message =
            format!("The service `{name}` at `{url}` did not answer `{operation}`{words}.");
        match said.code.as_str() {
            "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" => {
                Err(Failure::refused(message).remedy(format!(
                    "Allow `{name}:{operation}` on `*` to the principal whose keys sign."
                )))
            }
            "SignatureDoesNotMatch" | "InvalidClientTokenId" | "AuthFailure" | "ExpiredToken"
            | "RequestExpired" | "UnrecognizedClientException" => {
                Err(Failure::refused(message).remedy(
                    "Check the keys that `allow { sigv4 }` names, the session token among them, its region, and the \
                     clock of this machine.",
                ))
            }
            "NoSuchEntity" | "AWSOrganizationsNotInUseException" => Err(Failure {
                kind: ABSENT.to_owned(),
                ..Failure::refused(message)
            }),
            "Throttling"
            | "ThrottlingException"
            | "RequestLimitExceeded"
            | "TooManyRequestsException" => {
                Err(Failure::unreachable(message).remedy("Plan again in a minute."))
            }
            "" => response.clone().success().map(drop),
            _ => Err(Failure::refused(message)),
        }
    }
}

/// Nothing where the service says that there is nothing of that name.
pub(super) fn absent<T>(answer: Result<T, Failure>) -> Result<Option<T>, Failure> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(failure) if failure.kind == ABSENT => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn quoted(text: &str) -> String {
    text.chars().take(QUOTED_CHARS).collect()
}
