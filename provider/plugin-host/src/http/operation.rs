//! Which operation a request to AWS asks for.
//!
//! Its services take operations by name, and most take them from a `GET` as well as from a `POST`: the method does not say
//! whether a request changes anything.

use std::collections::BTreeSet;

use percent_encoding::percent_decode;

use crate::bindings::imports::http::Request;
use crate::http::target::Target;

/// Beginnings of operations that change nothing, by AWS's own convention.
const READS: [&str; 3] = ["Describe", "Get", "List"];

/// Every operation that a request names, wherever it may be named. An honest request names one, or none where the path
/// says it all.
pub(super) fn operations(request: &Request, target: &Target) -> BTreeSet<String> {
    let query = target.query.as_deref().unwrap_or_default();
    let named = actions(query.as_bytes()).chain(actions(&request.body));
    let targets = request
        .headers
        .iter()
        .filter(|header| header.name.eq_ignore_ascii_case("x-amz-target"))
        .map(|header| header.value.rsplit('.').next().unwrap_or_default())
        .map(str::to_owned);
    named.chain(targets).collect()
}

/// The values of `Action` in form fields.
fn actions(fields: &[u8]) -> impl Iterator<Item = String> + '_ {
    fields.split(|byte| *byte == b'&').filter_map(|field| {
        let mut parts = field.splitn(2, |byte| *byte == b'=');
        let name = percent_decode(parts.next()?).decode_utf8_lossy();
        let value = percent_decode(parts.next().unwrap_or_default()).decode_utf8_lossy();
        name.trim()
            .eq_ignore_ascii_case("action")
            .then(|| value.into_owned())
    })
}

pub(super) fn only_reads(operation: &str) -> bool {
    READS.iter().any(|read| operation.starts_with(read))
}

#[cfg(test)]
mod tests {
    use super::{Request, operations};
    use crate::bindings::imports::http::Header;
    use crate::http::target::Target;

    fn named(url: &str, headers: &[(&str, &str)], body: &str) -> Vec<String> {
        let request = Request {
            method: "POST".to_owned(),
            url: url.to_owned(),
            headers: headers
                .iter()
                .map(|(name, value)| Header {
                    name: (*name).to_owned(),
                    value: (*value).to_owned(),
                })
                .collect(),
            secret_headers: Vec::new(),
            body: body.as_bytes().to_vec(),
            deadline_milliseconds: 0,
        };
        let target = Target::parse(url).unwrap();
        operations(&request, &target).into_iter().collect()
    }

    #[test]
    fn an_operation_is_found_wherever_a_service_would_find_it() {
        let url = "https://iam.amazonaws.com/";
        for (query, header, body, expected) in [
            ("?Action=ListRoles", None, "", &["ListRoles"][..]),
            ("?a=b&%41ction=ListRoles", None, "", &["ListRoles"]),
            ("?action=%4cistRoles", None, "", &["ListRoles"]),
            ("", None, "Version=1&Action=DeleteRole", &["DeleteRole"]),
            (
                "?Action=ListRoles",
                None,
                "Action=DeleteRole",
                &["DeleteRole", "ListRoles"],
            ),
            (
                "",
                Some("ServiceQuotasV20190624.ListServiceQuotas"),
                "{}",
                &["ListServiceQuotas"],
            ),
            ("?Reaction=x", None, "{}", &[]),
        ] {
            let headers: Vec<(&str, &str)> = header
                .into_iter()
                .map(|value| ("X-Amz-Target", value))
                .collect();
            assert_eq!(
                named(&format!("{url}{query}"), &headers, body),
                expected,
                "{query} {header:?} {body}"
            );
        }
    }
}
