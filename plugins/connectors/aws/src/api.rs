//! Requests to services that take operations by name.

use portcullis_plugin::{Client, Failure, Response};

use crate::xml::{self, Element};

/// How much of the service's own words is shown.
const QUOTED_CHARS: usize = 240;

/// A service of AWS with query parameters and answers in XML.
#[derive(Debug)]
pub(crate) struct Service<'c> {
    client: Client,
    url: &'c str,
    /// As AWS signs for it.
    name: &'static str,
    version: &'static str,
}

impl<'c> Service<'c> {
    /// IAM at that address.
    pub(crate) fn iam(url: &'c str) -> Self {
        Self {
            client: Client::new(url),
            url,
            name: "iam",
            version: "2010-05-08",
        }
    }

    /// The answer to an operation that reads, as text.
    ///
    /// # Errors
    /// When the service refuses or is not there.
    pub(crate) fn get(
        &self,
        operation: &str,
        parameters: &[(&str, &str)],
    ) -> Result<String, Failure> {
        let request = self
            .client
            .get("/")
            .query("Action", operation)
            .query("Version", self.version);
        let request = parameters
            .iter()
            .fold(request, |request, (name, value)| request.query(name, value));
        let response = self.client.send_signed(request, self.name)?;
        self.check(&response, operation)?;
        String::from_utf8(response.body)
            .map_err(|_| Failure::malformed(format!("`{operation}` was not answered in UTF-8.")))
    }

    /// Refusals in the words of this connector; anything else but success becomes the failure that its status means.
    fn check(&self, response: &Response, operation: &str) -> Result<(), Failure> {
        if (200..300).contains(&response.status) {
            return Ok(());
        }
        let (code, said) = refusal(response);
        let name = self.name;
        let message = format!(
            "The service `{name}` at `{}` did not answer `{operation}`{said}.",
            self.url
        );
        match code.as_str() {
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
            "Throttling" | "ThrottlingException" | "RequestLimitExceeded" => {
                Err(Failure::unreachable(message).remedy("Plan again in a minute."))
            }
            "" => response.clone().success().map(drop),
            _ => Err(Failure::refused(message)),
        }
    }
}

/// The code of a refusal, and what the service says, as the end of a sentence; both empty when it says nothing.
fn refusal(response: &Response) -> (String, String) {
    let text = String::from_utf8_lossy(&response.body);
    let Ok(document) = xml::parse(&text, "") else {
        return (String::new(), String::new());
    };
    let root = Element::root(&document);
    let of = |name: &str| {
        let found = root.find(name).map(Element::own_text).unwrap_or_default();
        found.chars().take(QUOTED_CHARS).collect::<String>()
    };
    let (code, message) = (of("Code"), of("Message"));
    let said = format!(": `{code}`, `{message}`");
    (code, said)
}
