//! How many of something the platform has, asked past connector and proxy.

use std::io::BufReader;
use std::net::TcpStream;

use serde_json::Value;

use super::bench::{Bench, fail, holds, not_applicable};
use super::description::Count;
use super::report::Verdict;
use crate::message::Message;

/// Whether the platform has that many of the name.
pub(super) fn platform_has(
    bench: &Bench<'_>,
    how: Option<&Count>,
    name: &str,
    count: usize,
    expected: &str,
) -> Verdict {
    let Some(how) = how else {
        return not_applicable("the description has no `count`, so the platform cannot be asked");
    };
    let mut headers = vec![("host".to_owned(), bench.host.clone())];
    let secret = how.secret.as_ref();
    if let Some(value) = secret.and_then(|name| bench.suite.secrets.get(name)) {
        headers.push(("authorization".to_owned(), format!("Bearer {value}")));
    }
    let request = Message {
        start: format!("GET {} HTTP/1.1", how.path),
        headers,
        body: Vec::new(),
    };
    let asked = TcpStream::connect(bench.upstream).and_then(|stream| {
        request.write(&mut &stream)?;
        Message::response(&mut BufReader::new(&stream), "GET")
    });
    let response = match asked {
        Ok(response) => response,
        Err(error) => return fail(expected, format!("`{}` cannot be asked: {error}", how.path)),
    };
    let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let Some(items) = body.pointer(&how.items).and_then(Value::as_array) else {
        let (path, status) = (&how.path, response.status());
        return fail(
            expected,
            format!("`{path}` answers with status {status} and no list"),
        );
    };
    let named = |item: &&Value| item.pointer(&how.name).and_then(Value::as_str) == Some(name);
    let found = items.iter().filter(named).count();
    holds(found == count, expected, || {
        format!("{found} of that name at the platform")
    })
}
