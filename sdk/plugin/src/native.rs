//! Running a plugin in an ordinary program, so that a test can step through it: what stands in for the host, and the
//! plugin's exports as functions. Not in WebAssembly.
//!
//! `portcullis-testkit` is the host that tests use; write your own only for what it cannot do.

use std::cell::RefCell;
use std::rc::Rc;

use crate::Failure;
use crate::bindings::imports::grpc::{Call, Reply, Status};
use crate::bindings::imports::http::{KeptResponse, Request, Response, ResponseHead};

pub use crate::exports::Exports;

/// The records that the contract sends to the host and back.
pub mod wire {
    pub use crate::bindings::imports::grpc::{Call, Reply, Status};
    pub use crate::bindings::imports::http::{
        Header, KeptResponse, Request, Response, ResponseHead, SecretHeader,
    };
}

/// What a plugin may ask of its host. Everything has a default which gives nothing, so that a test writes only what it
/// is about.
///
/// ```
/// use std::{cell::RefCell, rc::Rc};
/// use portcullis_plugin::native::{self, Host};
///
/// struct Noon;
///
/// impl Host for Noon {
///     fn now(&mut self) -> u32 {
///         43_200
///     }
/// }
///
/// assert_eq!(native::with_host(Rc::new(RefCell::new(Noon)), portcullis_plugin::now), 43_200);
/// ```
pub trait Host {
    /// A line for the operator.
    fn log(&mut self, level: &str, message: &str) {
        eprintln!("{level}: {message}");
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    fn now(&mut self) -> u32 {
        0
    }

    /// Lets time pass.
    fn wait(&mut self, milliseconds: u32) {
        let _ = milliseconds;
    }

    /// That many bytes.
    fn random(&mut self, len: u32) -> Vec<u8> {
        (0..len).map(|at| at.to_le_bytes()[0]).collect()
    }

    /// What was kept under that key.
    fn cache_get(&mut self, key: &str) -> Option<Vec<u8>> {
        let _ = key;
        None
    }

    /// Keeps a value.
    ///
    /// # Errors
    /// When there is no room.
    fn cache_put(&mut self, key: &str, value: Vec<u8>) -> Result<(), Failure> {
        let _ = (key, value);
        Ok(())
    }

    /// Names of granted secrets.
    fn granted(&mut self) -> Vec<String> {
        Vec::new()
    }

    /// Sends a request.
    ///
    /// # Errors
    /// As the contract says; here always.
    fn send(&mut self, request: &Request) -> Result<Response, Failure> {
        Err(no_network(&request.url))
    }

    /// Sends a request and keeps some texts of the answer.
    ///
    /// # Errors
    /// As the contract says; here always.
    fn send_and_keep(
        &mut self,
        request: &Request,
        pointers: &[String],
    ) -> Result<KeptResponse, Failure> {
        let _ = pointers;
        Err(no_network(&request.url))
    }

    /// Signs a request for an AWS service and sends it.
    ///
    /// # Errors
    /// As the contract says; here always.
    fn send_signed(&mut self, request: &Request, service: &str) -> Result<Response, Failure> {
        let _ = service;
        Err(no_network(&request.url))
    }

    /// Calls a method over gRPC and gives every reply.
    ///
    /// # Errors
    /// As the contract says; here always.
    fn call(&mut self, call: &Call) -> Result<(Vec<Vec<u8>>, Status), Failure> {
        Err(no_network(&call.origin))
    }
}

fn no_network(asked: &str) -> Failure {
    Failure::unreachable(format!("`{asked}` was asked for outside of a host."))
        .remedy("Run the plugin with portcullis-testkit, and script the answer there.")
}

struct Nothing;

impl Host for Nothing {}

thread_local! {
    static HOST: RefCell<Option<Rc<RefCell<dyn Host>>>> = const { RefCell::new(None) };
}

/// Runs `act` with that host on this thread, and puts the host before it back.
pub fn with_host<R>(host: Rc<RefCell<dyn Host>>, act: impl FnOnce() -> R) -> R {
    struct Restore(Option<Rc<RefCell<dyn Host>>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            HOST.set(self.0.take());
        }
    }
    let _restore = Restore(HOST.replace(Some(host)));
    act()
}

