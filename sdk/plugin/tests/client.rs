//! The client against a host whose answers, clock and random numbers a test decides.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test fails by panicking"
)]

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use portcullis_plugin::native::wire::{Header, Request as Sent, Response as Answer};
use portcullis_plugin::native::{Host, with_host};
use portcullis_plugin::{Client, Failure, Paging, Request};

/// Answers in turn; a status of 0 is a connection that cannot be made.
#[derive(Default)]
struct Scripted {
    answers: VecDeque<(u16, &'static str, &'static str)>,
    sent: Vec<Sent>,
    waits: Vec<u32>,
    now: u32,
    cache: BTreeMap<String, Vec<u8>>,
}

impl Host for Scripted {
    fn now(&mut self) -> u32 {
        self.now + self.waits.iter().sum::<u32>() / 1000
    }

    fn wait(&mut self, milliseconds: u32) {
        self.waits.push(milliseconds);
    }

    /// As much as can come out, so that the bound of each pause is seen.
    fn random(&mut self, len: u32) -> Vec<u8> {
        vec![255; len as usize]
    }

    fn cache_get(&mut self, key: &str) -> Option<Vec<u8>> {
        self.cache.get(key).cloned()
    }

    fn cache_put(&mut self, key: &str, value: Vec<u8>) -> Result<(), Failure> {
        self.cache.insert(key.to_owned(), value);
        Ok(())
    }

    fn send(&mut self, request: &Sent) -> Result<Answer, Failure> {
        self.sent.push(request.clone());
        let (status, header, body) = self.answers.pop_front().unwrap_or((0, "", ""));
        if status == 0 {
            return Err(Failure::unreachable("No connection."));
        }
        let headers = header.split_once(": ").map(|(name, value)| Header {
            name: name.to_owned(),
            value: value.to_owned(),
        });
        Ok(Answer {
            status,
            headers: headers.into_iter().collect(),
            body: body.as_bytes().to_vec(),
        })
    }
}

fn host(answers: &[(u16, &'static str, &'static str)]) -> Rc<RefCell<Scripted>> {
    Rc::new(RefCell::new(Scripted {
        answers: answers.iter().copied().collect(),
        ..Scripted::default()
    }))
}

/// The status, or the message of the failure.
fn send(host: &Rc<RefCell<Scripted>>, request: Request) -> Result<u16, String> {
    let client = Client::new("https://a.example").deadline(Duration::from_secs(60));
    let sent = with_host(host.clone(), || client.send(request));
    sent.map(|response| response.status)
        .map_err(|failure| failure.message)
}

#[test]
fn pauses_double_from_200_ms_and_six_tries_are_made() {
    let host = host(&[(503, "", ""); 9]);
    assert_eq!(send(&host, Request::get("https://a.example/")), Ok(503));
    let host = host.borrow();
    assert_eq!(host.sent.len(), 6);
    assert_eq!(host.waits, [200, 400, 800, 1600, 3200]);
    let ids: Vec<&String> = host
        .sent
        .iter()
        .flat_map(|sent| &sent.headers)
        .filter(|header| header.name == "x-request-id")
        .map(|header| &header.value)
        .collect();
    assert_eq!(ids.len(), 6);
    assert!(
        ids.iter().all(|id| *id == ids[0] && id.len() == 32),
        "{ids:?}"
    );
}

#[test]
fn what_may_do_harm_twice_is_sent_once() {
    for (request, tries) in [
        (Request::post("https://a.example/"), 1),
        (Request::patch("https://a.example/"), 1),
        (
            Request::post("https://a.example/").token("idempotency-key", "t"),
            2,
        ),
        (Request::delete("https://a.example/"), 2),
    ] {
        let host = host(&[(0, "", ""), (200, "", "")]);
        let outcome = send(&host, request.clone());
        assert_eq!(host.borrow().sent.len(), tries, "{request:?}");
        assert_eq!(outcome.is_ok(), tries == 2, "{request:?}");
    }
}

#[test]
fn what_will_not_pass_is_not_tried_again() {
    for status in [200, 302, 400, 401, 403, 404, 409, 501] {
        let host = host(&[(status, "", ""), (200, "", "")]);
        assert_eq!(send(&host, Request::get("https://a.example/")), Ok(status));
        assert_eq!(host.borrow().sent.len(), 1, "{status}");
    }
}

#[test]
fn the_server_decides_how_long_to_wait() {
    let server = host(&[(429, "retry-after: 7", ""), (200, "", "")]);
    assert_eq!(send(&server, Request::get("https://a.example/")), Ok(200));
    assert_eq!(server.borrow().waits, [7000]);
    let later = host(&[(429, "retry-after: 3600", ""), (200, "", "")]);
    assert_eq!(send(&later, Request::get("https://a.example/")), Ok(429));
    assert!(
        later.borrow().waits.is_empty(),
        "an hour is past the deadline, so nobody waits for it"
    );
}

