//! Requests to services that take operations by name.

use portcullis_plugin::{Client, Failure, Request, Response};

use crate::xml::{self, Element};

/// How much of the service's own words is shown.
const QUOTED_CHARS: usize = 240;
/// The kind of failure of something that is not there, for callers in this crate; to a host it is `internal`.
const ABSENT: &str = "absent";

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

    /// EC2 of a region at that address.
    pub(crate) fn ec2(url: &'c str) -> Self {
        Self {
            client: Client::new(url),
            url,
            name: "ec2",
            version: "2016-11-15",
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
        self.answer(request, operation)
    }

    /// As [`Service::get`]; none when there is nothing of that name.
    ///
    /// # Errors
    /// As [`Service::get`].
    pub(crate) fn find(
        &self,
        operation: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Option<String>, Failure> {
        absent(self.get(operation, parameters))
    }

    /// The answer to an operation that writes, as text.
    ///
    /// # Errors
    /// As [`Service::get`].
    pub(crate) fn post(
        &self,
        operation: &str,
        parameters: &[(&str, &str)],
    ) -> Result<String, Failure> {
        let mut form = format!("Action={operation}&Version={}", self.version);
        for (name, value) in parameters {
            form.push_str(&format!("&{name}={}", encoded(value)));
        }
        let request = self
            .client
            .post("/")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        self.answer(request, operation)
    }

    /// As [`Service::post`], of what may be gone already; says whether it was there.
    ///
    /// # Errors
    /// As [`Service::get`].
    pub(crate) fn change(
        &self,
        operation: &str,
        parameters: &[(&str, &str)],
    ) -> Result<bool, Failure> {
        Ok(absent(self.post(operation, parameters))?.is_some())
    }

    fn answer(&self, request: Request, operation: &str) -> Result<String, Failure> {
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
            "NoSuchEntity" => Err(Failure {
                kind: ABSENT.to_owned(),
                ..Failure::refused(message)
            }),
            "Throttling" | "ThrottlingException" | "RequestLimitExceeded" => {
                Err(Failure::unreachable(message).remedy("Plan again in a minute."))
            }
            "" => response.clone().success().map(drop),
            _ => Err(Failure::refused(message)),
        }
    }
}

/// Nothing where the service says that there is nothing of that name.
fn absent(answer: Result<String, Failure>) -> Result<Option<String>, Failure> {
    match answer {
        Ok(text) => Ok(Some(text)),
        Err(failure) if failure.kind == ABSENT => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
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
