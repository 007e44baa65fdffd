//! Requests to services that take operations by name.

mod json;
mod refusal;

pub(crate) use json::JsonService;

use portcullis_plugin::{Client, Failure, Request, Response};

use crate::xml::{self, Element};
use refusal::{Asked, Said, absent};

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
        let asked = Asked {
            service: self.name,
            url: self.url,
            operation,
        };
        asked.check(&response, said)?;
        String::from_utf8(response.body)
            .map_err(|_| Failure::malformed(format!("`{operation}` was not answered in UTF-8.")))
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

fn said(response: &Response) -> Said {
    let text = String::from_utf8_lossy(&response.body);
    let Ok(document) = xml::parse(&text, "") else {
        return Said::default();
    };
    let root = Element::root(&document);
    let of = |name: &str| root.find(name).map(Element::own_text).unwrap_or_default();
    Said {
        code: of("Code").to_owned(),
        message: of("Message").to_owned(),
    }
}