fn host<R>(ask: impl FnOnce(&mut (dyn Host + 'static)) -> R) -> R {
    let host = HOST.with_borrow(Option::clone);
    match host {
        Some(host) => ask(&mut *host.borrow_mut()),
        None => ask(&mut Nothing),
    }
}

pub(crate) fn log(level: &str, message: &str) {
    host(|host| host.log(level, message));
}

pub(crate) fn now() -> u32 {
    host(|host| host.now())
}

pub(crate) fn wait(milliseconds: u32) {
    host(|host| host.wait(milliseconds));
}

pub(crate) fn random(len: u32) -> Vec<u8> {
    host(|host| host.random(len))
}

pub(crate) fn cache_get(key: &str) -> Option<Vec<u8>> {
    host(|host| host.cache_get(key))
}

pub(crate) fn cache_put(key: &str, value: &[u8]) -> Result<(), Failure> {
    host(|host| host.cache_put(key, value.to_vec()))
}

pub(crate) fn granted() -> Vec<String> {
    host(|host| host.granted())
}

pub(crate) fn send(request: &Request) -> Result<Response, Failure> {
    host(|host| host.send(request))
}

pub(crate) fn send_and_keep(
    request: &Request,
    pointers: &[String],
) -> Result<KeptResponse, Failure> {
    host(|host| host.send_and_keep(request, pointers))
}

pub(crate) fn send_signed(request: &Request, service: &str) -> Result<Response, Failure> {
    host(|host| host.send_signed(request, service))
}

pub(crate) fn unary(call: &Call) -> Result<Reply, Failure> {
    let (messages, status) = host(|host| host.call(call))?;
    let message = messages.into_iter().next().unwrap_or_default();
    Ok(Reply { status, message })
}

/// Sends the whole request when the response is asked for, and gives the response in pieces.
#[derive(Debug)]
pub(crate) struct Exchange {
    request: RefCell<Request>,
    body: RefCell<Option<Vec<u8>>>,
}

impl Exchange {
    pub(crate) fn open(request: &Request) -> Result<Self, Failure> {
        Ok(Self {
            request: RefCell::new(request.clone()),
            body: RefCell::default(),
        })
    }

    pub(crate) fn write(&self, bytes: &[u8]) -> Result<(), Failure> {
        self.request.borrow_mut().body.extend_from_slice(bytes);
        Ok(())
    }

    pub(crate) fn response(&self) -> Result<ResponseHead, Failure> {
        let response = send(&self.request.borrow())?;
        self.body.replace(Some(response.body));
        Ok(ResponseHead {
            status: response.status,
            headers: response.headers,
        })
    }

    pub(crate) fn read(&self, max_bytes: u32) -> Result<Vec<u8>, Failure> {
        let mut body = self.body.borrow_mut();
        let body = body.as_mut().ok_or_else(|| {
            Failure::internal("A body is read before its response was asked for.")
        })?;
        let most = usize::try_from(max_bytes).unwrap_or(usize::MAX);
        Ok(body.drain(..body.len().min(most)).collect())
    }

    pub(crate) fn rest(&self) -> Result<Vec<u8>, Failure> {
        self.read(u32::MAX)
    }
}

/// Holds every reply.
#[derive(Debug)]
pub(crate) struct ReplyStream {
    messages: RefCell<std::vec::IntoIter<Vec<u8>>>,
    status: RefCell<Option<Status>>,
    ended: RefCell<Option<Status>>,
}

impl ReplyStream {
    pub(crate) fn open(call: &Call) -> Result<Self, Failure> {
        let (messages, status) = host(|host| host.call(call))?;
        Ok(Self {
            messages: RefCell::new(messages.into_iter()),
            status: RefCell::new(Some(status)),
            ended: RefCell::default(),
        })
    }

    pub(crate) fn next(&self) -> Result<Option<Vec<u8>>, Failure> {
        let message = self.messages.borrow_mut().next();
        if message.is_none() {
            self.ended.replace(self.status.take());
        }
        Ok(message)
    }

    pub(crate) fn status(&self) -> Option<Status> {
        self.ended.borrow().clone()
    }
}
