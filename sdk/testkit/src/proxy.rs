//! Between a connector and its platform: passes requests on, keeps what was said, and does what a test tells it to do.

use std::io::{self, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::message::Message;
use crate::secrets::Secrets;
use crate::server::{Answers, Server};

/// What the proxy does beside passing on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mischief {
    /// Nothing.
    None,
    /// The first request meets the fault, the others do not.
    Once(Fault),
    /// Every request meets the fault.
    Always(Fault),
    /// Every object of every JSON answer has a member more.
    UnknownFields,
    /// Every answer is status 403 and says what the request's headers were.
    Echo,
}

/// A server that passes requests on to another.
#[derive(Debug)]
pub(crate) struct Proxy {
    server: Server,
    line: Arc<Line>,
}

#[derive(Debug)]
struct Line {
    upstream: SocketAddr,
    host: String,
    secrets: Secrets,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    mischief: Mischief,
    asked: u32,
    exchanges: Vec<Exchange>,
}

impl Proxy {
    /// Passes on to `upstream`, a host and port.
    pub(crate) fn start(upstream: SocketAddr, host: &str, secrets: Secrets) -> io::Result<Self> {
        let line = Arc::new(Line {
            upstream,
            host: host.to_owned(),
            secrets,
            state: Mutex::new(State {
                mischief: Mischief::None,
                asked: 0,
                exchanges: Vec::new(),
            }),
        });
        let server = Server::start(Arc::clone(&line))?;
        Ok(Self { server, line })
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// What it does from now on. Requests are counted anew.
    pub(crate) fn set(&self, mischief: Mischief) {
        let mut state = self.line.state();
        state.mischief = mischief;
        state.asked = 0;
    }

    /// Requests since the mischief was set.
    pub(crate) fn asked(&self) -> u32 {
        self.line.state().asked
    }

    /// What the platform was really asked and really answered.
    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        self.line.state().exchanges.clone()
    }
}

impl Line {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the platform.
    fn pass_on(&self, request: &Message) -> io::Result<Message> {
        let stream = TcpStream::connect(self.upstream)?;
        let mut request = request.clone();
        request.headers.retain(|(name, _)| name != "host");
        request.headers.push(("host".to_owned(), self.host.clone()));
        prefer_json(&mut request);
        request.write(&mut &stream)?;
        let response = Message::response(&mut BufReader::new(&stream), request.method())?;
        let exchange = Exchange::of(&request, &response, &self.secrets);
        self.state().exchanges.push(exchange);
        Ok(response)
    }

    fn meet(&self, fault: Fault, request: &Message, stream: &TcpStream) -> io::Result<()> {
        let mut honest = Message::default();
        if fault.lets_request_through() {
            honest = self.pass_on(request)?;
        }
        if fault == Fault::DuplicateDelivery {
            honest = self.pass_on(request)?;
        }
        fault.answer(&honest, stream)
    }
}

impl Answers for Line {
    fn answer(&self, request: &Message) -> Message {
        self.pass_on(request)
            .unwrap_or_else(|error| Message::json(502, &Value::from(error.to_string())))
    }

    fn serve(&self, stream: &TcpStream) -> io::Result<()> {
        let Some(request) = Message::request(&mut BufReader::new(stream))? else {
            return Ok(());
        };
        let (mischief, asked) = {
            let mut state = self.state();
            state.asked += 1;
            (state.mischief, state.asked)
        };
        match mischief {
            Mischief::Always(fault) => self.meet(fault, &request, stream),
            Mischief::Once(fault) if asked == 1 => self.meet(fault, &request, stream),
            Mischief::None | Mischief::Once(_) => self.answer(&request).write(&mut &*stream),
            Mischief::UnknownFields => {
                let mut answer = self.answer(&request);
                if let Ok(mut body) = serde_json::from_slice(&answer.body) {
                    add_unknown(&mut body);
                    answer.body = body.to_string().into_bytes();
                }
                answer.write(&mut &*stream)
            }
            Mischief::Echo => {
                let headers: Vec<String> = request
                    .headers
                    .iter()
                    .map(|(name, value)| format!("{name}: {value}"))
                    .collect();
                Message::json(403, &serde_json::json!({"error": headers.join(", ")}))
                    .write(&mut &*stream)
            }
        }?;
        (&*stream).flush()
    }
}

/// What can be had as JSON is asked for as JSON: a recording is text, and members can be added to nothing else.
fn prefer_json(request: &mut Message) {
    const JSON: &str = "application/json";
    for (name, value) in &mut request.headers {
        if name == "accept" && value.split(',').any(|kind| kind.trim() == JSON) {
            JSON.clone_into(value);
        }
    }
}

/// Adds a member to every object: a text where all others are texts, because that may be a table of texts.
fn add_unknown(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(add_unknown),
        Value::Object(members) => {
            let texts = !members.is_empty() && members.values().all(Value::is_string);
            members.values_mut().for_each(add_unknown);
            let unknown = if texts {
                Value::from("a later version")
            } else {
                serde_json::json!({"a": ["later", "version"]})
            };
            members.insert("x_conform_unknown".to_owned(), unknown);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{Message, prefer_json};

    #[test]
    fn what_can_be_had_as_json_is_asked_for_as_json() {
        for (accept, passed_on) in [
            (
                "application/x-protobuf, application/json",
                "application/json",
            ),
            ("application/json;as=Table", "application/json;as=Table"),
            ("text/plain", "text/plain"),
        ] {
            let mut request = Message {
                headers: vec![("accept".to_owned(), accept.to_owned())],
                ..Message::default()
            };
            prefer_json(&mut request);
            assert_eq!(request.headers[0].1, passed_on);
        }
    }
}
