//! Lists that an API gives page by page.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::Failure;
use crate::http::request::origin;
use crate::http::{Client, Request, Response};

/// Pages after which a list is taken for endless.
const PAGES: usize = 1000;

/// How an API says where the next page is.
///
/// ```no_run
/// use portcullis_plugin::{Client, Paging};
///
/// # fn look(client: &Client) {
/// client.pages(client.get("/nodes"), Paging::Link);
/// client.pages(client.get("/pools"), Paging::Cursor { pointer: "/meta/next", parameter: "cursor" });
/// client.pages(client.get("/quotas"), Paging::Number { parameter: "page", first: 1, items: "/quotas" });
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Paging<'a> {
    /// A header `Link: <...>; rel="next"` (RFC 8288) to the same origin.
    Link,
    /// A text in the body, which is put into the query of the next request. No text, or an empty one, is the end.
    Cursor {
        /// Where it is in the body, as JSON pointer (RFC 6901).
        pointer: &'a str,
        /// Name of the query parameter.
        parameter: &'a str,
    },
    /// Pages have numbers. A page without items is the end.
    Number {
        /// Name of the query parameter.
        parameter: &'a str,
        /// Number of the first page, 0 or 1.
        first: u32,
        /// Where the items are in the body, as JSON pointer; empty for the whole body.
        items: &'a str,
    },
}

/// The pages of a list, each a successful response. Made by [`Client::pages`].
#[derive(Debug)]
pub struct Pages<'c> {
    client: &'c Client,
    first: Request,
    paging: Paging<'c>,
    next: Option<Request>,
    asked: BTreeSet<String>,
}

impl<'c> Pages<'c> {
    pub(super) fn new(client: &'c Client, first: Request, paging: Paging<'c>) -> Self {
        let next = match paging {
            Paging::Number {
                parameter,
                first: number,
                ..
            } => first.clone().query(parameter, &number.to_string()),
            Paging::Link | Paging::Cursor { .. } => first.clone(),
        };
        Self {
            client,
            first,
            paging,
            next: Some(next),
            asked: BTreeSet::new(),
        }
    }

    fn page(&mut self, request: Request) -> Result<Option<Response>, Failure> {
        if self.asked.len() == PAGES {
            return Err(Failure::limit(format!(
                "`{}` has more than {PAGES} pages.",
                self.first.asked()
            ))
            .remedy("Narrow what is read in `config`."));
        }
        if !self.asked.insert(request.url().to_owned()) {
            return Err(Failure::malformed(format!(
                "`{}` names a page as next that was read already.",
                self.first.asked()
            )));
        }
        let response = self.client.send(request)?.success()?;
        self.next = self.after(&response)?;
        let ends = matches!(self.paging, Paging::Number { .. }) && self.next.is_none();
        Ok((!ends).then_some(response))
    }

    /// The request for the page after that one.
    fn after(&self, response: &Response) -> Result<Option<Request>, Failure> {
        match self.paging {
            Paging::Link => {
                let links = response.headers.iter().filter(|(name, _)| name == "link");
                let next = links.filter_map(|(_, value)| next_link(value)).next();
                next.map(|link| self.linked(link)).transpose()
            }
            Paging::Cursor { pointer, parameter } => {
                let body: Value = response.json()?;
                let cursor = body.pointer(pointer).and_then(Value::as_str);
                Ok(cursor
                    .filter(|cursor| !cursor.is_empty())
                    .map(|cursor| self.first.clone().query(parameter, cursor)))
            }
            Paging::Number {
                parameter,
                first,
                items,
            } => {
                let body: Value = response.json()?;
                let found = body
                    .pointer(items)
                    .and_then(Value::as_array)
                    .ok_or_else(|| {
                        Failure::malformed(format!(
                            "`{}` answered without a list at `{items}`.",
                            self.first.asked()
                        ))
                    })?;
                let read = u32::try_from(self.asked.len()).unwrap_or(u32::MAX);
                let number = first.saturating_add(read).to_string();
                Ok((!found.is_empty()).then(|| self.first.clone().query(parameter, &number)))
            }
        }
    }

    /// A secret goes where it was meant to go: a link to elsewhere is not followed.
    fn linked(&self, link: &str) -> Result<Request, Failure> {
        let here = self.first.origin();
        let url = if link.starts_with('/') && !link.starts_with("//") {
            format!("{here}{link}")
        } else {
            link.to_owned()
        };
        if origin(&url) != here {
            return Err(Failure::malformed(format!(
                "`{}` names a page at `{}` as next, which is not where it was asked.",
                self.first.asked(),
                origin(&url)
            )));
        }
        let mut request = self.first.clone();
        request.set_url(url);
        Ok(request)
    }
}

impl Iterator for Pages<'_> {
    type Item = Result<Response, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        let request = self.next.take()?;
        self.page(request).transpose()
    }
}

/// The target of the first link of relation `next`.
fn next_link(header: &str) -> Option<&str> {
    header.split('<').skip(1).find_map(|link| {
        let (target, parameters) = link.split_once('>')?;
        let mut parameters = parameters.split([';', ',']).map(str::trim);
        parameters
            .any(|parameter| {
                let relation = parameter.strip_prefix("rel=").unwrap_or_default();
                relation
                    .trim_matches('"')
                    .split(' ')
                    .any(|word| word == "next")
            })
            .then_some(target)
    })
}

#[cfg(test)]
mod tests {
    use super::next_link;

    #[test]
    fn the_next_link_is_found_among_others() {
        for (header, expected) in [
            (r#"</a?page=2>; rel="next""#, Some("/a?page=2")),
            (
                r#"</a?page=1>; rel="first", </a?page=3,4>; title="x"; rel="next last""#,
                Some("/a?page=3,4"),
            ),
            ("</a>; rel=next", Some("/a")),
            (r#"</a>; rel="prev""#, None),
            ("garbage", None),
        ] {
            assert_eq!(next_link(header), expected, "{header}");
        }
    }
}
