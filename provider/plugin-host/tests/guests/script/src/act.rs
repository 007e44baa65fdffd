//! The acts of a script.

use std::sync::atomic::{AtomicU32, Ordering};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::bindings::portcullis::plugin::types::Failure;
use crate::bindings::portcullis::plugin::{cache, clock, grpc, http, log, random, secret, sigv4};

/// A global, which no two calls share.
static COUNTED: AtomicU32 = AtomicU32::new(0);

/// A request of either kind.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    #[serde(default = "get")]
    method: String,
    url: String,
    #[serde(default)]
    headers: Vec<(String, String)>,
    /// So many header fields more.
    #[serde(default)]
    many_headers: u32,
    /// Name, prefix, secret; `$0` is the first handle that was kept.
    #[serde(default)]
    secret_headers: Vec<(String, String, String)>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    deadline: u32,
    /// Of gRPC.
    #[serde(default)]
    service: String,
}

fn get() -> String {
    "GET".to_owned()
}

/// One act. Exchanges and streams are named by the order in which they were opened.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    Send(Ask),
    /// As often as the number says; gives the last result.
    Repeat(u32, Ask),
    /// Sends, then sends the same to where the answer's `location` points.
    Follow(Ask),
    Keep(Ask, Vec<String>),
    /// Signed for a service.
    Sign(Ask, String),
    Open(Ask),
    Write(usize, String),
    /// So many bytes.
    Fill(usize, usize),
    Response(usize),
    Read(usize, u32),
    /// To the end; gives the number of bytes.
    Drain(usize),
    /// To the end at once; gives the text.
    Rest(usize),
    Drop(usize),
    Unary(Ask),
    Stream(Ask),
    Next(usize),
    Status(usize),
    Random(u32),
    Get(String),
    Put(String, String),
    /// A value of so many bytes.
    PutBytes(String, usize),
    Granted,
    Log(String),
    Wait(u32),
    Now,
    /// How often this guest has counted.
    Count,
    Return(Value),
    /// Ends the call with this message.
    Fail(String),
}

/// What a script has opened and kept.
#[derive(Default)]
pub struct Script {
    exchanges: Vec<Option<http::Exchange>>,
    streams: Vec<grpc::ReplyStream>,
    handles: Vec<String>,
}

type Given = Result<Value, Failure>;

impl Script {
    pub fn last_handle(&self) -> Option<&str> {
        self.handles.last().map(String::as_str)
    }

    /// The result of an act; a failure of the host is one too.
    pub fn perform(&mut self, act: Act) -> Given {
        if let Act::Fail(message) = act {
            return Err(crate::internal(&message));
        }
        let failed = |failure: Failure| json!({"failed": failure.kind, "message": failure.message});
        Ok(self.attempt(act).unwrap_or_else(failed))
    }

    fn attempt(&mut self, act: Act) -> Given {
        match act {
            Act::Send(ask) => self.send(ask),
            Act::Repeat(times, ask) => {
                let mut last = Ok(Value::Null);
                for _ in 0..times {
                    last = self.send(ask.clone());
                }
                last
            }
            Act::Follow(ask) => {
                let first = self.send(ask.clone())?;
                let location = first["headers"]["location"].as_str().unwrap_or_default();
                let url = location.to_owned();
                self.send(Ask { url, ..ask })
            }
            Act::Keep(ask, pointers) => {
                let kept = http::send_and_keep(&self.request(ask), &pointers)?;
                self.handles.extend(kept.handles.iter().cloned());
                let mut result = response(&kept.response);
                result["handles"] = json!(kept.handles);
                Ok(result)
            }
            Act::Sign(ask, service) => Ok(response(&sigv4::send(&self.request(ask), &service)?)),
            Act::Unary(ask) => {
                let reply = grpc::unary(&self.call(ask))?;
                Ok(json!({"status": status(&reply.status), "message": text(&reply.message)}))
            }
            Act::Stream(ask) => {
                let stream = grpc::ReplyStream::open(&self.call(ask))?;
                self.streams.push(stream);
                Ok(json!("open"))
            }
            Act::Next(stream) => {
                let next = self.streams[stream].next()?;
                Ok(json!(next.map(|message| text(&message))))
            }
            Act::Status(stream) => Ok(json!(self.streams[stream].status().map(|s| status(&s)))),
            Act::Random(len) => Ok(json!(random::bytes(len))),
            Act::Get(key) => Ok(json!(cache::get(&key).map(|value| text(&value)))),
            Act::Put(key, value) => Ok(json!(cache::put(&key, value.as_bytes())?)),
            Act::PutBytes(key, len) => Ok(json!(cache::put(&key, &vec![b'x'; len])?)),
            Act::Granted => Ok(json!(secret::granted())),
            Act::Log(line) => {
                log::write("info", &line);
                Ok(Value::Null)
            }
            Act::Wait(milliseconds) => {
                clock::wait(milliseconds);
                Ok(Value::Null)
            }
            Act::Now => Ok(json!(clock::now())),
            Act::Count => Ok(json!(COUNTED.fetch_add(1, Ordering::Relaxed) + 1)),
            Act::Return(value) => Ok(value),
            act => self.exchange(act),
        }
    }