#[test]
fn nothing_is_waited_for_past_the_deadline() {
    let host = host(&[(503, "", ""); 9]);
    let client = Client::new("https://a.example").deadline(Duration::from_millis(1500));
    let response = with_host(host.clone(), || client.send(client.get("/")));
    assert_eq!(response.unwrap().status, 503);
    let host = host.borrow();
    assert_eq!(
        host.waits,
        [200, 400, 800],
        "the next pause would end after 3000 ms"
    );
    let deadlines: Vec<u32> = host
        .sent
        .iter()
        .map(|sent| sent.deadline_milliseconds)
        .collect();
    assert!(
        deadlines.is_sorted_by(|earlier, later| earlier >= later),
        "{deadlines:?}"
    );
}

#[test]
fn an_origin_that_fails_again_and_again_is_left_alone_for_a_while() {
    let host = host(&[]);
    let get = || Request::get("https://a.example/");
    assert!(send(&host, get()).is_err());
    assert!(send(&host, get()).is_err());
    assert_eq!(
        host.borrow().sent.len(),
        8,
        "six tries and two, then the circuit is open"
    );
    let failure = send(&host, get()).unwrap_err();
    assert!(failure.contains("was not asked"), "{failure}");
    assert_eq!(host.borrow().sent.len(), 8);
    assert!(send(&host, Request::get("https://b.example/")).is_err());
    assert_eq!(
        host.borrow().sent.len(),
        14,
        "another origin is another circuit"
    );
    host.borrow_mut().now += 60;
    host.borrow_mut().answers.push_back((200, "", ""));
    assert_eq!(send(&host, get()), Ok(200));
    assert!(
        send(&host, get()).is_err(),
        "one success closes the circuit"
    );
    assert_eq!(host.borrow().sent.len(), 21);
}

#[test]
fn pages_are_followed_and_circles_are_not() {
    let pages = |answers: &[(u16, &'static str, &'static str)], paging: Paging<'_>| {
        let host = host(answers);
        let client = Client::new("https://a.example");
        let read = with_host(host.clone(), || {
            client
                .pages(client.get("/l"), paging)
                .map(|page| page.map(|page| page.body))
                .collect::<Result<Vec<_>, _>>()
        });
        let urls: Vec<String> = host
            .borrow()
            .sent
            .iter()
            .map(|sent| sent.url.clone())
            .collect();
        (read, urls)
    };
    let (read, urls) = pages(
        &[(200, "link: </l?p=2>; rel=\"next\"", "1"), (200, "", "2")],
        Paging::Link,
    );
    assert_eq!(read.unwrap(), [b"1", b"2"]);
    assert_eq!(urls, ["https://a.example/l", "https://a.example/l?p=2"]);

    let (read, _) = pages(
        &[(200, "link: <https://evil.example/l>; rel=\"next\"", "1")],
        Paging::Link,
    );
    assert_eq!(read.unwrap_err().kind, "malformed");

    let circle = "link: </l>; rel=\"next\"";
    let (read, urls) = pages(&[(200, circle, "1"), (200, circle, "2")], Paging::Link);
    assert!(read.unwrap_err().message.contains("read already"));
    assert_eq!(urls.len(), 1);

    let cursor = Paging::Cursor {
        pointer: "/next",
        parameter: "cursor",
    };
    let (read, urls) = pages(
        &[(200, "", r#"{"next":"a b"}"#), (200, "", r#"{"next":""}"#)],
        cursor,
    );
    assert_eq!(read.unwrap().len(), 2);
    assert_eq!(urls[1], "https://a.example/l?cursor=a%20b");

    let number = Paging::Number {
        parameter: "page",
        first: 1,
        items: "",
    };
    let (read, urls) = pages(
        &[(200, "", "[1]"), (200, "", "[2]"), (200, "", "[]")],
        number,
    );
    assert_eq!(read.unwrap(), [b"[1]", b"[2]"]);
    assert_eq!(urls[2], "https://a.example/l?page=3");
}

#[test]
fn a_request_that_was_begun_is_tried_as_any_other() {
    let host = host(&[(503, "retry-after: 2", ""), (200, "", "\"late\"")]);
    let read: String = with_host(Rc::clone(&host) as Rc<RefCell<dyn Host>>, || {
        let client = Client::new("https://a.example");
        let begun = client.begin(client.get("/page"));
        begun.finish().unwrap().json().unwrap()
    });
    let host = host.borrow();
    assert_eq!(
        (read.as_str(), host.waits.as_slice()),
        ("late", &[2000][..])
    );
    let ids = host.sent.iter().map(|sent| {
        let id = sent
            .headers
            .iter()
            .find(|header| header.name == "x-request-id");
        id.unwrap().value.clone()
    });
    let ids: std::collections::BTreeSet<String> = ids.collect();
    assert_eq!(
        (host.sent.len(), ids.len()),
        (2, 1),
        "two tries of one request"
    );
}