    fn exchange(&mut self, act: Act) -> Given {
        match act {
            Act::Open(ask) => {
                let exchange = http::Exchange::open(&self.request(ask))?;
                self.exchanges.push(Some(exchange));
                Ok(json!("open"))
            }
            Act::Write(at, body) => Ok(json!(self.opened(at)?.write(body.as_bytes())?)),
            Act::Fill(at, len) => Ok(json!(self.opened(at)?.write(&vec![b'x'; len])?)),
            Act::Response(at) => {
                let head = self.opened(at)?.response()?;
                Ok(json!({"status": head.status, "headers": headers(&head.headers)}))
            }
            Act::Read(at, max) => Ok(json!(text(&self.opened(at)?.read(max)?))),
            Act::Drain(at) => {
                let mut len = 0;
                loop {
                    match self.opened(at)?.read(65536)?.len() {
                        0 => return Ok(json!(len)),
                        more => len += more,
                    }
                }
            }
            Act::Rest(at) => Ok(json!(text(&self.opened(at)?.rest()?))),
            Act::Drop(at) => {
                self.exchanges[at] = None;
                Ok(Value::Null)
            }
            _ => Err(crate::internal("no such act")),
        }
    }

    fn opened(&self, at: usize) -> Result<&http::Exchange, Failure> {
        let opened = self.exchanges.get(at).and_then(Option::as_ref);
        opened.ok_or_else(|| crate::internal("it is not open"))
    }

    fn send(&self, ask: Ask) -> Given {
        Ok(response(&http::send(&self.request(ask))?))
    }

    fn secrets(&self, secrets: Vec<(String, String, String)>) -> Vec<http::SecretHeader> {
        let handle = |secret: String| match secret.strip_prefix('$') {
            Some(at) => self.handles[at.parse::<usize>().unwrap_or_default()].clone(),
            None => secret,
        };
        let named = |(name, prefix, secret)| http::SecretHeader {
            name,
            prefix,
            secret: handle(secret),
        };
        secrets.into_iter().map(named).collect()
    }

    fn request(&self, ask: Ask) -> http::Request {
        let many = (0..ask.many_headers).map(|at| (format!("x-{at}"), "v".to_owned()));
        let headers = ask.headers.into_iter().chain(many);
        http::Request {
            method: ask.method,
            url: ask.url,
            headers: headers
                .map(|(name, value)| http::Header { name, value })
                .collect(),
            secret_headers: self.secrets(ask.secret_headers),
            body: ask.body.into_bytes(),
            deadline_milliseconds: ask.deadline,
        }
    }

    fn call(&self, ask: Ask) -> grpc::Call {
        grpc::Call {
            origin: ask.url,
            service: ask.service,
            method: ask.method,
            metadata: ask
                .headers
                .into_iter()
                .map(|(name, value)| http::Header { name, value })
                .collect(),
            secret_metadata: self.secrets(ask.secret_headers),
            message: ask.body.into_bytes(),
            deadline_milliseconds: ask.deadline,
        }
    }
}

fn response(response: &http::Response) -> Value {
    json!({
        "status": response.status,
        "headers": headers(&response.headers),
        "body": text(&response.body),
    })
}

fn status(status: &grpc::Status) -> Value {
    json!({
        "code": status.code,
        "message": status.message,
        "trailers": headers(&status.trailers),
    })
}

fn headers(headers: &[http::Header]) -> Value {
    let field = |header: &http::Header| (header.name.clone(), Value::from(header.value.clone()));
    Value::Object(headers.iter().map(field).collect())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
